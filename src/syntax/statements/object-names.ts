import type { Token } from "../lexer";
import { quoteIdentifier } from "../quote";
import type { ObjectRef, ObjectType, TableName } from "../statement-kind";
import { isKeyword, type TokenReader } from "../token-reader";

/**
 * Whether the token can be an identifier. With ANSI_QUOTES `"…"` is one, and where the grammar requires a name it can
 * be nothing else.
 */
export function isIdentifier(token: Token | null, text: string): token is Token {
  if (token === null) return false;
  if (token.type === "string") return text.charAt(token.start) === '"';
  return token.type === "word" || token.type === "quoted-identifier";
}

/** Reads `name` or `database.name`; null when no identifier comes next. */
export function readName(reader: TokenReader): TableName | null {
  const first = readIdentifier(reader);
  if (first === null) return null;
  if (!reader.sees(".") || !isIdentifier(reader.peek(1), reader.text)) {
    return { database: null, name: first };
  }
  reader.next();
  return { database: first, name: readIdentifier(reader) ?? "" };
}

export function readIdentifier(reader: TokenReader): string | null {
  const token = reader.peek();
  if (!isIdentifier(token, reader.text)) return null;
  reader.next();
  return token.value;
}

/** Reads one object's name; an empty list when none comes next. */
export function readObject(reader: TokenReader, type: ObjectType): readonly ObjectRef[] {
  const name = readName(reader);
  return name === null ? [] : [{ type, ...name }];
}

/** Reads names separated by commas. */
export function readObjects(reader: TokenReader, type: ObjectType): readonly ObjectRef[] {
  const objects = [...readObject(reader, type)];
  while (reader.accept(",")) objects.push(...readObject(reader, type));
  return objects;
}

/** Reads a name without a database: of a database or a server. */
export function readGlobal(reader: TokenReader, type: "database" | "server"): readonly ObjectRef[] {
  const token = reader.peek();
  // A server's name can be a string.
  const name = token?.type === "string" ? token.value : readIdentifier(reader);
  return name === null ? [] : [{ type, database: null, name }];
}

/**
 * Reads `'user'@'host'`, `role` or `CURRENT_USER()`.
 * @param hostless `role`: a name without a host can be a MariaDB role, so it gets none; `user`: no host means any host
 */
export function readAccount(reader: TokenReader, hostless: "user" | "role"): readonly ObjectRef[] {
  if (reader.accept("CURRENT_USER") || reader.accept("USER", "(")) {
    if (reader.accept("(")) reader.next();
    else reader.accept(")");
    return [{ type: "account", database: null, name: "CURRENT_USER()" }];
  }
  const user = reader.peek();
  if (user === null || (user.type !== "string" && !isIdentifier(user, reader.text))) return [];
  reader.next();
  const host = reader.peek();
  const hasHost = host?.type === "variable" && host.value.startsWith("@");
  if (hasHost) reader.next();
  const anyHost = hostless === "user" ? "@`%`" : "";
  const suffix = hasHost ? `@${quoteIdentifier(host.value.slice(1))}` : anyHost;
  return [{ type: "account", database: null, name: quoteIdentifier(user.value) + suffix }];
}

/** Reads accounts separated by commas, skipping what comes with each (IDENTIFIED BY …). */
export function readAccounts(reader: TokenReader, hostless: "user" | "role"): readonly ObjectRef[] {
  const accounts: ObjectRef[] = [];
  do {
    accounts.push(...readAccount(reader, hostless));
    while (reader.peek() !== null && !reader.sees(",") && !reader.sees("DEFAULT", "ROLE")) reader.next();
  } while (reader.accept(","));
  return accounts;
}

/** Consumes `IF EXISTS` or `IF NOT EXISTS`; returns whether there was one. */
export function acceptGuard(reader: TokenReader): boolean {
  return reader.accept("IF", "EXISTS") || reader.accept("IF", "NOT", "EXISTS");
}

/** Consumes MariaDB's `NOWAIT` or `WAIT seconds` after a table's name. */
export function acceptWait(reader: TokenReader): void {
  if (!reader.accept("NOWAIT") && reader.accept("WAIT")) reader.next();
}

/** Reads on after ALTER, up to the table's name and what can follow it; null: it is about something else. */
export function readAlteredTable(reader: TokenReader): TableName | null {
  while (reader.accept("ONLINE") || reader.accept("IGNORE"));
  if (!reader.accept("TABLE")) return null;
  acceptGuard(reader);
  const table = readName(reader);
  acceptWait(reader);
  return table;
}

/** Consumes what can stand between CREATE, ALTER or DROP and the kind of object. */
export function skipModifiers(reader: TokenReader): void {
  for (;;) {
    if (reader.accept("DEFINER", "=")) readAccount(reader, "role");
    else if (reader.accept("ALGORITHM", "=") || reader.accept("SQL", "SECURITY")) reader.next();
    else if (MODIFIERS.some((word) => reader.accept(word))) continue;
    else if (reader.sees("SPATIAL") && !isKeyword(reader.peek(1), "REFERENCE")) reader.next();
    else return;
  }
}

const MODIFIERS = [
  "AGGREGATE",
  "DUALITY",
  "EXTERNAL",
  "FULLTEXT",
  "IGNORE",
  "JSON",
  "MATERIALIZED",
  "OFFLINE",
  "ONLINE",
  "RELATIONAL",
  "UNIQUE",
  "VECTOR",
];
