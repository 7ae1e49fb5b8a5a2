import type { LexOptions } from "./lexer";
import { skipModifiers } from "./statements/object-names";
import { createReader } from "./token-reader";

const SEVERAL = ["TABLE", "TABLES", "VIEW", "SEQUENCE", "USER", "ROLE"];

/**
 * The statement that finishes a half-done DROP or CREATE of several objects: MariaDB drops tables and creates accounts
 * one by one. It is the same statement with IF EXISTS or IF NOT EXISTS.
 * @returns null for a statement that cannot be finished like this
 * @see https://mariadb.com/kb/en/atomic-ddl/
 */
export function remainingStatement(text: string, options: LexOptions = {}): string | null {
  const reader = createReader(text, options);
  const drops = reader.accept("DROP");
  if (!drops && !reader.accept("CREATE")) return null;
  skipModifiers(reader);
  const type = reader.keyword();
  const token = reader.next();
  if (token === null || !SEVERAL.includes(type)) return null;
  if (reader.sees("IF")) return text;
  return `${text.slice(0, token.end)} ${drops ? "IF EXISTS" : "IF NOT EXISTS"}${text.slice(token.end)}`;
}
