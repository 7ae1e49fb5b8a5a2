import { createHash } from "node:crypto";
import type { Fingerprint } from "./fingerprint";
import type { Session } from "./session";
import { LASTING } from "./tables";

/**
 * Reads one print of everything in a database: tables, columns, keys, constraints, partitions, views, triggers,
 * routines, events. The server hashes the rows, so that we need not fetch a schema of ten thousand columns. Nothing
 * that the server caches or counts (sizes, cardinalities, times) goes in.
 * @throws the driver's error when the server failed
 */
export async function readSchemaFingerprint(session: Session, database: string): Promise<Fingerprint> {
  const parts: string[] = [];
  for (const part of partsOf(session.server.family)) parts.push(await readPart(session, database, part));
  const state = createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 16);
  return { objects: [{ object: `schema ${database}`, state, id: null }] };
}

/** A table of information_schema, and those of its columns that are definitions, not statistics. */
interface Part {
  readonly table: string;
  readonly schema: string;
  /** A condition on its rows. */
  readonly only?: string;
  /** Separated by white space. */
  readonly columns: string;
}

const COMMON: readonly Part[] = [
  {
    table: "TABLES",
    schema: "TABLE_SCHEMA",
    only: LASTING,
    // MySQL says in a view's comment when the tables that it selects from are gone.
    columns: `TABLE_NAME TABLE_TYPE ENGINE ROW_FORMAT TABLE_COLLATION CREATE_OPTIONS
      IF(TABLE_TYPE='VIEW',NULL,TABLE_COMMENT)`,
  },
  {
    table: "COLUMNS",
    schema: "TABLE_SCHEMA",
    columns: `TABLE_NAME COLUMN_NAME ORDINAL_POSITION COLUMN_DEFAULT IS_NULLABLE COLUMN_TYPE COLLATION_NAME
      EXTRA COLUMN_COMMENT GENERATION_EXPRESSION`,
  },
  {
    table: "KEY_COLUMN_USAGE",
    schema: "TABLE_SCHEMA",
    columns: `CONSTRAINT_NAME TABLE_NAME COLUMN_NAME ORDINAL_POSITION REFERENCED_TABLE_SCHEMA
      REFERENCED_TABLE_NAME REFERENCED_COLUMN_NAME`,
  },
  {
    table: "REFERENTIAL_CONSTRAINTS",
    schema: "CONSTRAINT_SCHEMA",
    columns: "CONSTRAINT_NAME TABLE_NAME MATCH_OPTION UPDATE_RULE DELETE_RULE",
  },
  {
    table: "PARTITIONS",
    schema: "TABLE_SCHEMA",
    columns: `TABLE_NAME PARTITION_NAME SUBPARTITION_NAME PARTITION_ORDINAL_POSITION PARTITION_METHOD
      SUBPARTITION_METHOD PARTITION_EXPRESSION SUBPARTITION_EXPRESSION PARTITION_DESCRIPTION
      PARTITION_COMMENT`,
  },
  {
    table: "VIEWS",
    schema: "TABLE_SCHEMA",
    columns: "TABLE_NAME VIEW_DEFINITION CHECK_OPTION DEFINER SECURITY_TYPE",
  },
  {
    table: "TRIGGERS",
    schema: "TRIGGER_SCHEMA",
    columns: `TRIGGER_NAME EVENT_MANIPULATION EVENT_OBJECT_TABLE ACTION_ORDER ACTION_STATEMENT ACTION_TIMING
      SQL_MODE DEFINER`,
  },
  {
    table: "ROUTINES",
    schema: "ROUTINE_SCHEMA",
    columns: `ROUTINE_TYPE ROUTINE_NAME DTD_IDENTIFIER ROUTINE_DEFINITION IS_DETERMINISTIC SQL_DATA_ACCESS
      SECURITY_TYPE SQL_MODE ROUTINE_COMMENT DEFINER`,
  },
  {
    table: "PARAMETERS",
    schema: "SPECIFIC_SCHEMA",
    columns: "ROUTINE_TYPE SPECIFIC_NAME ORDINAL_POSITION PARAMETER_MODE PARAMETER_NAME DTD_IDENTIFIER",
  },
  {
    table: "EVENTS",
    schema: "EVENT_SCHEMA",
    // Not STATUS: the server switches an event off when its time is over.
    columns: `EVENT_NAME EVENT_DEFINITION EVENT_TYPE EXECUTE_AT INTERVAL_VALUE INTERVAL_FIELD STARTS ENDS
      ON_COMPLETION EVENT_COMMENT SQL_MODE TIME_ZONE DEFINER`,
  },
];

const INDEX = `TABLE_NAME INDEX_NAME SEQ_IN_INDEX COLUMN_NAME NON_UNIQUE COLLATION SUB_PART INDEX_TYPE
      INDEX_COMMENT`;

const MYSQL: readonly Part[] = [
  { table: "STATISTICS", schema: "TABLE_SCHEMA", columns: `${INDEX} IS_VISIBLE EXPRESSION` },
  {
    table: "TABLE_CONSTRAINTS",
    schema: "TABLE_SCHEMA",
    columns: "TABLE_NAME CONSTRAINT_NAME CONSTRAINT_TYPE ENFORCED",
  },
  { table: "CHECK_CONSTRAINTS", schema: "CONSTRAINT_SCHEMA", columns: "CONSTRAINT_NAME CHECK_CLAUSE" },
];

const MARIADB: readonly Part[] = [
  { table: "STATISTICS", schema: "TABLE_SCHEMA", columns: `${INDEX} IGNORED` },
  {
    table: "TABLE_CONSTRAINTS",
    schema: "TABLE_SCHEMA",
    columns: "TABLE_NAME CONSTRAINT_NAME CONSTRAINT_TYPE",
  },
  {
    table: "CHECK_CONSTRAINTS",
    schema: "CONSTRAINT_SCHEMA",
    columns: "TABLE_NAME CONSTRAINT_NAME CHECK_CLAUSE",
  },
];

function partsOf(family: Session["server"]["family"]): readonly Part[] {
  return [...COMMON, ...(family === "mysql" ? MYSQL : MARIADB)];
}

async function readPart(session: Session, database: string, part: Part): Promise<string> {
  // As text of one character set: MySQL puts the same value into JSON sometimes as a string and sometimes as base64.
  const columns = part.columns.split(/\s+/).map((column) => `CONVERT(${column} USING utf8mb4)`);
  const [row] = await session.query(
    `SELECT COUNT(*) AS n, SUM(CAST(CONV(LEFT(SHA2(JSON_ARRAY(${columns}), 256), 13), 16, 10) AS UNSIGNED)) AS h
       FROM information_schema.${part.table} WHERE ${part.schema} = ? AND ${part.only ?? "TRUE"}`,
    [database],
  );
  return `${part.table} ${row?.n} ${row?.h}`;
}
