import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { configText, namesOf, type Order, otherCommand, ptOscCommand } from "../../src/online/command";
import { connectionIdIn } from "../../src/online/door";
import { progressIn } from "../../src/online/tool";
import { readOnlineSettings } from "../../src/settings/online";

const ORDER: Order = {
  database: "d",
  table: "t",
  clauses: `MODIFY a ENUM('it''s', "$HOME")`,
  user: "o'neill",
  port: 4711,
  lockWaitSeconds: 1,
  explainFormat: true,
};

test("values in a command of one's own reach the tool as they are", () => {
  const template =
    "printf '%s\\n' --host={host} --port={port} {user} {alter} {database}.{table} {config} {other}";
  const { file, args } = otherCommand(template, ORDER);
  assert.deepEqual(execFileSync(file, args, { encoding: "utf8" }).trimEnd().split("\n"), [
    "--host=127.0.0.1",
    "--port=4711",
    "o'neill",
    `MODIFY a ENUM('it''s', "$HOME")`,
    "d.t",
    "/dev/fd/3",
    "{other}",
  ]);
});

test("settings reach pt-online-schema-change, the password does not", () => {
  const settings = readOnlineSettings(
    { MIGRATE_ONLINE_MAX_LAG: "5", MIGRATE_ONLINE_CHUNK_TIME: "0.2", MYSQL_PASSWORD: "secret", PATH: "/bin" },
    [],
  );
  const { args } = ptOscCommand("/bin/pt", ORDER, settings);
  const line = args.join(" ");
  for (const part of [
    "--no-swap-tables",
    "--set-vars lock_wait_timeout=1,innodb_lock_wait_timeout=1,explain_format=TRADITIONAL",
    "--recursion-method processlist --max-lag 5",
    "--max-load Threads_running=25 --critical-load Threads_running=200",
    "--chunk-time 0.2",
    "F=/dev/fd/3,h=127.0.0.1,P=4711,A=utf8mb4,D=d,t=t",
  ])
    assert.ok(line.includes(part), part);
  assert.deepEqual(settings.environment, { PATH: "/bin" });
  const quiet = ptOscCommand("/bin/pt", { ...ORDER, explainFormat: false }, readOnlineSettings({}, []));
  assert.match(quiet.args.join(" "), /--recursion-method none --max-load/);
  assert.doesNotMatch(quiet.args.join(" "), /explain_format/);
});

test("settings that cannot be used are refused by name", () => {
  const problems: { message: string }[] = [];
  readOnlineSettings(
    {
      MIGRATE_ONLINE_MAX_LAG: "soon",
      MIGRATE_ONLINE_MAX_LOAD: "much",
      MIGRATE_ONLINE_CHUNK_TIME: "0",
    },
    problems as never,
  );
  assert.deepEqual(
    problems.map(({ message }) => message.split(" ")[0]),
    ["MIGRATE_ONLINE_MAX_LAG", "MIGRATE_ONLINE_MAX_LOAD", "MIGRATE_ONLINE_CHUNK_TIME"],
  );
});

test("a password is quoted in the file that the tool reads", () => {
  const ssl = { mode: "verify-ca", ca: "/ca.pem", cert: null, key: null } as const;
  const account = { host: "h", port: 1, socket: null, user: "u", password: `a"b\\c#d`, database: "d", ssl };
  assert.equal(
    configText(account),
    '[client]\nuser="u"\npassword="a\\"b\\\\c#d"\nssl-enforce\nssl-mode=VERIFY_CA\nssl-ca="/ca.pem"\n',
  );
});

test("the tool's triggers have its own names for them", () => {
  assert.deepEqual(namesOf("shop-1", "order items").triggers, [
    "pt_osc_shop_1_order_items_del",
    "pt_osc_shop_1_order_items_upd",
    "pt_osc_shop_1_order_items_ins",
  ]);
  const [long = ""] = namesOf("d".repeat(40), "t".repeat(40)).triggers;
  assert.equal(long.length, 64);
});

test("a tool's words about its progress", () => {
  const rows: readonly (readonly [string, ReturnType<typeof progressIn>])[] = [
    ["Copying `d`.`t`:  45% 00:23 remain", { percent: 45, remainingMs: 23_000 }],
    ["Copying `d`.`t`:   1% 1+02:03:04 remain", { percent: 1, remainingMs: 93_784_000 }],
    [
      "Copy: 1000/50000 2.5%; Applied: 0; Time: 1s(total); streamer: x; State: migrating; ETA: 1m5s",
      { percent: 2.5, remainingMs: 65_000 },
    ],
    ["Copy: 0/50000 0.0%; Applied: 0; State: migrating; ETA: N/A", { percent: 0, remainingMs: null }],
    ["Copied rows OK.", null],
  ];
  for (const [line, expected] of rows) assert.deepEqual(progressIn(line), expected, line);
});

test("a server's greeting says which connection it is", () => {
  const greeting = Buffer.concat([
    Buffer.from([0, 0, 0, 0, 10]),
    Buffer.from("9.7.0\0"),
    Buffer.from([1, 2, 0, 0]),
  ]);
  assert.equal(connectionIdIn(greeting), 513);
  assert.equal(connectionIdIn(Buffer.from([3, 0, 0, 0, 0xff, 0x10, 0x04])), null);
});
