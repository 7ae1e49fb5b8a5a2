import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { type Child, startChild, within } from "./child";
import { withMigrations } from "./migrations";
import type { WatchedTool } from "./online-tool";
import { type ClientCommand, withProxy } from "./proxy";
import { replayOn, type Written, whileWriting } from "./writer";

/** Columns change their types, so that no server does it by itself. */
export const ONLINE_ALTER = "ALTER TABLE t MODIFY a BIGINT, ADD COLUMN c INT NOT NULL DEFAULT 7";

const MIGRATIONS = {
  "0001_a.up.sql": `-- migrate: online\n${ONLINE_ALTER};\n`,
  "0001_a.down.sql": "-- migrate: online\nALTER TABLE t DROP COLUMN c, MODIFY a INT;\n",
};

/** Milliseconds that a run may take before it counts as hung. */
const LIMIT = 900_000;

/** An altered table under writers, and who is killed at what command. */
export interface OnlineRun {
  readonly bin: string;
  readonly tool: WatchedTool;
  /** An empty database, which is left empty. */
  readonly url: string;
  readonly server: { readonly host: string; readonly port: number };
  readonly rows: number;
  readonly perSecond: number;
  /** Seconds for each piece that the tool copies; left out: as is the default. */
  readonly chunkTime?: string;
  /** How long others write before it begins, in ms, to see what the machine itself makes them wait. */
  readonly quietMs?: number;
  /** Told each command of runner and tool; what it does is done before the server gets the command. */
  readonly onCommand?: (command: ClientCommand, kill: Kill) => Promise<void>;
  /** Done between the two runs: a server that was killed is started again. */
  readonly between?: () => Promise<void>;
}

export interface Kill {
  readonly runner: () => void;
  readonly tool: () => void;
}

export interface OnlineResult {
  readonly first: string;
  readonly ms: number;
  readonly written: Written;
  /** The longest that a write took before, in ms. */
  readonly quietLongestMs: number;
  readonly commands: readonly ClientCommand[];
}

/**
 * Alters table `t` online while others write to it, kills somebody, runs once more, and compares with a table that was altered
 * plainly and got the same writes.
 * @throws AssertionError where anything is lost, doubled, left, or asked
 */
export async function alterUnderWriters(run: OnlineRun): Promise<OnlineResult> {
  const { url, rows, perSecond } = run;
  await fill(url, rows);
  const before = await whileWriting(url, perSecond, rows, () => delay(run.quietMs ?? 0));
  await replayOn(url, "twin", before.written);
  const startedAt = performance.now();
  const { result, written } = await whileWriting(url, perSecond, rows, () => runTwice(run));
  const ms = performance.now() - startedAt;
  assert.deepEqual(written.errors, []);
  await compare(url, written);
  return { ...result, ms, written, quietLongestMs: before.written.longestMs };
}

async function runTwice(run: OnlineRun): Promise<Pick<OnlineResult, "first" | "commands">> {
  const { bin, tool, url, server, chunkTime, onCommand, between } = run;
  const given = {
    PATH: tool.path,
    // This machine is busy with more than the table.
    MIGRATE_ONLINE_MAX_LOAD: "Threads_running=200",
    ...(chunkTime === undefined ? {} : { MIGRATE_ONLINE_CHUNK_TIME: chunkTime }),
  };
  return await withMigrations(MIGRATIONS, async (dir) => {
    let child: Child | null = null;
    const kill: Kill = {
      runner: () => child?.process.kill("SIGKILL"),
      tool: () => {
        const pid = tool.pid();
        if (pid !== null) killQuietly(pid);
      },
    };
    const options = {
      ...(onCommand === undefined ? {} : { onCommand: (command: ClientCommand) => onCommand(command, kill) }),
    };
    return await withProxy(server, options, async (proxy) => {
      child = startChild(bin, ["up"], proxy.through(url), dir, given);
      const first = await within(child, LIMIT);
      assert.notEqual(first, "hung");
      await between?.();
      const again = await within(startChild(bin, ["up"], url, dir, given), LIMIT);
      assert.ok(again !== "hung" && again.code === 0, JSON.stringify({ first, again }));
      const told = first === "hung" ? "hung" : `${first.signal ?? first.code} ${first.stderr.trim()}`;
      return { first: told, commands: proxy.commands };
    });
  });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

async function fill(url: string, rows: number): Promise<void> {
  await ask(
    url,
    "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(100) NOT NULL, KEY (a))",
  );
  const connection = await createConnection({ uri: url });
  try {
    await connection.query("INSERT INTO t (a, b) VALUES (1, 'first')");
    for (let there = 1; there < rows; there *= 2) {
      const more = Math.min(there, rows - there);
      await connection.query(
        `INSERT INTO t (id, a, b) SELECT id + ${there}, id, CONCAT('row ', id, REPEAT(' pad', 10)) FROM t WHERE id <= ${more}`,
      );
    }
    await connection.query("CREATE TABLE twin LIKE t");
    await connection.query("INSERT INTO twin SELECT * FROM t");
  } finally {
    connection.destroy();
  }
}

async function compare(url: string, written: Written): Promise<void> {
  await replayOn(url, "twin", written);
  await ask(url, ONLINE_ALTER.replace("TABLE t", "TABLE twin"));
  const differing = await ask(
    url,
    `SELECT 'lost' AS what, COUNT(*) AS n FROM twin LEFT JOIN t USING (id)
      WHERE t.id IS NULL OR NOT (t.a <=> twin.a) OR t.b <> twin.b OR t.c <> twin.c
     UNION ALL SELECT 'too many', COUNT(*) FROM t LEFT JOIN twin USING (id) WHERE twin.id IS NULL`,
  );
  assert.deepEqual(
    differing.map(({ what, n }) => `${what}: ${n}`),
    ["lost: 0", "too many: 0"],
  );
  const definition = async (table: string): Promise<string> => {
    const [row] = await ask(url, `SHOW CREATE TABLE ${table}`);
    return String(row?.["Create Table"])
      .replace(`\`${table}\``, "`it`")
      .replace(/ AUTO_INCREMENT=\d+/, "");
  };
  assert.equal(await definition("t"), await definition("twin"));
  const tables = await ask(url, "SHOW TABLES");
  const left = [...tables.map((row) => Object.values(row)[0]), ...(await ask(url, "SHOW TRIGGERS"))];
  assert.deepEqual(left, ["migration_history", "t", "twin"]);
  await ask(url, "DROP TABLE t", "DROP TABLE twin", "DROP TABLE migration_history");
}

/** Runs statements on a connection of their own. @returns the rows of the last */
export async function ask(url: string, ...statements: readonly string[]): Promise<RowDataPacket[]> {
  const connection = await createConnection({ uri: url });
  let rows: RowDataPacket[] = [];
  try {
    for (const statement of statements) [rows] = await connection.query<RowDataPacket[]>(statement);
    return rows;
  } finally {
    connection.destroy();
  }
}

/** Whether a connection is the tool's, as its first commands tell. */
export function toolConnections(commands: readonly ClientCommand[]): ReadonlySet<number> {
  return new Set(
    commands.filter(({ text }) => text.includes("@@server_id /*!50038")).map(({ connection }) => connection),
  );
}
