import { MigrateError } from "../errors";
import { hashStatement } from "../history/journal";
import type { Intent } from "../history/lines";
import { formatVersion } from "../migrations/names";
import type { Step } from "../plan/planned";
import { exists, type ObjectPrint } from "../server/fingerprint";
import type { Session } from "../server/session";
import { remainingStatement } from "../syntax/remaining";
import { withoutSecrets } from "../syntax/secrets";
import type { Statement } from "../syntax/statement";
import { unifiedDiff } from "../syntax/unified-diff";
import type { Finding } from "./judge-intent";

/** A statement that was running when an earlier run ended, and what is known about it now. */
export interface OpenIntent {
  readonly intent: Intent;
  /** What its objects say. We have the lock, so the earlier session has ended and nothing of it still runs. */
  readonly found: Finding;
  /** The statement at that place in the file now; null when the file ends before it. */
  readonly next: Statement | null;
  /** Number of statements in the file. */
  readonly total: number;
  /** It seems not to be applied, but a later statement is, which the server would not have reached without it. */
  readonly overtaken: boolean;
}

/**
 * Decides whether the statement that was running took effect.
 * @returns `applied` also when the rest of a half-done statement was carried out here
 * @throws MigrateError `in-doubt` when nothing can tell; `prefix-modified` when it took effect and the file now has
 *   another statement at its place
 */
export async function settleIntent(
  session: Session,
  step: Step,
  { intent, found, next, total, overtaken }: OpenIntent,
): Promise<"applied" | "not-applied"> {
  const { verdict } = found;
  const unchanged = next !== null && hashStatement(next.text) === intent.hash;
  if (verdict === "not-applied" && !overtaken) return verdict;
  if (verdict === "applied" && unchanged) return verdict;
  if (verdict === "partly" && unchanged) {
    const rest = remainingStatement(next.text, session.server);
    if (rest !== null) {
      await session.run(rest);
      return "applied";
    }
  }
  const where = placeOf(step, intent, unchanged ? next : null, total);
  if (verdict === "applied") {
    throw new MigrateError(
      "prefix-modified",
      `${where} took effect before the connection was lost, and the file has another statement in its place now. Nothing more was run.`,
      { hint: `Restore statement ${intent.statement}, then run it again; what comes after it may change.` },
    );
  }
  const known = overtaken ? OVERTAKEN : whatIsKnown(intent, found);
  throw inDoubt(step, intent, unchanged ? next.text : null, where, known, tellDifferences(intent, found));
}

/** @param next the statement, if the file still has it at its place */
function placeOf(step: Step, { statement }: Intent, next: Statement | null, total: number): string {
  const { fileName } = step.file;
  if (next !== null) return `${fileName}:${next.line}:${next.column}: statement ${statement} of ${total}`;
  // The line's count is from the file as it was when the migration began.
  return `${fileName}: statement ${statement} of ${step.resume?.row.total ?? total}`;
}

const OVERTAKEN =
  "what it is about is as it was, though a statement that was sent behind it seems to have run, before which the server would have stopped";

function whatIsKnown(intent: Intent, found: Finding): string {
  return tellDifferences(intent, found) === ""
    ? "nothing in the database tells whether it took effect"
    : "what it is about is neither as it was nor as the statement makes it";
}

/** @param text the statement, if the file still has it at its place */
function inDoubt(
  step: Step,
  intent: Intent,
  text: string | null,
  where: string,
  known: string,
  differences: string,
): MigrateError {
  const version = formatVersion(step.version);
  return new MigrateError(
    "in-doubt",
    `${where} was under way when an earlier run ended (connection ${intent.connection}), and ${known}:\n` +
      `${underWay(intent, text)}\n${differences}Nothing more was run.`,
    {
      hint: `See whether it did, then say so:\n  npm run migrate:resolve -- ${version} --applied\n  npm run migrate:resolve -- ${version} --not-applied`,
    },
  );
}

/** The statement's whole text, from the file or from the intent; null when neither has it. */
export function textOf(intent: Intent, next: Statement | null): string | null {
  for (const text of [next?.text, intent.text]) {
    if (text !== undefined && hashStatement(text) === intent.hash) return text;
  }
  return null;
}

function underWay(intent: Intent, text: string | null): string {
  if (text !== null) return excerpt(withoutSecrets(text));
  const changed = "The file has something else in its place now.";
  return intent.text === undefined ? changed : `${excerpt(intent.text)}\n${changed}`;
}

function excerpt(text: string): string {
  const lines = text
    .split("\n")
    .slice(0, 5)
    .map((line) => `  ${line.slice(0, 160)}`);
  return lines.join("\n");
}

/** The most lines of differences in a message. */
const MOST_LINES = 40;

/**
 * Says for each object of a statement in doubt what it was, is, and would be.
 * @returns lines, each with its newline; none when there is nothing to tell
 */
function tellDifferences({ before }: Intent, { now, made }: Finding): string {
  if (before === null || now === null) return "";
  const lines = now.objects.flatMap((is, index) => {
    const was = before.objects[index];
    if (was === undefined || was.state === is.state) return [];
    return [...tellOne(was, is, made?.objects[index] ?? null)];
  });
  const shown = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), "…"] : lines;
  return shown.map((line) => `  ${line}\n`).join("");
}

function tellOne(was: ObjectPrint, is: ObjectPrint, made: ObjectPrint | null): readonly string[] {
  const changed = diff(was, is, `${was.object} as it was before`, "as it is now");
  if (made?.definition === undefined) return changed;
  return [...changed, ...diff(was, made, `${was.object} as it was before`, "as the statement makes it")];
}

function diff(from: ObjectPrint, to: ObjectPrint, before: string, after: string): readonly string[] {
  if (!exists(from) && !exists(to)) return [];
  return unifiedDiff(renderPrint(from), renderPrint(to), { before, after });
}

function renderPrint(print: ObjectPrint): string {
  if (!exists(print)) return "";
  return print.definition === undefined ? `(${print.state})\n` : `${print.definition}\n`;
}
