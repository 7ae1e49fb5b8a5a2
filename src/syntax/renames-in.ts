import type { LexOptions } from "./lexer";
import {
  acceptGuard,
  acceptWait,
  readAlteredTable,
  readIdentifier,
  readName,
} from "./statements/object-names";
import { createReader, type TokenReader } from "./token-reader";

/** What a statement renames, with the names as written there. */
export interface RenamesIn {
  /** The altered table; null: none. */
  readonly table: string | null;
  readonly tables: readonly { readonly from: string; readonly to: string }[];
  /** Columns of the altered table. */
  readonly columns: readonly { readonly from: string; readonly to: string }[];
}

const NOTHING: RenamesIn = { table: null, tables: [], columns: [] };

/** Reads the new names from an ALTER TABLE or a RENAME TABLE. Empty for every other statement. */
export function renamesIn(text: string, options: LexOptions = {}): RenamesIn {
  const reader = createReader(text, options);
  if (reader.accept("RENAME")) return { table: null, tables: readTables(reader), columns: [] };
  if (!reader.accept("ALTER")) return NOTHING;
  const table = readAlteredTable(reader)?.name ?? null;
  if (table === null) return NOTHING;
  const tables: { from: string; to: string }[] = [];
  const columns: { from: string; to: string }[] = [];
  while (reader.peek() !== null) {
    const isChange = reader.accept("CHANGE");
    if (isChange || reader.accept("RENAME", "COLUMN")) {
      if (isChange) reader.accept("COLUMN");
      acceptGuard(reader);
      const from = readIdentifier(reader);
      if (!isChange) reader.accept("TO");
      const to = readIdentifier(reader);
      if (from !== null && to !== null && from !== to) columns.push({ from, to });
    } else if (reader.accept("RENAME")) {
      if (["INDEX", "KEY", "CONSTRAINT"].includes(reader.keyword())) continue;
      if (!reader.accept("TO") && !reader.accept("AS")) reader.accept("=");
      const to = readName(reader)?.name ?? null;
      if (to !== null) tables.push({ from: table, to });
    } else {
      reader.next();
    }
  }
  return { table, tables, columns };
}

function readTables(reader: TokenReader): RenamesIn["tables"] {
  if (!reader.accept("TABLE") && !reader.accept("TABLES")) return [];
  acceptGuard(reader);
  const found: { from: string; to: string }[] = [];
  do {
    const from = readName(reader)?.name ?? null;
    acceptWait(reader);
    if (!reader.accept("TO")) break;
    const to = readName(reader)?.name ?? null;
    if (from !== null && to !== null) found.push({ from, to });
  } while (reader.accept(","));
  return found;
}
