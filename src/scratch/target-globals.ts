import type { ServerInfo, Session } from "../server/session";

/**
 * How to start a server of our own so that DDL means the same as on the target: the defaults that complete a
 * definition, what is refused, and what a server prints.
 */
export interface TargetGlobals {
  /** As on a server's command line. */
  readonly serverArguments: readonly string[];
  /** Options that are fixed when a data folder is made. */
  readonly dataArguments: readonly string[];
  readonly binaryLog: boolean;
  /**
   * Whether no server on this machine can be like it (lower_case_table_names=2 is for file systems that fold names).
   */
  readonly foldsLikeNoOther: boolean;
}

const BOTH = [
  "sql_mode",
  "default_storage_engine",
  // Whether a plain TIMESTAMP column is NOT NULL with a default.
  "explicit_defaults_for_timestamp",
  "innodb_strict_mode",
  "innodb_default_row_format",
  "innodb_file_per_table",
  // Affects the types of columns that CREATE TABLE … SELECT and views make.
  "div_precision_increment",
  "group_concat_max_len",
];

const MYSQL = [
  "sql_require_primary_key",
  "sql_generate_invisible_primary_key",
  "show_gipk_in_create_table_and_information_schema",
  "restrict_fk_on_non_standard_key",
  "disabled_storage_engines",
  // What may be combined in one transaction or statement.
  "gtid_mode",
  "enforce_gtid_consistency",
];

const MARIADB = [
  // Among other things, whether utf8 is utf8mb3 or utf8mb4.
  "old_mode",
  "character_set_collations",
  "enforce_storage_engine",
  "innodb_force_primary_key",
  "innodb_compression_default",
  "system_versioning_alter_history",
  "sql_if_exists",
];

/** Rules for functions and statements that only a server with a binary log has. */
const LOGGED = ["binlog_format", "log_bin_trust_function_creators"];

/** Fixed in a data folder: how table names are compared, and how long a key may be. */
const OF_DATA: Readonly<Record<string, string>> = {
  lower_case_table_names: "0",
  innodb_page_size: "16384",
};

/** For these an empty value means something; others are not set when empty. */
const MAY_BE_EMPTY = ["sql_mode", "old_mode"];

/** Reads them from the target. One round trip. @throws the driver's error */
export async function readTargetGlobals(session: Session): Promise<TargetGlobals> {
  const { family } = session.server;
  const names = [...namesFor(family), ...Object.keys(OF_DATA), "log_bin"];
  const list = names.map((name) => `'${name}'`).join(", ");
  const rows = await session.query(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${list})`);
  const values = new Map(
    rows.map((row) => {
      const [name, value] = Object.values(row).map(String);
      return [name?.toLowerCase() ?? "", value ?? ""];
    }),
  );
  return argumentsFor(family, values);
}

function namesFor(family: ServerInfo["family"]): readonly string[] {
  return [...BOTH, ...(family === "mysql" ? MYSQL : MARIADB), ...LOGGED];
}

/**
 * The options that make a server like one with these globals. Pure.
 * @param values by name, as SHOW GLOBAL VARIABLES prints them
 */
export function argumentsFor(
  family: ServerInfo["family"],
  values: ReadonlyMap<string, string>,
): TargetGlobals {
  const binaryLog = values.get("log_bin") === "ON";
  const serverArguments = namesFor(family).flatMap((name) => {
    const value = values.get(name);
    if (value === undefined || (value === "" && !MAY_BE_EMPTY.includes(name))) return [];
    if (LOGGED.includes(name) && !binaryLog) return [];
    // A release that does not know an option ignores it.
    return [`--loose-${name.replaceAll("_", "-")}=${value}`];
  });
  const dataArguments = Object.entries(OF_DATA).flatMap(([name, usual]) => {
    const value = values.get(name) ?? usual;
    return value === usual ? [] : [`--${name.replaceAll("_", "-")}=${value}`];
  });
  const foldsLikeNoOther = values.get("lower_case_table_names") === "2";
  return { serverArguments, dataArguments, binaryLog, foldsLikeNoOther };
}
