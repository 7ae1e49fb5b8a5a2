import type { AlterClause } from "./change";
import type { Table } from "./model";

/** What takes one table's options, engine and default character set to another's. */
export function diffOptions(from: Table, to: Table): readonly AlterClause[] {
  const clauses: AlterClause[] = [];
  if (from.engine !== to.engine) clauses.push({ type: "option", name: "ENGINE", value: to.engine });
  if (from.charset !== to.charset || from.collation !== to.collation) clauses.push({ type: "character-set" });
  const wanted = new Map(to.options.map(({ name, value }) => [name, value]));
  const present = new Map(from.options.map(({ name, value }) => [name, value]));
  for (const { name } of from.options) {
    if (!wanted.has(name)) clauses.push({ type: "option", name, value: defaultValue(name) });
  }
  for (const { name, value } of to.options) {
    if (present.get(name) !== value) clauses.push({ type: "option", name, value });
  }
  if (from.comment !== to.comment) clauses.push({ type: "comment", comment: to.comment });
  return clauses;
}

/** What an option has to be set to so that SHOW CREATE TABLE no longer prints it. */
const DEFAULTS: Readonly<Record<string, string>> = {
  AUTOEXTEND_SIZE: "0",
  AVG_ROW_LENGTH: "0",
  CHECKSUM: "0",
  COMPRESSION: "''",
  CONNECTION: "''",
  DELAY_KEY_WRITE: "0",
  ENCRYPTION: "'N'",
  INSERT_METHOD: "NO",
  KEY_BLOCK_SIZE: "0",
  MAX_ROWS: "0",
  MIN_ROWS: "0",
  PAGE_CHECKSUM: "0",
  TABLE_CHECKSUM: "0",
  TABLESPACE: "`innodb_file_per_table`",
  UNION: "()",
};

/** ROW_FORMAT, PACK_KEYS, the STATS options and MariaDB's engine-defined ones know the word DEFAULT. */
function defaultValue(name: string): string {
  return DEFAULTS[name] ?? "DEFAULT";
}
