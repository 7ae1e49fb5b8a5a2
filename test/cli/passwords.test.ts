import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openSession } from "../../src/server/connection";
import { settingsFromOptions } from "../../src/settings/settings";
import { type BuiltRunner, buildRunner } from "../support/child";
import { untilRunning } from "../support/long-alter";
import { withMigrations } from "../support/migrations";
import { run, start } from "../support/secret-run";
import { forEachServer, inTurn, type TestServer, withTestDatabase } from "../support/servers";

/** Nothing else looks like it, and a URL has to write it in another way. */
const PASSWORD = "Sup3r/S3cr3t@#%-p4ss:w0rd?";
const ENCODED = encodeURIComponent(PASSWORD);

/** Every shape in which it could come out, and the part of it that survives any cut. */
const SHAPES = [PASSWORD, ENCODED, Buffer.from(PASSWORD).toString("base64"), "S3cr3t", "p4ss", "w0rd"];

let runner: BuiltRunner;

before(async () => {
  runner = await buildRunner();
});

after(() => runner.remove());

const FILES = {
  "0001_a.up.sql": "CREATE TABLE a (id INT);\nCREATE TABEL b;",
  "0001_a.down.sql": "DROP TABLE a;",
};

type Env = Readonly<Record<string, string>>;

/** The ways to hand over a password, each with the rest of the settings. */
function handovers(at: Target, folder: string): Readonly<Record<string, Env>> {
  const url = `mysql://${at.user}:${ENCODED}@${at.host}:${at.port}/${at.database}`;
  const parts = {
    MYSQL_HOST: at.host,
    MYSQL_PORT: String(at.port),
    MYSQL_USER: at.user,
    MYSQL_DATABASE: at.database,
  };
  writeFileSync(join(folder, "url.secret"), `${url}\n`);
  writeFileSync(join(folder, "password.secret"), `${PASSWORD}\n`);
  return {
    DATABASE_URL: { DATABASE_URL: url },
    DATABASE_URL_FILE: { DATABASE_URL_FILE: join(folder, "url.secret") },
    MYSQL_PASSWORD: { ...parts, MYSQL_PASSWORD: PASSWORD },
    MYSQL_PASSWORD_FILE: { ...parts, MYSQL_PASSWORD_FILE: join(folder, "password.secret") },
  };
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** What is wrong with the settings, or with the command line. */
function misuses({ host, port, user, database }: Target): readonly [env: Env, words: string][] {
  const at = `${host}:${port}/${database}`;
  return [
    [{ DATABASE_URL: `mysql://${user}:${PASSWORD}@${at}` }, "up"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}%@${at}` }, "up"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@${host}:x/${database}` }, "up"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@${at}?sslmode=required` }, "up"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@${at}?ssl-mode=maybe` }, "up"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@${at}?ssl-ca=/no/ca.pem` }, "up"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@${at}?password=${ENCODED}` }, "up"],
    [{ DATABASE_URL: `postgres://${user}:${ENCODED}@${at}` }, "up"],
    [{ DATABASE_URL: `${user}:${ENCODED}` }, "up"],
    [{ DATABASE_URL: ENCODED }, "up"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@${at}`, MYSQL_PASSWORD: `${PASSWORD}x` }, "up"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@${at}`, MYSQL_PASS: `${PASSWORD}x` }, "up"],
    [{ MYSQL_PASSWORD: PASSWORD }, "up"],
    [{ MYSQL_HOST: host, MYSQL_USER: user, MYSQL_PASSWORD: PASSWORD, MYSQL_DATABASE: "" }, "up"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@${host}:1/${database}` }, "up"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@no-such-host.invalid/${database}` }, "up"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@${host}:${port}/${database}_not` }, "up"],
    [{ DATABASE_URL: `mysql://nobody_${user}:${ENCODED}@${at}` }, "up"],
    [{ DATABASE_URL: `mysql://nobody_${user}:${ENCODED}@${at}` }, "status"],
    [{ DATABASE_URL: `mysql://nobody_${user}:${ENCODED}@${at}` }, "init"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@${at}` }, "up --nonsense"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@${at}` }, "down --to 99"],
    [{ DATABASE_URL: `mysql://${user}:${ENCODED}@${at}`, MIGRATE_WAIT: "soon" }, "up"],
  ];
}

