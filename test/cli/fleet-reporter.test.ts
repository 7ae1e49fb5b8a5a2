import assert from "node:assert/strict";
import { test } from "node:test";
import { createFleetReporter } from "../../src/cli/fleet-reporter";
import type { FleetEvent } from "../../src/fleet/result";

const layout = { width: null, paint: (_: unknown, text: string) => text };

const step = { version: 7, name: "add_email", direction: "up" } as const;
const where = {
  migration: 2,
  migrations: 5,
  elapsedMs: 10,
  statementMs: 10,
  bytes: 0,
  totalBytes: 0,
  remainingMs: null,
};

function done(
  database: string,
  ended: number,
  rest: Partial<Extract<FleetEvent, { event: "database-done" }>> = {},
) {
  const plain = {
    outcome: "done",
    state: "applied",
    from: 5,
    to: 7,
    migrations: 2,
    durationMs: 1234,
  } as const;
  return { event: "database-done", database, ended, total: 12, error: null, ...plain, ...rest } as const;
}

const FAILED = {
  outcome: "failed",
  state: "failed",
  migrations: 0,
  error: { code: "statement-failed", message: "0007_add_email.up.sql:1:1: no\nmore" },
} as const;

const EVENTS: readonly FleetEvent[] = [
  { event: "databases", databases: ["a", "é\u001b[2J"], total: 12 },
  { event: "database-started", database: "a" },
  { event: "plan", database: "a", steps: [step] },
  { event: "step-started", database: "a", ...step, statements: 3, resumedAt: null },
  {
    event: "progress",
    database: "a",
    ...step,
    ...where,
    statement: 2,
    statements: 3,
    server: { stage: "copy", percent: 43.21 },
  },
  { event: "step-done", database: "a", ...step, statements: 3, durationMs: 5 },
  done("a", 1),
  { event: "database-started", database: "é\u001b[2J" },
  { event: "database-started", database: "c" },
  { event: "warning", database: "c", message: "mind" },
  { event: "stopping", kill: false },
  done("c", 2, FAILED),
  done("é\u001b[2J", 3, { state: "nothing to do", migrations: 0 }),
];

function linesOf(
  options: Partial<Parameters<typeof createFleetReporter>[2]>,
  columns: number,
): readonly string[] {
  let written = "";
  const stderr = { columns, write: (text: string) => (written += text) };
  const wanted = { json: false, quiet: false, terminal: false, changes: true, ...options };
  const reporter = createFleetReporter(stderr, layout, wanted);
  for (const event of EVENTS) reporter.report(event);
  reporter.end();
  return written.split(/\n|(?=\r)/).filter((line) => line !== "");
}

const STOPPING = "Stopping: what is under way ends its current statement; once more to stop at once.";

test("in a log there is one line for each database, and one for what is worth it", () => {
  assert.deepEqual(linesOf({}, 80), [
    " 1 of 12  a: applied 2 migrations, 0005 to 0007 (1.2 s)",
    "c: Warning: mind",
    STOPPING,
    " 2 of 12  c: failed: 0007_add_email.up.sql:1:1: no",
    " 3 of 12  é\\x1b[2J: nothing to do (1.2 s)",
  ]);
  assert.deepEqual(linesOf({ changes: false }, 80), [
    "c: Warning: mind",
    STOPPING,
    " 2 of 12  c: failed: 0007_add_email.up.sql:1:1: no",
  ]);
  assert.deepEqual(linesOf({ quiet: true }, 80), ["c: Warning: mind"]);
});

test("on a terminal there is one bar over all, with those that are under way", () => {
  const erase = "\r\u001b[K";
  const wide = linesOf({ terminal: true }, 120).map((line) => line.replace(erase, ">"));
  assert.deepEqual(wide.slice(0, 5), [
    ">[--------------------] 0 of 12",
    ">[--------------------] 0 of 12; now a",
    ">[--------------------] 0 of 12; now a",
    ">[--------------------] 0 of 12; now a",
    ">[--------------------] 0 of 12; now a: 0007_add_email (2 of 5, statement 2 of 3, 43.2 %)",
  ]);
  assert.deepEqual(wide.slice(-6), [
    `>${STOPPING}`,
    ">[#-------------------] 1 of 12; now ?\\x1b[2J, c",
    "> 2 of 12  c: failed: 0007_add_email.up.sql:1:1: no",
    ">[###-----------------] 2 of 12, 1 failed; now ?\\x1b[2J",
    ">[#####---------------] 3 of 12, 1 failed",
    ">",
  ]);
  for (const columns of [10, 30, 40, 50, 60]) {
    const bars = linesOf({ terminal: true }, columns).filter((line) => line.startsWith(`${erase}[`));
    for (const bar of bars) assert.ok(bar.length - erase.length < columns, bar);
  }
});

test("with --json there is a document for each event, which names the database", () => {
  const events = linesOf({ json: true }, 80).map((line) => JSON.parse(line) as FleetEvent);
  assert.deepEqual(events, EVENTS);
});
