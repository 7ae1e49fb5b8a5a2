import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { describeProgress, fitProgress } from "../../src/cli/progress-line";
import { createStatementLines } from "../../src/cli/reporter";
import { createLiveLine } from "../../src/cli/terminal";
import type { RunEvent } from "../../src/index";
import { fillBigTable, LONG_ALTER } from "../support/long-alter";
import { withMigrations } from "../support/migrations";
import { forEachServer, withTestDatabase } from "../support/servers";

const ROOT = join(__dirname, "../..");

type Progress = Extract<RunEvent, { event: "progress" }>;
type StatementDone = Extract<RunEvent, { event: "statement-done" }>;

const PROGRESS: Progress = {
  event: "progress",
  version: 3,
  name: "add_email",
  direction: "up",
  migration: 3,
  migrations: 12,
  statement: 2,
  statements: 5,
  elapsedMs: 72_000,
  statementMs: 60_000,
  bytes: 300,
  totalBytes: 300,
  server: null,
  remainingMs: null,
};

const described: [change: Partial<Progress>, expected: string][] = [
  [{}, "Applying 0003_add_email (3 of 12): statement 2 of 5, 1 min 12 s"],
  [{ direction: "down" }, "Reverting 0003_add_email (3 of 12): statement 2 of 5, 1 min 12 s"],
  [
    { server: { stage: "copy to tmp table", percent: 43.06 }, remainingMs: 95_000 },
    "Applying 0003_add_email (3 of 12): statement 2 of 5, 1 min 12 s; copy to tmp table 43.1 %, about 1 min 35 s left",
  ],
  [
    { server: { stage: "copy to tmp table", percent: 0 } },
    "Applying 0003_add_email (3 of 12): statement 2 of 5, 1 min 12 s; copy to tmp table 0.0 %",
  ],
  [
    { bytes: 120_000_000, totalBytes: 1_000_000_000, remainingMs: 528_000 },
    "Applying 0003_add_email (3 of 12): statement 2 of 5, 1 min 12 s; 120.0 of 1000.0 MB, about 8 min 48 s left",
  ],
];

for (const [change, expected] of described) {
  test(`progress: ${expected}`, () => assert.equal(describeProgress({ ...PROGRESS, ...change }), expected));
}

const COPYING = { server: { stage: "copy to tmp table, stage 1 of 2", percent: 43.06 }, remainingMs: 95_000 };
const fitted: [columns: number, change: Partial<Progress>, expected: string][] = [
  [79, {}, "Applying 0003_add_email (3 of 12): statement 2 of 5, 1 min 12 s"],
  [
    110,
    COPYING,
    "Applying 0003_add_email (3 of 12): statement 2 of 5, 1 min 12 s; copy to tmp t.. 43.1 %, about 1 min 35 s left",
  ],
  [79, COPYING, "0003_add_email (3 of 12): 2 of 5; 43.1 %, 1 min 35 s left"],
  [
    79,
    { ...COPYING, name: "add_the_email_addresses_of_all_subscribers_to_users" },
    "0003_add_the_email_addresses_of_al.. (3 of 12): 2 of 5; 43.1 %, 1 min 35 s left",
  ],
  [39, COPYING, "0003 (3 of 12): 43.1 %, 1 min 35 s left"],
  [39, {}, "0003 (3 of 12): 1 min 12 s"],
  [39, { bytes: 120_000_000, totalBytes: 1_000_000_000 }, "0003 (3 of 12): 120.0 of 1000.0 MB"],
];

for (const [columns, change, expected] of fitted) {
  test(`progress in ${columns} columns: ${expected}`, () =>
    assert.equal(fitProgress({ ...PROGRESS, ...change }, columns), expected));
}

test("in 80 and in 40 columns the progress line keeps its end, whatever is in it", () => {
  const names = ["a", "add_email", "x".repeat(200)];
  const servers = ["copy to tmp table", "y".repeat(100)].flatMap((stage) =>
    [0, 43.06, 100].map((percent) => ({ stage, percent })),
  );
  for (const columns of [79, 39]) {
    for (const name of names) {
      for (const server of servers) {
        for (const remainingMs of [null, 500, 95_000, 86_340_000]) {
          for (const [version, migrations] of [
            [3, 12],
            [20260101120000, 12_000],
          ] as const) {
            const event = {
              ...PROGRESS,
              name,
              server,
              remainingMs,
              version,
              migrations,
              migration: migrations,
            };
            const line = fitProgress(event, columns);
            assert.ok(line.length <= columns, `${line.length}: ${line}`);
            assert.ok(line.includes(`${server.percent.toFixed(1)} %`), line);
            assert.match(line, remainingMs === null ? / %$/ : /\d (ms|s|min) left$/);
          }
        }
      }
    }
  }
});