forEachServer("no password in what is printed of a misuse", async (_t, server) => {
  await withUser(server, async (target) => {
    await withMigrations({ "0001_a.up.sql": "DO 1;", "0001_a.down.sql": "DO 1;" }, async (dir) => {
      for (const [env, words] of inTurn(server, misuses(target))) {
        for (const flags of [[], ["--json"]]) {
          const { code, stdout, stderr } = await run(runner.bin, [...words.split(" "), ...flags], env, dir);
          assert.equal(code, 2, `${words}: ${stdout}${stderr}`);
          assertSecret(`${stdout}${stderr}`, words);
        }
      }
    });
  });
});

forEachServer(
  "no password in a run that fails, in its history, nor in the process list",
  async (_t, server) => {
    await withUser(server, async (target) => {
      await withMigrations(FILES, async (dir) => {
        for (const [name, env] of inTurn(server, Object.entries(handovers(target, dir)))) {
          for (const words of [
            "up",
            "up --json",
            "status",
            "status --json",
            "history --json",
            "up --dry-run",
          ]) {
            const { stdout, stderr } = await run(runner.bin, words.split(" "), env, dir);
            assert.doesNotMatch(`${stdout}${stderr}`, /refused user|bad-setting/, name);
            assertSecret(`${stdout}${stderr}`, `${name}: ${words}`);
          }
        }
        const session = await openRoot(server, target);
        const rows = await session.query("SELECT * FROM migration_history");
        await session.close();
        assert.equal(rows.length, 1);
        assertSecret(JSON.stringify(rows), "migration_history");
      });
      const slow = { "0002_s.up.sql": "SELECT SLEEP(1);", "0002_s.down.sql": "DO 1;" };
      await withMigrations(slow, async (dir) => {
        for (const [name, env] of Object.entries(handovers(target, dir))) {
          const { process: child, ended } = start(
            runner.bin,
            ["up", "--allow-existing", "--table", `h_${name}`],
            env,
            dir,
          );
          await untilRunning(`${server.url}/${target.database}`, "SELECT SLEEP");
          // Empty where there is no /proc.
          const visible = read(`/proc/${child.pid}/cmdline`) + read(`/proc/${child.pid}/comm`);
          assertSecret(visible, `${name}: the process list`);
          assertSecret(await processList(server, target), `${name}: the server's process list`);
          assert.equal((await ended).code, 0);
        }
      });
    });
  },
);

test("no transcript prints a password", () => {
  const folder = join(__dirname, "transcripts");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".txt"),
  );
  assert.ok(names.length > 5);
  for (const name of names) {
    // What is typed in, and files that are typed in, are not printed.
    const printed = readFileSync(join(folder, name), "utf8")
      .split("\n")
      .filter((line) => !/^[$>#]/.test(line));
    assert.doesNotMatch(printed.join("\n"), /s3cr3t|0th3r/, name);
  }
});

function assertSecret(text: string, where: string): void {
  for (const shape of SHAPES) assert.ok(!text.includes(shape), `${where}: ${text}`);
}

async function withUser(server: TestServer, body: (target: Target) => Promise<void>): Promise<void> {
  await withTestDatabase(server, async ({ name }) => {
    const target = { host: server.host, port: server.port, user: `u_${name}`, database: name };
    const root = await openRoot(server, target);
    await root.run(`CREATE USER ${target.user} IDENTIFIED BY '${PASSWORD}'`);
    try {
      await root.run(`GRANT ALL ON ${name}.* TO ${target.user}`);
      await body(target);
    } finally {
      await root.run(`DROP USER ${target.user}`);
      await root.close();
    }
  });
}

async function openRoot(server: TestServer, { database }: Target): ReturnType<typeof openSession> {
  const { database: settings } = settingsFromOptions({ databaseUrl: `${server.url}/${database}` });
  return await openSession(settings, { idleSeconds: 3_600 });
}

async function processList(server: TestServer, target: Target): Promise<string> {
  const root = await openRoot(server, target);
  const rows = await root.query("SHOW FULL PROCESSLIST");
  await root.close();
  return JSON.stringify(rows.filter(({ User }) => User === target.user));
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
