import { MigrateError } from "../errors";
import type { Migration, MigrationFile } from "../migrations/read-migrations";
import { readStatements } from "../migrations/read-statements";
import { readText, STORED_TEXT_LIMIT } from "../migrations/read-text";
import { diffSchemas } from "../schema/diff";
import type { Schema } from "../schema/model";
import { type Level, type Risk, RULES, type Rule, risksOf } from "../schema/risks";
import type { Session } from "../server/session";
import type { DatabaseSettings } from "../settings/database";
import type { Settings } from "../settings/settings";
import { classify, type StatementKind } from "../syntax/classify";
import { qualifiersOf } from "../syntax/qualifiers";
import { renamesIn } from "../syntax/renames-in";
import type { Statement } from "../syntax/statement";
import { type AlterCost, costOfAlter } from "./alter-cost";
import { askRows } from "./ask-rows";
import { createChangedObjects } from "./changed-objects";
import { isStopped, type Stop } from "./replay";
import { failedOnScratch, stoppedOnScratch } from "./scratch-failure";
import { openScratchSession, readSchemaOf, runStatement } from "./scratch-session";

/** A risk, with all we know about it. */
export interface Finding {
  readonly rule: Rule;
  readonly level: Level;
  /** A sentence without a full stop. */
  readonly message: string;
  readonly instead: string | null;
  /** The file's reason for allowing it, the text after `-- migrate: allow RULE`; null: it does not allow it. */
  readonly allowed: string | null;
}

/** A statement that changes the schema. */
export interface LintedStatement {
  readonly version: number;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly sql: string;
  /** The altered table on the target; null: there is none, or the target does not have it yet. */
  readonly table: { readonly name: string; readonly rows: number; readonly bytes: number } | null;
  /** Null: no table is altered, or the server was not asked. */
  readonly cost: AlterCost | null;
  readonly findings: readonly Finding[];
}

/** The database that the migrations are meant for. */
export interface LintTarget {
  readonly session: Session;
  /** By name in lower case. Rows are the server's estimate. */
  readonly sizes: ReadonlyMap<string, { readonly rows: number; readonly bytes: number }>;
  /** How many milliseconds a look at the rows may take. */
  readonly limitMs: number;
}

export interface LintInput {
  readonly settings: Settings;
  /** A database with the migrations before these applied. */
  readonly replay: DatabaseSettings;
  /** An empty database, for copies of tables. */
  readonly probe: DatabaseSettings;
  readonly migrations: readonly Migration[];
  /** Null: there is no target. */
  readonly target: LintTarget | null;
  readonly stop: Stop;
}

/**
 * Runs up files on a scratch database, and compares the schema before and after each statement that changes it.
 * @throws StatementError as `failedOnScratch`; MigrateError `interrupted`, `file-changed`
 */
export async function lintFiles(input: LintInput): Promise<readonly LintedStatement[]> {
  const reader = await openScratchSession(input.replay);
  try {
    const linter: Linter = { input, reader, changed: createChangedObjects(), schema: null, made: new Set() };
    const found: LintedStatement[] = [];
    for (const migration of input.migrations) found.push(...(await lintFile(linter, migration)));
    return found;
  } finally {
    await reader.close();
  }
}

interface Linter {
  readonly input: LintInput;
  /** Separate from the running session, which may be in a transaction. */
  readonly reader: Session;
  readonly changed: ReturnType<typeof createChangedObjects>;
  schema: Schema | null;
  /** Tables created by these migrations: they have no rows on the target. In lower case. */
  readonly made: Set<string>;
}