test("one line per statement that commits by itself, and one per row of others", () => {
  const statements = createStatementLines();
  const done = (statement: number, committed: boolean): readonly string[] =>
    statements.add(statementDone({ statement, committed, line: statement * 10, durationMs: 7 }));
  const lines = [
    ...done(1, true),
    ...done(2, false),
    ...done(3, false),
    ...done(4, false),
    ...done(5, true),
    ...done(6, false),
    ...statements.finish(),
    ...statements.finish(),
  ];
  assert.deepEqual(lines, [
    "  0003_add_email up: statement 1 of 6, line 10 (7 ms)",
    "  0003_add_email up: statements 2 to 4 of 6, from line 20 (21 ms)",
    "  0003_add_email up: statement 5 of 6, line 50 (7 ms)",
    "  0003_add_email up: statement 6 of 6, line 60 (7 ms)",
  ]);
});

test("no line for the only statement of a migration, nor for what may have been rolled back", () => {
  const statements = createStatementLines();
  assert.deepEqual(statements.add(statementDone({ statements: 1 })), []);
  statements.add(statementDone({ statement: 2, committed: false }));
  statements.drop();
  assert.deepEqual(statements.finish(), []);
});

test("the live line is cut to the terminal, written over, and cleared once", () => {
  let written = "";
  const write = (text: string): void => {
    written += text;
  };
  const line = createLiveLine({ write, columns: 10 });
  line.clear();
  line.draw("1234567890");
  line.draw("short");
  line.clear();
  line.clear();
  assert.equal(written, "\r\u001b[K123456789\r\u001b[Kshort\r\u001b[K");
});

forEachServer(
  "a terminal shows a live line with the server's percentage, and then the result",
  async (t, server) => {
    if (spawnSync("script", ["--version"]).error !== undefined) {
      t.skip("there is no `script` (util-linux) to make a terminal with");
      return;
    }
    await withTestDatabase(server, async ({ url }) => {
      await fillBigTable(url, 6);
      const files = {
        "0001_b.up.sql": `${LONG_ALTER};`,
        "0001_b.down.sql": "ALTER TABLE big DROP COLUMN digest;",
      };
      await withMigrations(files, async (dir) => {
        const { code, output } = await inTerminal(`${COMMAND} up --allow-existing --dir ${dir}`, url);
        assert.equal(code, 0, output);
        assert.match(output, /\r<erase>Applying 0001_b \(1 of 1\): statement 1 of 1, \d/);
        assert.match(output, /; (copy to tmp[^;%]* )?\d+\.\d %/);
        // The last line of the run begins where the live line was.
        assert.match(output, /\r<erase>[^\r\n]*Applied[^\r\n]* 0001_b \(1 statement, /);
        assert.doesNotMatch(output.slice(output.lastIndexOf("Applied")), /Applying/);
      });
    });
  },
);

forEachServer("a log gets a heartbeat while a statement takes long", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const files = { "0001_s.up.sql": "SELECT SLEEP(12);", "0001_s.down.sql": "DO 1;" };
    await withMigrations(files, async (dir) => {
      const [text, json, quiet] = await Promise.all(
        ["", "--json", "--quiet"].map((flag, index) =>
          inPipe([...`up --table h${index} --dir`.split(" "), dir, ...(flag === "" ? [] : [flag])], url),
        ),
      );
      assert.match(text ?? "", /^Applying 0001_s \(1 of 1\): statement 1 of 1, [\d.]+ s\nApplied 0001_s/);
      const events = (json ?? "").split("\n").filter((line) => line !== "");
      assert.ok(events.some((line) => JSON.parse(line).event === "progress"));
      assert.equal(quiet, "");
    });
  });
});

const COMMAND = `${process.execPath} scripts/migrate.cjs`;

/** Runs a command with a terminal as its stdout and stderr. */
async function inTerminal(command: string, url: string): Promise<{ code: number; output: string }> {
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, DATABASE_URL: url, TERM: "xterm" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  const [code] = await once(child, "close");
  return { code, output: output.replaceAll("\u001b[K", "<erase>") };
}

/** Runs a command line that must end well, and gives what it wrote to stderr. */
async function inPipe(words: readonly string[], url: string): Promise<string> {
  const child = spawn(process.execPath, ["scripts/migrate.cjs", ...words], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, DATABASE_URL: url },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk;
  });
  const [code] = await once(child, "close");
  assert.equal(code, 0, output);
  return output;
}

function statementDone(change: Partial<StatementDone>): StatementDone {
  return {
    event: "statement-done",
    version: 3,
    name: "add_email",
    direction: "up",
    statement: 1,
    statements: 6,
    line: 1,
    durationMs: 1,
    committed: true,
    ...change,
  };
}
