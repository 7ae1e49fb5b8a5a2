import type { RowQuestion } from "../schema/risks";
import { serverErrno } from "../server/error-numbers";
import type { Session } from "../server/session";
import { quoteIdentifier } from "../syntax/quote";

/**
 * The answer: there is such a row, there is none, or nobody knows, because it took too long or the rows cannot be read.
 */
export type RowAnswer = "found" | "none" | "unknown";

/**
 * Asks a table of the target whether it has a row that makes a statement fail. It only reads, and stops at the first
 * one.
 * @param limitMs how many milliseconds the server may look for one (whole seconds on MariaDB)
 * @throws the driver's error when the connection is lost
 */
export async function askRows(session: Session, question: RowQuestion, limitMs: number): Promise<RowAnswer> {
  const sql =
    session.server.family === "mysql"
      ? `SELECT /*+ MAX_EXECUTION_TIME(${limitMs}) */ ${selectOf(question)}`
      : `SET STATEMENT max_statement_time = ${limitMs / 1000} FOR SELECT ${selectOf(question)}`;
  try {
    return (await session.query(sql)).length > 0 ? "found" : "none";
  } catch (error) {
    // Also when the table or column is made only by an earlier migration.
    if (serverErrno(error) === null) throw error;
    return "unknown";
  }
}

function selectOf(question: RowQuestion): string {
  const table = quoteIdentifier(question.table);
  switch (question.ask) {
    case "null":
      return `1 FROM ${table} WHERE ${quoteIdentifier(question.column)} IS NULL LIMIT 1`;
    case "longer":
      return `1 FROM ${table} WHERE CHAR_LENGTH(${quoteIdentifier(question.column)}) > ${question.characters} LIMIT 1`;
    case "against":
      return `1 FROM ${table} WHERE NOT (${question.expression}) LIMIT 1`;
    case "duplicate": {
      const columns = question.columns.map(quoteIdentifier);
      const given = columns.map((column) => `${column} IS NOT NULL`).join(" AND ");
      return `1 FROM ${table} WHERE ${given} GROUP BY ${columns.join(", ")} HAVING COUNT(*) > 1 LIMIT 1`;
    }
    case "orphan": {
      const { columns, referencedColumns, referencedDatabase, referencedTable } = question.key;
      const parent = [...(referencedDatabase === null ? [] : [referencedDatabase]), referencedTable];
      const child = columns.map((column) => `c.${quoteIdentifier(column)}`);
      const pairs = child.map(
        (column, at) => `p.${quoteIdentifier(referencedColumns[at] ?? "")} = ${column}`,
      );
      const given = child.map((column) => `${column} IS NOT NULL`).join(" AND ");
      return `1 FROM ${table} AS c WHERE ${given} AND NOT EXISTS (SELECT 1 FROM ${parent.map(quoteIdentifier).join(".")} AS p WHERE ${pairs.join(" AND ")}) LIMIT 1`;
    }
    default:
      return question satisfies never;
  }
}
