import type { Problem } from "../errors";
import type { Migration, MigrationFile } from "../migrations/read-migrations";
import { readStatements } from "../migrations/read-statements";
import { PROGRAM_TYPES } from "../schema/kinds/all-kinds";
import { type LexOptions, type Token, tokens } from "../syntax/lexer";
import { splitText } from "../syntax/splitter";
import { createSqlMode } from "../syntax/sql-mode";
import type { Statement } from "../syntax/statement";
import { isKeyword } from "../syntax/token-reader";
import { findOtherDatabase } from "./other-databases";
import { findServerWide, findWayOut } from "./server-wide";

/** SQL text that will run on a scratch database. */
export interface SqlText {
  /** For messages. */
  readonly fileName: string;
  readonly sql: string;
}

/** What we need to know about a server that we share with others. */
export interface SharedServer {
  /** Names of the databases on it, including the real target's. */
  readonly databases: readonly string[];
  readonly noBackslashEscapes: boolean;
}

/**
 * Why a statement must not run on a server that has other databases than the throwaway one. Bodies of stored programs,
 * executable comments and prepared texts count like the statement itself.
 * @param databases names, in lower case
 * @returns a clause for a message, or null when it stays within its own database
 */
export function whyReachesBeyond(
  text: string,
  databases: ReadonlySet<string>,
  options: LexOptions = {},
): string | null {
  const list = [...tokens(text, options)];
  const verb = findServerWide(list, holdsStatements(list));
  if (verb !== null) return `${verb} is not about one database only`;
  const named = findOtherDatabase(list, text, databases);
  if (named !== null) return `it names the database ${named}`;
  return findWayOut(list) ?? whyPreparedReachesBeyond(list, databases, options);
}

/** A stored program, a compound statement, or one that runs another (MariaDB's SET STATEMENT … FOR). */
function holdsStatements(list: readonly Token[]): boolean {
  const [first, second] = list;
  if (["BEGIN", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR"].some((word) => isKeyword(first, word)))
    return true;
  if (isKeyword(second, ":") || isKeyword(second, "STATEMENT")) return true;
  if (["EXPLAIN", "ANALYZE", "DESCRIBE", "DESC"].some((word) => isKeyword(first, word))) return true;
  if (!isKeyword(first, "CREATE") && !isKeyword(first, "ALTER")) return false;
  return PROGRAM_TYPES.some((word) => list.slice(1, 14).some((token) => isKeyword(token, word)));
}

/** A text that is prepared from a literal is checked; any other text is known only when it runs. */
function whyPreparedReachesBeyond(
  list: readonly Token[],
  databases: ReadonlySet<string>,
  options: LexOptions,
): string | null {
  for (const [at, token] of list.entries()) {
    const immediate = isKeyword(token, "EXECUTE") && isKeyword(list[at + 1], "IMMEDIATE");
    const prepared = isKeyword(token, "PREPARE") && isKeyword(list[at + 2], "FROM");
    if (!immediate && !prepared) continue;
    const from = at + (immediate ? 2 : 3);
    const source = list[from];
    const behind = list[from + 1];
    const isWhole = behind === undefined || isKeyword(behind, ";") || isKeyword(behind, "USING");
    if (source?.type !== "string" || !isWhole)
      return `what it ${immediate ? "executes" : "prepares"} is not known before it runs`;
    const why = whyReachesBeyond(source.value, databases, options);
    if (why !== null) return why;
  }
  return null;
}

/**
 * Looks through everything that will run for statements that reach beyond their own database.
 * @returns every offender, by file and line
 */
export async function findReaching(
  migrations: readonly Migration[],
  texts: readonly SqlText[],
  server: SharedServer,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { up, down } of migrations) {
    for (const file of [up, down]) {
      if (file !== null) problems.push(...(await lookThrough(file, server)));
    }
  }
  for (const { fileName, sql } of texts) {
    const { noBackslashEscapes } = server;
    const see = createWatch(fileName, server, problems);
    for (const statement of splitText(sql, { fileName, noBackslashEscapes })) see(statement);
  }
  return problems;
}

async function lookThrough(file: MigrationFile, server: SharedServer): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const { noBackslashEscapes } = server;
  const see = createWatch(file.fileName, server, problems);
  for await (const batch of readStatements(file, { noBackslashEscapes, headsOnly: true })) {
    for (const statement of batch) see(statement);
  }
  return problems;
}

/** The most problems listed for one file. */
const MOST_PROBLEMS = 20;

/** Sees a file's statements in order, with the sql_mode that the file sets. */
function createWatch(
  fileName: string,
  server: SharedServer,
  problems: Problem[],
): (statement: Statement) => void {
  const databases = new Set(server.databases.map((name) => name.toLowerCase()));
  const mode = createSqlMode(server.noBackslashEscapes);
  let head: string | null = null;
  return (statement) => {
    if (statement.head === head || problems.length >= MOST_PROBLEMS) return; // rows of data begin alike
    head = statement.head;
    const why = whyReachesBeyond(head, databases, { noBackslashEscapes: mode.noBackslashEscapes() });
    if (/\bsql_mode\b|^\W*set\b/i.test(head)) mode.set(head);
    if (why === null) return;
    const place = `${fileName}:${statement.line}:${statement.column}`;
    problems.push({ code: "no-scratch", file: fileName, message: `${place}: ${why}.`, hint: null });
  };
}
