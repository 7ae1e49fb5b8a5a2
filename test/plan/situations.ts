import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { MigrateError, RefusedError } from "../../src/errors";
import type { HistoryRow } from "../../src/history/lines";
import { type Direction, formatMigration } from "../../src/migrations/names";
import type { Migration, MigrationFile } from "../../src/migrations/read-migrations";
import type { Plan } from "../../src/plan/planned";

export interface Scene {
  readonly migrations: readonly Migration[];
  readonly rows: readonly HistoryRow[];
}

/**
 * Makes a folder and a history out of a line such as `1 applied, 2 partial 3/5, 3 pending`. A version's
 * migration is named after it, `m1`, and applied on the day of January 2026 that is its history line.
 *
 * - `applied`, `stamped`, `pending`, `reverted`; `partial 3/5`, `partial-down 1/2`; `begun 0/5` (a run that
 *   ended before its first statement), `in-doubt 0/5` (during it)
 * - `gone` no files; `modified`, `down-modified`; `irreversible`; `named x`; `replaced by x` (other name, other
 *   text); `as 9` (its files have that version)
 */
export function scene(line: string): Scene {
  const migrations: Migration[] = [];
  const rows: HistoryRow[] = [];
  for (const item of line.split(", ").filter((each) => each !== "")) {
    const [, digits = "", words = ""] = /^(\d+) (.*)$/.exec(item) ?? [];
    const version = Number(digits);
    assert.ok(version > 0, `cannot read ${item}`);
    rows.push(...historyOf(version, words, rows.length + 1));
    if (!/\bgone\b/.test(words)) migrations.push(migrationOf(version, words));
  }
  return { migrations: migrations.sort((a, b) => a.version - b.version), rows };
}

function historyOf(version: number, words: string, id: number): readonly HistoryRow[] {
  const irreversible = /\birreversible\b/.test(words);
  const base = {
    version,
    name: `m${version}`,
    upChecksum: hash(`up ${version}`),
    downChecksum: irreversible ? null : hash(`down ${version}`),
  };
  const [, done, total] = /(\d+)\/(\d+)/.exec(words) ?? [];
  const progress = { done: Number(done), total: Number(total), finishedAt: null };
  const up = row(id, { ...base, action: "up" });
  switch (/^[a-z-]+/.exec(words)?.[0]) {
    case "applied":
      return [up];
    case "stamped":
      return [row(id, { ...base, action: "stamp", reason: "adopted" })];
    case "reverted":
      return [up, row(id + 1, { ...base, action: "down" })];
    case "partial":
    case "begun":
      return [row(id, { ...base, action: "up", ...progress })];
    case "in-doubt":
      return [row(id, { ...base, action: "up", ...progress, intent: intent(progress.done + 1) })];
    case "partial-down":
      return [up, row(id + 1, { ...base, action: "down", ...progress })];
    case "pending":
      return [];
    default:
      throw new assert.AssertionError({ message: `cannot read ${version} ${words}` });
  }
}

function migrationOf(version: number, words: string): Migration {
  const [, otherName] = /\b(?:named|replaced by) (\w+)/.exec(words) ?? [];
  const [, otherVersion] = /\bas (\d+)/.exec(words) ?? [];
  const at = otherVersion === undefined ? version : Number(otherVersion);
  const name = otherName ?? `m${version}`;
  const isOther = /\breplaced\b|(?<!-)\bmodified\b/.test(words);
  const downText = /\bdown-modified\b/.test(words) || isOther ? "other down" : "down";
  const up = file(at, name, "up", `${isOther ? "other up" : "up"} ${version}`);
  const down = /\birreversible\b/.test(words) ? null : file(at, name, "down", `${downText} ${version}`);
  return { version: at, name, up, down };
}

/** A migration file with this text. */
export function file(version: number, name: string, direction: Direction, text: string): MigrationFile {
  const fileName = `${formatMigration({ version, name })}.${direction}.sql`;
  return {
    fileName,
    path: `sql/${fileName}`,
    direction,
    version,
    name,
    bytes: text.length,
    checksum: hash(text),
  };
}

/** A history line, finished on the day of January 2026 that is its id. */
export function row(id: number, values: Partial<HistoryRow>): HistoryRow {
  const day = `2026-01-${String(id).padStart(2, "0")}`;
  const total = values.total ?? 1;
  const done = values.done ?? total;
  return {
    id,
    version: 1,
    name: "m1",
    action: "up",
    upChecksum: hash("up 1"),
    downChecksum: hash("down 1"),
    total,
    done,
    doneHash: done === 0 ? null : hash(`${done}`),
    intent: null,
    error: null,
    startedAt: `${day}T10:00:00.000Z`,
    finishedAt: `${day}T10:00:01.000Z`,
    durationMs: 1000,
    dbUser: "app@%",
    osUser: "ann",
    host: "build-1",
    toolVersion: "0.1.0",
    reason: null,
    ...values,
  };
}

/** An intent to run this statement. */
export function intent(statement: number): NonNullable<HistoryRow["intent"]> {
  return { statement, hash: hash("statement"), connection: 7, how: "alter", objects: [], before: null };
}

export function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** `1 -> 3: up 2 after 3/5, up 3 (warning)`. */
export function showPlan({ from, to, steps, warnings }: Plan): string {
  const shown = steps.map(({ direction, version, resume }) =>
    resume === null
      ? `${direction} ${version}`
      : `${direction} ${version} after ${resume.row.done}/${resume.row.total}`,
  );
  const work = shown.length === 0 ? "nothing" : shown.join(", ");
  return [`${from ?? "base"} -> ${to ?? "base"}: ${work}`, ...warnings.map((warning) => `(${warning})`)].join(
    "\n",
  );
}

/** What was refused, as people read it: every `code: message` and its hint. */
export function showRefusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error;
    const problems = error instanceof RefusedError ? error.problems : [error];
    return problems
      .map(({ code, message, hint }) => `${code}: ${message}${hint === null ? "" : `\n${hint}`}`)
      .join("\n");
  }
  throw new assert.AssertionError({ message: "it was not refused" });
}
