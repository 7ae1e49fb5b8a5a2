import { MigrateError, type Problem } from "../errors";
import { createStatementJudge, type JudgeOptions } from "./judge-statements";
import type { MigrationFile } from "./read-migrations";
import { readStatements } from "./read-statements";

/** What must be known of a file before its first statement runs. */
export interface FileScan {
  /** Statements in it; when there are problems, as far as it was read. */
  readonly total: number;
  /** User variables that statements mention (lower case, without the @): their values must survive a lost connection. */
  readonly userVariables: readonly string[];
  /** A statement mentions LAST_INSERT_ID(), which must survive too. */
  readonly usesLastInsertId: boolean;
  /** A statement reads what the one right before it left, such as ROW_COUNT(), or holds a string that may do so. */
  readonly usesPrevious: boolean;
  /** What in it is refused, each with `file:line:column`; nothing of the file may run. */
  readonly problems: readonly Problem[];
}

export interface ScanOptions extends JudgeOptions {
  /** The session starts with NO_BACKSLASH_ESCAPES in its sql_mode. */
  readonly noBackslashEscapes: boolean;
}

/**
 * Reads a migration file from end to end, in flat memory however large it is, and runs nothing.
 * @throws MigrateError `file-changed`, `unreadable`; what is wrong with its text is returned
 */
export async function scanFile(file: MigrationFile, options: ScanOptions): Promise<FileScan> {
  const { noBackslashEscapes } = options;
  const judge = createStatementJudge(file.fileName, options);
  try {
    for await (const batch of readStatements(file, { noBackslashEscapes, unhashed: true, headsOnly: true })) {
      for (const statement of batch) judge.see(statement);
    }
    judge.end();
  } catch (error) {
    if (!(error instanceof MigrateError) || !isAboutText(error)) throw error;
    const { code, message, hint } = error;
    judge.refuse({ code, file: file.fileName, message, hint });
  }
  return judge.result();
}

/** The splitter's refusals belong to the list of all offenders; that the file is not there any more does not. */
function isAboutText({ code }: MigrateError): boolean {
  return code !== "file-changed" && code !== "unreadable";
}