async function lintFile(linter: Linter, migration: Migration): Promise<readonly LintedStatement[]> {
  const { input } = linter;
  const { up } = migration;
  const session = await openScratchSession(input.replay);
  const probe = await openScratchSession(input.probe);
  const lines = up.bytes <= STORED_TEXT_LIMIT ? readText(up).split(/\r?\n/) : [];
  const found: LintedStatement[] = [];
  // A session that has locked tables cannot read others, and everybody else waits for it.
  let locked = false;
  try {
    for await (const batch of readStatements(up, { noBackslashEscapes: session.server.noBackslashEscapes })) {
      for (const statement of batch) {
        if (isStopped(input.stop)) throw stoppedOnScratch(up.fileName);
        const kind = classify(statement.text, session.server).statement;
        locked = kind.kind === "lock-tables" || (locked && kind.kind !== "unlock-tables");
        if (kind.kind === "set") await probe.run(statement.text).catch(() => {});
        if ((kind.kind !== "self-committing" && kind.kind !== "repeatable") || locked) {
          linter.changed.see(kind);
          await runOne(session, up, statement);
          continue;
        }
        const looked = await lintStatement(linter, { session, probe, up, statement, kind, lines });
        if (looked !== null) found.push({ version: migration.version, name: migration.name, ...looked });
      }
    }
  } finally {
    await session.close();
    await probe.close();
  }
  return found;
}

async function runOne(session: Session, { fileName }: MigrationFile, statement: Statement): Promise<void> {
  await runStatement(session, statement.text).catch((error: unknown) => {
    if (error instanceof MigrateError) throw error;
    throw failedOnScratch(
      { fileName, statement, total: statement.number, database: session.database },
      error,
    );
  });
}

interface Look {
  readonly session: Session;
  readonly probe: Session;
  readonly up: MigrationFile;
  readonly statement: Statement;
  readonly kind: Extract<StatementKind, { kind: "self-committing" | "repeatable" }>;
  /** The lines of the file; empty for a large one, in which we do not look for comments. */
  readonly lines: readonly string[];
}

async function lintStatement(
  linter: Linter,
  { session, probe, up, statement, kind, lines }: Look,
): Promise<Omit<LintedStatement, "version" | "name"> | null> {
  const { reader } = linter;
  const { text } = statement;
  const { server } = session;
  const before = await readNow(linter);
  const named = kind.objects.find(({ type }) => type === "table")?.name ?? null;
  const table = before.tables.find(({ name }) => name.toLowerCase() === named?.toLowerCase()) ?? null;
  const isAlter = table !== null && ALTERS.test(text) && qualifiersOf(text, server).length === 0;
  const question = { text, table: table?.name ?? "", schema: before, database: reader.database };
  const cost = isAlter ? await costOfAlter(probe, question) : null;
  linter.changed.see(kind);
  await runOne(session, up, statement);
  const after = await readNow(linter);
  const risks = risksOfStatement(text, before, after, server);
  for (const { name } of after.tables) {
    if (!before.tables.some((each) => each.name === name) && table === null)
      linter.made.add(name.toLowerCase());
  }
  const size = table === null ? null : sizeOf(linter, table.name);
  const findings = await judge([...risks, ...blocking(cost, table?.name ?? "", size, linter)], linter, [
    ...(statement.online === true ? [ONLINE] : []),
    ...allowedAbove(lines, statement.line),
  ]);
  if (findings.length === 0 && cost === null) return null;
  return {
    file: up.fileName,
    line: statement.line,
    column: statement.column,
    sql: text,
    table: size === null || table === null ? null : { name: table.name, ...size },
    cost,
    findings,
  };
}

/** Statements that a server can do in more than one way. */
const ALTERS = /^\s*(?:ALTER\s|CREATE\s+(?:\w+\s+){0,2}INDEX\s|DROP\s+INDEX\s)/i;

async function readNow(linter: Linter): Promise<Schema> {
  const { schema, reader, input, changed } = linter;
  linter.schema = await readSchemaOf(reader, input.settings, schema === null ? null : changed.since(schema));
  changed.clear();
  return linter.schema;
}

