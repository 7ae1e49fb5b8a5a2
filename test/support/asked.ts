import { createMigrator } from "../../src/index";
import { MAY_BE_ASKED } from "./fixture";
import type { ClientCommand } from "./proxy";
import type { Outcome } from "./runner";
import { HISTORY_TABLE, type Point } from "./sweep";

/** Whether the marked statement, at which a run stopped to ask, took effect: known to whoever made the cut. */
export type Truth = "applied" | "not-applied";

/**
 * What a person who sees everything answers to a run that stopped to ask: only at a statement that says of itself that
 * it may be asked about, and only when the cut fell between its intent and the record that it is done.
 * @returns null when the run should not have asked
 */
export function truthOf(point: Point, outcome: Outcome): Truth | null {
  return truthWhere(point, outcome, ({ text }) => text.includes(MAY_BE_ASKED));
}

/** Whether a run stopped to ask at a statement that says of itself that it may be asked about. */
export function isAsked(outcome: Outcome): boolean {
  return outcome.ended === "failed" && outcome.code === "in-doubt" && outcome.message.includes(MAY_BE_ASKED);
}

/** The same about statements of another kind. */
export function truthWhere(
  { subject, command, moment }: Point,
  outcome: Outcome,
  mayBeAskedAbout: (command: ClientCommand) => boolean,
): Truth | null {
  if (outcome.ended !== "failed" || outcome.code !== "in-doubt") return null;
  const { commands, database } = subject;
  const isQuoted = ({ text }: ClientCommand): boolean => {
    // As far as it names no database: that of this run has another name.
    const [words = ""] = text.split(new RegExp(`\n|${database}`));
    return outcome.message.includes(words.slice(0, 60));
  };
  // The record of the statement, and before it the statement itself and its intent.
  const records = commands.filter(isRecord).map(({ number }) => number);
  const statements = commands.filter((sent) => isStatement(sent) && mayBeAskedAbout(sent) && isQuoted(sent));
  for (const { number } of statements) {
    const intent = records.findLast((record) => record < number) ?? 0;
    const done = records.find((record) => record > number) ?? 0;
    if (command < intent || command > done) continue;
    if (command === intent && moment === "before") continue;
    if (command === done && moment === "after") continue;
    return command < number || (command === number && moment === "before") ? "not-applied" : "applied";
  }
  return null;
}

function isStatement({ name, text }: ClientCommand): boolean {
  return name === "COM_QUERY" && !text.includes(HISTORY_TABLE);
}

function isRecord({ name, text }: ClientCommand): boolean {
  return name !== "COM_STMT_PREPARE" && /^(UPDATE|INSERT INTO) /.test(text) && text.includes(HISTORY_TABLE);
}

/** Settles it, as the message says. */
export async function answer(url: string, dir: string, truth: Truth): Promise<void> {
  const migrator = createMigrator({ databaseUrl: url, dir });
  const { entries } = await migrator.status();
  const partial = entries.find(({ state }) => state.startsWith("partial"));
  if (partial === undefined) throw new Error("a run asked, but no migration is partial");
  await migrator.resolve({
    version: partial.version,
    applied: truth === "applied",
    notApplied: truth === "not-applied",
  });
}
