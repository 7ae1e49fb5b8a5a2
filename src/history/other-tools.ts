import type { Row, Session } from "../server/session";
import { quoteQualified } from "../syntax/quote";

/** Migration tools whose tables are recognised. */
export type ForeignTool = "golang-migrate" | "dbmate" | "flyway" | "alembic" | "knex" | "db-migrate";

/** One thing that another tool has applied. */
export interface ForeignEntry {
  /** As that tool writes it. */
  readonly label: string;
  /** Its version as a number; null when it is not one. */
  readonly version: number | null;
  /** Its name without the version; null when the table does not say. */
  readonly name: string | null;
  /** The tool keeps only the newest one, so everything before it is applied as well. */
  readonly coversEarlier: boolean;
}

/** What another tool's table says. */
export interface ForeignHistory {
  readonly tool: ForeignTool;
  readonly table: string;
  /** In the order in which they were applied. */
  readonly entries: readonly ForeignEntry[];
  /** Why the table cannot be trusted, for the middle of a sentence; null: it can. */
  readonly dirty: string | null;
}

/** How a tool's table is recognised and read. */
interface Reader {
  readonly tool: ForeignTool;
  readonly table: string;
  /** Columns that it has, and columns that it does not have. */
  readonly has: readonly string[];
  readonly lacks: readonly string[];
  readonly orderBy: string;
  read(rows: readonly Row[]): Pick<ForeignHistory, "entries" | "dirty">;
}

/** @see the tools' own sources; the names are their defaults. */
const READERS: readonly Reader[] = [
  {
    // https://github.com/golang-migrate/migrate/blob/master/database/mysql/mysql.go
    tool: "golang-migrate",
    table: "schema_migrations",
    has: ["version", "dirty"],
    lacks: [],
    orderBy: "version",
    read: (rows) => {
      const dirty = rows.find((row) => Number(row.dirty) !== 0);
      return {
        entries: rows.map((row) => entry(row.version, { coversEarlier: true })),
        dirty: dirty === undefined ? null : `version ${dirty.version} is dirty: it stopped half-way`,
      };
    },
  },
  {
    // https://github.com/amacneil/dbmate/blob/main/pkg/driver/mysql/mysql.go; Rails has the same table.
    tool: "dbmate",
    table: "schema_migrations",
    has: ["version"],
    lacks: ["dirty"],
    orderBy: "version",
    read: (rows) => ({ entries: rows.map((row) => entry(row.version)), dirty: null }),
  },
  {
    // https://documentation.red-gate.com/flyway/flyway-concepts/migrations/flyway-schema-history-table
    tool: "flyway",
    table: "flyway_schema_history",
    has: ["installed_rank", "version", "description", "type", "success"],
    lacks: [],
    orderBy: "installed_rank",
    read: readFlyway,
  },
  {
    // https://alembic.sqlalchemy.org/en/latest/api/runtime.html
    tool: "alembic",
    table: "alembic_version",
    has: ["version_num"],
    lacks: [],
    orderBy: "version_num",
    read: (rows) => ({
      entries: rows.map((row) => ({ ...entry(row.version_num, { coversEarlier: true }), version: null })),
      dirty: rows.length > 1 ? `it has ${rows.length} heads; merge them with Alembic first` : null,
    }),
  },
  {
    // https://github.com/knex/knex/blob/master/lib/migrations/migrate/table-creator.js
    tool: "knex",
    table: "knex_migrations",
    has: ["id", "name", "batch", "migration_time"],
    lacks: [],
    orderBy: "id",
    read: (rows) => ({ entries: rows.map((row) => named(row.name)), dirty: null }),
  },
  {
    // https://github.com/db-migrate/db-migrate-base/blob/master/index.js
    tool: "db-migrate",
    table: "migrations",
    has: ["id", "name", "run_on"],
    lacks: [],
    orderBy: "id",
    read: (rows) => ({ entries: rows.map((row) => named(row.name)), dirty: null }),
  },
];

/**
 * The tool that keeps its history in such a table, or null.
 * @param columns their names, in upper or lower case
 */
export function foreignToolOf(table: string, columns: readonly string[]): ForeignTool | null {
  const present = new Set(columns.map((name) => name.toLowerCase()));
  const name = table.toLowerCase();
  if (name === "knex_migrations_lock" && present.has("is_locked")) return "knex";
  const reader = READERS.find(
    ({ table: own, has, lacks }) =>
      own === name && has.every((each) => present.has(each)) && !lacks.some((each) => present.has(each)),
  );
  return reader?.tool ?? null;
}

/**
 * Looks for the tables of other migration tools in the session's database and reads them. Nothing is written.
 * @returns one per table found
 */
export async function findForeignHistories(session: Session): Promise<readonly ForeignHistory[]> {
  const tables = [...new Set(READERS.map(({ table }) => table))];
  const rows = await session.query(
    `SELECT TABLE_NAME AS tab, LOWER(COLUMN_NAME) AS col FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN (${tables.map(() => "?").join(", ")})`,
    [session.database, ...tables],
  );
  const columns = new Map<string, Set<string>>();
  for (const { tab, col } of rows) {
    const known = columns.get(String(tab)) ?? new Set();
    columns.set(String(tab), known.add(String(col)));
  }
  const found: ForeignHistory[] = [];
  for (const { tool, table, has, lacks, orderBy, read } of READERS) {
    const present = columns.get(table);
    if (present === undefined) continue;
    if (!has.every((name) => present.has(name)) || lacks.some((name) => present.has(name))) continue;
    const content = await session.query(
      `SELECT * FROM ${quoteQualified(session.database, table)} ORDER BY ${orderBy}`,
    );
    found.push({ tool, table, ...read(content) });
  }
  return found;
}

/** A repeatable migration has no version; UNDO and DELETE cancel earlier rows. */
function readFlyway(rows: readonly Row[]): Pick<ForeignHistory, "entries" | "dirty"> {
  const applied = new Map<string, ForeignEntry>();
  let dirty: string | null = null;
  for (const { version, description, type, success } of rows) {
    const label = version === null ? String(description) : String(version);
    if (Number(success) === 0) dirty = `${label} failed`;
    else if (version === null) continue;
    else if (/^UNDO|^DELETE$/.test(String(type))) applied.delete(label);
    else {
      const coversEarlier = /BASELINE$/.test(String(type));
      applied.set(label, entry(label, { name: String(description), coversEarlier }));
    }
  }
  return { entries: [...applied.values()], dirty };
}

function entry(
  label: unknown,
  { name = null, coversEarlier = false }: Partial<Pick<ForeignEntry, "name" | "coversEarlier">> = {},
): ForeignEntry {
  const text = String(label);
  return { label: text, version: /^\d{1,15}$/.test(text) ? Number(text) : null, name, coversEarlier };
}

/** `20240101120000_create_users.js` (Knex), `/20240101120000-create-users` (db-migrate). */
function named(label: unknown): ForeignEntry {
  const [, digits = "", name = ""] = /^\/?(\d*)[-_]?(.*?)(?:\.[cm]?[jt]s)?$/.exec(String(label)) ?? [];
  return { ...entry(digits, { name: name === "" ? null : name }), label: String(label) };
}