function risksOfStatement(
  text: string,
  before: Schema,
  after: Schema,
  server: Session["server"],
): readonly Risk[] {
  if (/^\s*TRUNCATE\s/i.test(text)) {
    return [{ rule: "loses-data", message: "empties the table", instead: null, question: null }];
  }
  const { table, tables, columns } = renamesIn(text, server);
  const nameNow = (name: string): string =>
    after.tables.find((each) => each.name.toLowerCase() === name.toLowerCase())?.name ?? name;
  const altered = nameNow(tables[0]?.to ?? table ?? "");
  const renames = {
    tables: tables.map(({ from, to }) => ({ from, to: nameNow(to) })),
    columns: columns.map((pair) => ({ ...pair, table: altered })),
    constraints: [],
  };
  return diffSchemas(before, after, { server, renames, anyDefiner: true }).flatMap((change) =>
    risksOf(change, before),
  );
}

function sizeOf({ input, made }: Linter, table: string): { rows: number; bytes: number } | null {
  return made.has(table.toLowerCase()) ? null : (input.target?.sizes.get(table.toLowerCase()) ?? null);
}

/** Nobody waits for an empty table, and tables made by these migrations are (nearly) empty. */
function blocking(
  cost: AlterCost | null,
  table: string,
  size: { rows: number } | null,
  { input, made }: Linter,
): readonly Risk[] {
  if (cost === null || cost.waits === "nothing" || made.has(table.toLowerCase())) return [];
  if (input.target !== null && (size === null || size.rows === 0)) return [];
  const how = cost.rebuilds ? "while the table is written anew" : "until it is done";
  const who = cost.waits === "writes" ? `writes to ${table} wait` : `reads of ${table} and writes to it wait`;
  const message = `${who} ${how}`;
  return [
    {
      rule: "blocks-writes",
      message,
      instead: "Mark it online (docs/online.md), or run it when nobody writes.",
      question: null,
    },
  ];
}

async function judge(
  risks: readonly Risk[],
  { input, made }: Linter,
  allowances: readonly Allowance[],
): Promise<readonly Finding[]> {
  const findings = allowances.filter(({ rule }) => !Object.hasOwn(RULES, rule)).map(unknownRule);
  for (const { rule, message, instead, question } of risks) {
    if (question !== null && made.has(question.table.toLowerCase())) continue;
    const answer =
      question === null || input.target === null
        ? "unknown"
        : await askRows(input.target.session, question, input.target.limitMs);
    if (answer === "none") continue;
    const allowance = allowances.find((each) => each.rule === rule);
    findings.push({
      rule,
      level: answer === "found" ? "error" : RULES[rule].level,
      message: answer === "found" ? message.replace(" may ", " do ") : message,
      instead: allowance?.why === "" ? `Say why behind "migrate: allow ${rule}".` : instead,
      allowed: allowance?.why || null,
    });
  }
  return findings;
}

function unknownRule({ rule }: Allowance): Finding {
  const message = `a comment allows ${rule}, and there is no such rule`;
  const instead = `There are ${Object.keys(RULES)
    .filter((each) => each !== "unknown-rule")
    .join(", ")}.`;
  return { rule: "unknown-rule", level: "error", message, instead, allowed: null };
}

interface Allowance {
  readonly rule: string;
  readonly why: string;
}

/** A statement marked `online` makes nobody wait, or is refused. */
const ONLINE: Allowance = { rule: "blocks-writes", why: "It is marked online." };

/** What the comments right above a line allow. */
function allowedAbove(lines: readonly string[], line: number): readonly Allowance[] {
  const allowed: Allowance[] = [];
  for (let at = line - 2; at >= 0 && /^\s*(?:--|#)/.test(lines[at] ?? ""); at--) {
    const found = /^\s*(?:--|#)\s*migrate:\s*allow\s+(\S+)\s*(.*)$/i.exec(lines[at] ?? "");
    if (found !== null) allowed.push({ rule: found[1] ?? "", why: (found[2] ?? "").trim() });
  }
  return allowed;
}
