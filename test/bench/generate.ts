import { mkdir, open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A migration before it is written in some tool's form. */
export interface SqlMigration {
  /** Version and name, such as `0017_add_note`. */
  readonly name: string;
  readonly up: string;
  readonly down: string;
}

/** The table that `writeEntries` fills. */
export const ENTRY_TABLE = `CREATE TABLE entry (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY, name VARCHAR(80) NOT NULL, note VARCHAR(200) NOT NULL,
  amount DECIMAL(12,2) NOT NULL, created_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4`;

/** Migrations of one CREATE TABLE each. */
export function tableMigrations(count: number): readonly SqlMigration[] {
  return numbered(count, tableMigration);
}

function tableMigration(n: number): SqlMigration {
  return {
    name: `create_table_${n}`,
    up: `CREATE TABLE table_${n} (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  parent_id BIGINT UNSIGNED NULL,
  name VARCHAR(100) NOT NULL,
  state ENUM('new', 'active', 'gone') NOT NULL DEFAULT 'new',
  amount DECIMAL(12,2) NOT NULL DEFAULT 0,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  KEY by_name (name, state)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
`,
    down: `DROP TABLE table_${n};\n`,
  };
}

/** Tables, and rows for one of them, in turn: what a tenant's schema grows by. */
export function tenantMigrations(count: number): readonly SqlMigration[] {
  return numbered(count, (n) => {
    if (n % 2 === 0)
      return {
        name: `add_note_${n}`,
        up: `INSERT INTO note (id, body) VALUES (${n}, 'written by a migration');
`,
        down: `DELETE FROM note WHERE id = ${n};
`,
      };
    const { up, down, name } = tableMigration(n);
    const note = n === 1 ? "CREATE TABLE note (id INT NOT NULL PRIMARY KEY, body TEXT NOT NULL);\n" : "";
    return { name, up: note + up, down: down + (n === 1 ? "DROP TABLE note;\n" : "") };
  });
}

/** Tables and changes of them in turn; every fourth down file does not take back what its up file did. */
export function verifiedMigrations(count: number): readonly SqlMigration[] {
  return numbered(count, (n) => {
    const wrong = n % 4 === 0;
    if (n % 2 === 1) return tableMigration(n);
    const table = `table_${n - 1}`;
    return {
      name: `add_note_${n}`,
      up: `ALTER TABLE ${table} ADD COLUMN note VARCHAR(100) NULL, ADD KEY by_note (note);\n`,
      down: wrong ? `ALTER TABLE ${table} DROP KEY by_note;\n` : `ALTER TABLE ${table} DROP COLUMN note;\n`,
    };
  });
}

/** What projects do, five migrations for each table: it is made, filled, widened and filled in, indexed, corrected. */
export function mixedMigrations(count: number): readonly SqlMigration[] {
  return numbered(count, (n) => {
    const kind = (n - 1) % CHANGES.length;
    return (CHANGES[kind] ?? tableMigration)(n - kind);
  });
}

const CHANGES: readonly ((table: number) => SqlMigration)[] = [
  tableMigration,
  (n) => ({
    name: `fill_${n}`,
    up: `INSERT INTO table_${n} (parent_id, name, amount) VALUES ${Array.from({ length: 20 }, (_, row) => `(NULL, 'name ${row}', ${row}.5)`).join(", ")};
UPDATE table_${n} SET amount = amount * 2 WHERE name LIKE '%7';
`,
    down: `DELETE FROM table_${n};\n`,
  }),
  (n) => ({
    name: `add_note_${n}`,
    up: `ALTER TABLE table_${n} ADD COLUMN note VARCHAR(100) NULL;
UPDATE table_${n} SET note = CONCAT('about ', name);
ALTER TABLE table_${n} MODIFY note VARCHAR(100) NOT NULL;
`,
    down: `ALTER TABLE table_${n} DROP COLUMN note;\n`,
  }),
  (n) => ({
    name: `index_${n}`,
    up: `CREATE INDEX by_amount ON table_${n} (amount);\n`,
    down: `DROP INDEX by_amount ON table_${n};\n`,
  }),
  (n) => ({
    name: `correct_${n}`,
    up: `UPDATE table_${n} SET state = 'active' WHERE amount > 5;
ALTER TABLE table_${n} ALTER COLUMN state SET DEFAULT 'active';
`,
    down: `ALTER TABLE table_${n} ALTER COLUMN state SET DEFAULT 'new';\n`,
  }),
];

/** Migrations as long as those, for folders that are only looked at: applying 10,000 of them takes no 10,000 tables. */
export function rowMigrations(count: number): readonly SqlMigration[] {
  return numbered(count, (n) => ({
    name: `add_setting_${n}`,
    up: `${n === 1 ? "CREATE TABLE setting (id INT NOT NULL PRIMARY KEY, name VARCHAR(100) NOT NULL, value TEXT NOT NULL);\n" : ""}-- What the service reads when it starts; ask the owners of module ${n % 17} before you change it.
INSERT INTO setting (id, name, value) VALUES
  (${n}, 'module_${n % 17}.option_${n}', 'A value of some length, with a ''quote'' and ${"words ".repeat(20)}in it');
`,
    down: n === 1 ? "DROP TABLE setting;\n" : `DELETE FROM setting WHERE id = ${n};\n`,
  }));
}

function numbered(count: number, make: (n: number) => SqlMigration): readonly SqlMigration[] {
  return Array.from({ length: count }, (_, index) => {
    const { name, up, down } = make(index + 1);
    return { name: `${String(index + 1).padStart(5, "0")}_${name}`, up, down };
  });
}

/** Writes pairs of files into `folder`, which is made. */
export async function writePairs(folder: string, migrations: readonly SqlMigration[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, up, down } of migrations) {
    await writeFile(join(folder, `${name}.up.sql`), up);
    await writeFile(join(folder, `${name}.down.sql`), down);
  }
}

