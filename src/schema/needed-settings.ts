import type { Change } from "./change";
import type { Column, Table } from "./model";
import type { Setting } from "./script";

/**
 * Strict, so that nothing is cut silently, but with zero dates.
 * https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sqlmode_no_zero_date
 */
const ZERO_DATES = "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION";

/**
 * The session settings that a table's definition needs to be taken: a server that was once less strict has dates that
 * it would no longer accept as defaults, and refuses every ALTER of such a table (error 1067).
 * @param more columns that the table has until the statement has run
 */
export function neededSettings(table: Table, more: readonly Column[] = []): readonly Setting[] {
  const settings: Setting[] = [];
  const kinds = [...table.columns, ...more].map(dateKind);
  const mode = kinds.includes("invalid") ? `${ZERO_DATES},ALLOW_INVALID_DATES` : ZERO_DATES;
  if (kinds.some((kind) => kind !== null)) settings.push({ name: "sql_mode", value: `'${mode}'` });
  if (keepsIgnoredOption(table)) settings.push({ name: "innodb_strict_mode", value: "0" });
  return settings;
}

/** Whether a default is a date that strict modes refuse: `0000-00-00`, `2020-00-01`, or one that no calendar has. */
function dateKind({ type, default: value }: Column): "zero" | "invalid" | null {
  if (value === null || !/^(?:date|datetime|timestamp)\b/.test(type)) return null;
  const [, year, month, day] = /^'(\d{4})-(\d\d)-(\d\d)/.exec(value) ?? [];
  if (day === undefined) return null;
  if (Number(year) === 0 || Number(month) === 0 || Number(day) === 0) return "zero";
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) > last ? "invalid" : null;
}

/** MariaDB keeps a KEY_BLOCK_SIZE that its row format has no use for, and strictly refuses it. */
function keepsIgnoredOption({ engine, options }: Table): boolean {
  const value = (name: string): string | undefined => options.find((option) => option.name === name)?.value;
  const format = value("ROW_FORMAT")?.toUpperCase();
  if (engine.toUpperCase() !== "INNODB" || format === undefined) return false;
  return format !== "COMPRESSED" && (value("KEY_BLOCK_SIZE") ?? "0") !== "0";
}

/** By table name, the columns that statements take away or change: until then the table has them as they were. */
export function formerColumns(changes: readonly Change[]): ReadonlyMap<string, readonly Column[]> {
  const former = new Map<string, Column[]>();
  for (const change of changes) {
    if (change.type !== "alter-table") continue;
    const columns = change.clauses.flatMap((clause): Column[] => {
      if (clause.type === "change-column") return [clause.from];
      return clause.type === "drop-column" ? [clause.column] : [];
    });
    former.set(change.table.name, [...(former.get(change.table.name) ?? []), ...columns]);
  }
  return former;
}
