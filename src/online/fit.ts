import type { Session } from "../server/session";
import { LASTING } from "../server/tables";
import { quoteIdentifier } from "../syntax/quote";
import { renamesIn } from "../syntax/renames-in";
import { mayComeBack } from "../syntax/statements/alter-table";
import { createReader, isKeyword } from "../syntax/token-reader";

/** Facts about a table that matter to a tool that copies it. */
export interface TableFacts {
  /** `BASE TABLE` or another type; null: there is no such table. */
  readonly type: string | null;
  readonly engine: string;
  /** Its foreign keys, and those of other tables that refer to it. */
  readonly foreignKeys: readonly string[];
  readonly triggers: readonly string[];
  readonly checks: readonly string[];
  /** Whether it has a unique key without NULLs. */
  readonly hasKey: boolean;
}

/** Why a table cannot be copied, and what helps. */
export interface Unfit {
  readonly why: string;
  readonly instead: string;
}

/**
 * Why pt-online-schema-change cannot do a change, or would do it differently from the server. Pure.
 * @returns null when it can
 */
export function whyUnfit(text: string, name: string, facts: TableFacts): Unfit | null {
  const { table, tables, columns } = renamesIn(text);
  if (facts.type === null) return { why: "there is no such table", instead: "Correct its name." };
  if (!/^[\w$-]+$/.test(name) || name.length > 58)
    return { why: "the tool cannot be told a name like this", instead: PLAINLY };
  if (table !== null && tables.length > 0)
    return { why: "it also renames the table", instead: "Rename it in a statement of its own." };
  if (columns.length > 0) {
    const why = `it also renames ${columns.map(({ from }) => from).join(", ")}, whose values the tool would lose`;
    return { why, instead: "Rename in a statement of its own, which is done at once." };
  }
  const words = createReader(text).rest();
  if (["UNIQUE", "PRIMARY"].some((word) => words.some((token) => isKeyword(token, word))))
    return {
      why: "it is about a unique key, and of rows that are alike in it the tool would keep one",
      instead: "Change the key in a statement of its own: the server makes nobody wait for that.",
    };
  if (/\bDROP\b/i.test(text) && mayComeBack(text))
    return {
      why: "it drops a column and adds it again, and the tool would keep its values",
      instead: "Make two statements of it.",
    };
  if (/\b(?:DISCARD|IMPORT|EXCHANGE)\b/i.test(text))
    return { why: "it is about files or another table, which a copy is not", instead: PLAINLY };
  if (facts.type !== "BASE TABLE") return { why: `it is a ${facts.type.toLowerCase()}`, instead: PLAINLY };
  if (facts.engine.toUpperCase() !== "INNODB")
    return { why: `its engine is ${facts.engine}, which has no transactions`, instead: PLAINLY };
  if (!facts.hasKey)
    return {
      why: "it has no primary key, and no unique key without NULL",
      instead: "Give it a primary key first.",
    };
  return whyBound(facts);
}

function whyBound({ foreignKeys, triggers, checks }: TableFacts): Unfit | null {
  if (foreignKeys.length > 0)
    return {
      why: `foreign keys lead from it or to it (${foreignKeys.join(", ")}), and would lead to the old table afterwards`,
      instead: PLAINLY,
    };
  if (triggers.length > 0)
    return {
      why: `it has triggers (${triggers.join(", ")}), which the tool does not take along`,
      instead: "Drop them before and create them behind it, where nobody needs them meanwhile.",
    };
  if (checks.length > 0)
    return {
      why: `it has CHECK constraints with names (${checks.join(", ")}), which the tool would rename`,
      instead: "Drop them before and add them behind it, which is done at once.",
    };
  return null;
}

const PLAINLY = "Run it when nobody writes, without the mark.";

/** @throws the driver's error */
export async function readFacts(session: Session, database: string, table: string): Promise<TableFacts> {
  const [found] = await session.query(
    `SELECT TABLE_TYPE AS type, ENGINE AS engine FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND ${LASTING}`,
    [database, table],
  );
  if (found === undefined)
    return { type: null, engine: "", foreignKeys: [], triggers: [], checks: [], hasKey: false };
  const names = async (sql: string, values: readonly string[]): Promise<readonly string[]> =>
    (await session.query(sql, values)).map(({ name }) => String(name));
  const keys = await session.query(
    `SELECT INDEX_NAME AS name, MAX(NULLABLE = 'YES') AS nullable FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0 GROUP BY INDEX_NAME`,
    [database, table],
  );
  return {
    type: String(found.type),
    engine: String(found.engine),
    foreignKeys: await names(
      `SELECT CONCAT(TABLE_NAME, '.', CONSTRAINT_NAME) AS name FROM information_schema.REFERENTIAL_CONSTRAINTS
        WHERE (CONSTRAINT_SCHEMA = ? AND TABLE_NAME = ?) OR (UNIQUE_CONSTRAINT_SCHEMA = ? AND REFERENCED_TABLE_NAME = ?)`,
      [database, table, database, table],
    ),
    triggers: await names(
      "SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ?",
      [database, table],
    ),
    checks: await readChecks(session, database, table),
    hasKey: keys.some(({ nullable }) => Number(nullable) === 0),
  };
}

/** Only constraints of the table; MariaDB's checks of a column have no name that could change. */
async function readChecks(session: Session, database: string, table: string): Promise<readonly string[]> {
  const rows = await session.query(
    `SELECT CONSTRAINT_NAME AS name FROM information_schema.TABLE_CONSTRAINTS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND CONSTRAINT_TYPE = 'CHECK'`,
    [database, table],
  );
  const [shown] = await session.query(
    `SHOW CREATE TABLE ${quoteIdentifier(database)}.${quoteIdentifier(table)}`,
  );
  const definition = String(shown?.["Create Table"]);
  return rows
    .map(({ name }) => String(name))
    .filter((name) => definition.includes(`CONSTRAINT ${quoteIdentifier(name)} `));
}