/** Reads every file of a folder, so that none of those who are measured is the one to find it out of the file cache. */
export async function readAll(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await readFile(join(folder, name));
}

/** An up file of INSERTs into `entry`, and what is in it. */
export interface EntryFile {
  readonly path: string;
  readonly rows: number;
}

/**
 * Writes a folder with one pair whose up file has about `bytes` of INSERTs, each of them about `statementBytes`
 * long; 0: one row each. Memory stays flat. The same sizes give the same file.
 */
export async function writeEntries(
  folder: string,
  bytes: number,
  statementBytes: number,
): Promise<EntryFile> {
  const path = join(folder, "0001_entries.up.sql");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "0001_entries.down.sql"), "TRUNCATE entry;\n");
  const file = await open(path, "w");
  try {
    let rows = 0;
    for (const { text, rowCount } of entryStatements(bytes, statementBytes)) {
      await file.write(text);
      rows += rowCount;
    }
    return { path, rows };
  } finally {
    await file.close();
  }
}

const WRITE_BYTES = 1_000_000;

/** The file's text in pieces of about a megabyte, each of whole statements. */
export function* entryStatements(
  bytes: number,
  statementBytes: number,
): Generator<{ readonly text: string; readonly rowCount: number }, void> {
  let id = 0;
  for (let written = 0; written < bytes; ) {
    const first = id;
    const parts: string[] = [];
    let size = 0;
    const pieceBytes = Math.min(statementBytes > 0 ? statementBytes : WRITE_BYTES, bytes - written);
    while (size < pieceBytes) {
      const row = entryRow(++id);
      const opens = statementBytes === 0 || parts.length === 0;
      const part = opens ? `INSERT INTO entry VALUES ${row}` : row;
      parts.push(part);
      size += part.length + 2;
    }
    const text = `${parts.join(statementBytes === 0 ? ";\n" : ",\n")};\n`;
    written += text.length;
    yield { text, rowCount: id - first };
  }
}

const NAMES = [
  "Ann Lee",
  "Zoë Müller",
  "Pat O\\'Neil",
  "Iván Peña",
  "Kim ''Ace'' Roe",
  "李小龍",
  "Bo",
  "Mary Ann Hill",
];
const NOTES = [
  "paid",
  "to be sent; ask first",
  'a \\"quoted\\" word',
  "-- none",
  "C:\\\\temp",
  "two\\nlines",
  "🙂 ok",
  "x",
];

/** One row about 70 bytes long; what is in it looks random and is not. */
function entryRow(id: number): string {
  const mixed = Math.imul(id, 0x9e3779b1) >>> 0;
  const day = String(1 + (mixed % 28)).padStart(2, "0");
  const minute = String(mixed % 60).padStart(2, "0");
  const name = NAMES[(mixed >>> 7) % NAMES.length];
  const note = NOTES[(mixed >>> 17) % NOTES.length];
  return `(${id},'${name}','${note}',${(mixed % 1_000_000) / 100},'2026-0${1 + (mixed % 9)}-${day} 10:${minute}:07')`;
}
