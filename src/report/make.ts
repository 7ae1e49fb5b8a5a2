import { ACTION_WORDS } from "../history/action-words";
import type { HistoryRow } from "../history/lines";
import { formatMigration } from "../migrations/names";
import type { StatusEntry } from "../plan/version-state";
import type { Schema } from "../schema/model";
import type { LintedStatement } from "../scratch/lint";
import { withoutSecrets } from "../syntax/secrets";
import { splitText } from "../syntax/splitter";
import { describeSchema, type SchemaFacts } from "./describe";
import { differenceOf } from "./difference";
import type {
  Difference,
  Report,
  ReportedFinding,
  ReportedLine,
  ReportedMigration,
  ReportedTable,
} from "./model";
import { count } from "./text";

/** The data from which a report is made. */
export interface ReportInput
  extends Pick<Report, "title" | "server" | "tool" | "of" | "version" | "remarks"> {
  readonly made: Date;
  readonly schema: Schema;
  readonly facts: SchemaFacts;
  readonly entries: readonly StatusEntry[];
  /** Whether it is known which of them are applied: not where no database was asked. */
  readonly isStateKnown: boolean;
  readonly texts: ReadonlyMap<number, MigrationTexts>;
  readonly rows: readonly HistoryRow[];
  readonly difference: DifferenceInput | null;
  readonly drift: string | null;
  readonly noBackslashEscapes: boolean;
}

/** Both files of a pair; null: there is none, or it cannot be had, and then `missing` says why. */
export interface MigrationTexts {
  readonly up: string | null;
  readonly down: string | null;
  readonly missing: string | null;
}

export interface DifferenceInput {
  readonly title: string;
  readonly from: Schema;
  readonly to: Schema;
  readonly fromFacts: SchemaFacts;
  readonly toFacts: SchemaFacts;
  readonly sql: string;
  readonly findings: readonly (LintedStatement & { readonly costs: string | null })[] | null;
}

/** Makes a report, without the passwords in SQL. */
export function makeReport(input: ReportInput): Report {
  const { title, server, tool, of, version, remarks, made, schema, facts } = input;
  const safe = (sql: string): string => withoutSecretsOf(sql, input.noBackslashEscapes);
  const { tables, programs } = describeSchema(schema, facts);
  return {
    title,
    server,
    made: made.toISOString(),
    tool,
    of,
    version,
    tables: tables.map((table) => safeTable(table, safe)),
    programs: programs.map((program) => ({ ...program, definition: safe(program.definition) })),
    migrations: describeMigrations(input, safe),
    history: input.rows.map(describeLine),
    difference: input.difference === null ? null : describeDifference(input.difference, safe),
    drift: input.drift === null ? null : safe(input.drift),
    remarks,
  };
}

type Safe = (sql: string) => string;

/**
 * Works statement by statement, since the beginning of some matters; a text that cannot be split counts as one
 * statement.
 */
function withoutSecretsOf(text: string, noBackslashEscapes: boolean): string {
  const options = { noBackslashEscapes };
  if (!/IDENTIFIED|PASSWORD|CONNECTION/i.test(text)) return text;
  let [safe, end] = ["", 0];
  try {
    for (const statement of splitText(text, options)) {
      const start = text.indexOf(statement.text, end);
      if (start === -1) return withoutSecrets(text, options);
      safe += text.slice(end, start) + withoutSecrets(statement.text, options);
      end = start + statement.text.length;
    }
  } catch {
    return withoutSecrets(text, options);
  }
  return safe + text.slice(end);
}

function safeTable(table: ReportedTable, safe: Safe): ReportedTable {
  const triggers = table.triggers.map((trigger) => ({ ...trigger, body: safe(trigger.body) }));
  return { ...table, triggers, definition: safe(table.definition) };
}

/** A longer text is cut, and there is a limit for all together: a report should fit into a mail. */
const LONGEST_TEXT = 100_000;
const ALL_TEXTS = 4_000_000;

function describeMigrations(
  { entries, texts, isStateKnown }: ReportInput,
  safe: Safe,
): readonly ReportedMigration[] {
  let left = ALL_TEXTS;
  const shorten = (text: string | null): string | null => {
    if (text === null || left <= 0) return null;
    const shown =
      text.length <= LONGEST_TEXT
        ? safe(text)
        : `${safe(text.slice(0, LONGEST_TEXT))}\n-- … cut here: it is longer`;
    left -= shown.length;
    return shown;
  };
  const newestFirst = [...entries].reverse().map((entry): ReportedMigration => {
    const { up = null, down = null, missing = null } = texts.get(entry.version) ?? {};
    const isFull = left <= 0;
    return {
      version: entry.version,
      label: formatMigration(entry),
      state: isStateKnown ? stateOf(entry) : entry.irreversible ? "irreversible" : "",
      isPending: isStateKnown && entry.state !== "applied",
      problems: [...entry.problems, ...entry.warnings].map(({ message }) => message),
      up: shorten(up),
      down: shorten(down),
      missingText: isFull ? "Its text is left out, so that the report stays small." : missing,
    };
  });
  return newestFirst.reverse();
}

function stateOf({ state, stamped, done, total, irreversible }: StatusEntry): string {
  const progress = `${done ?? 0} of ${total ?? 0}`;
  const words: Readonly<Record<StatusEntry["state"], string>> = {
    applied: stamped ? "stamped" : "applied",
    pending: "pending",
    "partial-up": `partial ${progress}`,
    "partial-down": `partly reverted ${progress}`,
  };
  return `${words[state]}${irreversible ? ", irreversible" : ""}`;
}

function describeLine(row: HistoryRow): ReportedLine {
  const { id, version, action, startedAt, finishedAt, durationMs, reason, error, done, total } = row;
  const ran = action === "up" || action === "down";
  const what =
    finishedAt !== null
      ? ACTION_WORDS[action]
      : `${error === null ? "stopped" : "failed"} ${action === "down" ? "on the way down " : ""}after ${done} of ${total}`;
  const tone = finishedAt === null ? "bad" : action === "up" ? "good" : ran ? "neutral" : "warn";
  const by = `by ${row.dbUser} (${row.osUser} on ${row.host}), with ${row.toolVersion}`;
  return {
    id,
    version,
    label: formatMigration(row),
    what,
    tone,
    direction: ran ? action : null,
    startedAt,
    durationMs,
    who: ran ? `${count(done, "statement")} ${by}` : by,
    reason,
    error,
  };
}

function describeDifference(input: DifferenceInput, safe: Safe): Difference {
  const from = describeSchema(input.from, input.fromFacts);
  const to = describeSchema(input.to, input.toFacts);
  const { tables, others } = differenceOf(from, to);
  return {
    title: input.title,
    tables: tables.map((table) => ({ ...table, table: safeTable(table.table, safe) })),
    others,
    sql: safe(input.sql),
    findings: input.findings === null ? null : input.findings.flatMap((each) => describeFindings(each, safe)),
  };
}

function describeFindings(
  { file, line, sql, findings, costs }: LintedStatement & { readonly costs: string | null },
  safe: Safe,
): readonly ReportedFinding[] {
  const where = { place: `${file}:${line}`, sql: safe(sql) };
  const cost: readonly ReportedFinding[] = costs === null ? [] : [{ ...where, level: "cost", text: costs }];
  const found = findings.map(({ rule, level, message, instead, allowed }): ReportedFinding => {
    const what = `${rule}: ${message}.${instead === null ? "" : ` ${instead}`}`;
    return allowed === null
      ? { ...where, level, text: what }
      : { ...where, level: "allowed", text: `${what} Why: ${allowed}` };
  });
  return [...found, ...cost];
}
