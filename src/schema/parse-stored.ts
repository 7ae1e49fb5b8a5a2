import { quoteIdentifier } from "../syntax/quote";
import type { Sequence } from "./model";
import { withoutDatabase, withoutOwnIntroducers } from "./parse-expression";
import { type SqlCursor, sqlCursor } from "./sql-cursor";

/** `CREATE … DEFINER=a@b …`: what comes before the object's type. */
interface Head {
  readonly definer: string | null;
  readonly aggregate: boolean;
  readonly algorithm: string;
  readonly security: string;
}

export interface ParsedView extends Head {
  readonly definition: string;
  /** Every name in the query, whatever it names. */
  readonly mentions: ReadonlySet<string>;
}

/** Reads SHOW CREATE VIEW, taken while `database` was the current one. */
export function parseView(text: string, database: string): ParsedView {
  const cursor = sqlCursor(withoutOwnIntroducers(withoutOwnDatabase(text, database)));
  const head = parseHead(cursor, new Set(["VIEW"]));
  cursor.expect("VIEW");
  cursor.name();
  const definition = cursor.rest();
  const mentions = new Set<string>();
  for (let token = cursor.peek(); token !== null; token = cursor.peek()) {
    if (token.type === "quoted-identifier" || token.type === "word") mentions.add(token.value);
    cursor.next();
  }
  return { ...head, definition, mentions };
}

/** An alias that is spelled like the database would be mistaken for it; then the text stays as it is. */
function withoutOwnDatabase(text: string, database: string): string {
  const cursor = sqlCursor(text);
  for (let token = cursor.peek(); token !== null; token = cursor.peek()) {
    cursor.next();
    const isName = token.type === "quoted-identifier" && token.value === database;
    if (isName && !cursor.at(".")) return text;
  }
  return withoutDatabase(text, database);
}

export interface ParsedTrigger extends Head {
  readonly timing: "BEFORE" | "AFTER";
  readonly event: string;
  readonly body: string;
}

/** Reads SHOW CREATE TRIGGER, which MariaDB prints as it was written. */
export function parseTrigger(text: string): ParsedTrigger {
  const cursor = sqlCursor(text);
  const head = parseHead(cursor, new Set(["TRIGGER"]));
  cursor.expect("TRIGGER");
  cursor.accept("IF", "NOT", "EXISTS");
  qualifiedName(cursor);
  const timing = cursor.accept("BEFORE") ? "BEFORE" : "AFTER";
  if (timing === "AFTER") cursor.expect("AFTER");
  const event = cursor.until((token) => token.type === "word" && token.value.toUpperCase() === "ON");
  cursor.expect("ON");
  qualifiedName(cursor);
  cursor.expect("FOR", "EACH", "ROW");
  if (isOrder(cursor)) {
    cursor.next();
    cursor.name();
  }
  return { ...head, timing, event: event.toUpperCase(), body: cursor.rest() };
}

/** A body may begin with a label, never with one of these two words and a name. */
function isOrder(cursor: SqlCursor): boolean {
  if (!cursor.at("FOLLOWS") && !cursor.at("PRECEDES")) return false;
  const name = cursor.peek(1);
  return name !== null && name.type !== "punctuation";
}

export interface ParsedRoutine extends Head {
  readonly definition: string;
}

/** Reads SHOW CREATE PROCEDURE, FUNCTION, PACKAGE or PACKAGE BODY. */
export function parseRoutine(text: string): ParsedRoutine {
  const cursor = sqlCursor(text);
  const head = parseHead(cursor, new Set(["PROCEDURE", "FUNCTION", "PACKAGE"]));
  if (cursor.next().value.toUpperCase() === "PACKAGE") cursor.accept("BODY");
  cursor.accept("IF", "NOT", "EXISTS");
  qualifiedName(cursor);
  return { ...head, definition: cursor.rest() };
}

export interface ParsedEvent extends Head {
  readonly schedule: string;
  readonly preserve: boolean;
  readonly status: string;
  readonly comment: string;
  readonly body: string;
}

const AFTER_SCHEDULE: ReadonlySet<string> = new Set(["ON", "ENABLE", "DISABLE", "COMMENT", "DO"]);

/** Reads SHOW CREATE EVENT. */
export function parseEvent(text: string): ParsedEvent {
  const cursor = sqlCursor(text);
  const head = parseHead(cursor, new Set(["EVENT"]));
  cursor.expect("EVENT");
  cursor.accept("IF", "NOT", "EXISTS");
  qualifiedName(cursor);
  cursor.expect("ON", "SCHEDULE");
  const schedule = cursor.until(
    (token) => token.type === "word" && AFTER_SCHEDULE.has(token.value.toUpperCase()),
  );
  let preserve = false;
  if (cursor.accept("ON", "COMPLETION")) {
    preserve = !cursor.accept("NOT");
    cursor.expect("PRESERVE");
  }
  const status = cursor.until(
    (token) =>
      token.type === "word" &&
      (token.value.toUpperCase() === "COMMENT" || token.value.toUpperCase() === "DO"),
  );
  const comment = cursor.accept("COMMENT") ? cursor.next().value : "";
  cursor.expect("DO");
  return { ...head, schedule, preserve, status, comment, body: cursor.rest() };
}

/** Reads SHOW CREATE SEQUENCE. */
export function parseSequence(text: string): Sequence {
  const cursor = sqlCursor(text);
  cursor.expect("CREATE", "SEQUENCE");
  const name = cursor.name();
  const type = cursor.accept("AS")
    ? cursor.until((token) => token.type === "word" && token.value.toUpperCase() === "START")
    : null;
  cursor.expect("START", "WITH");
  const start = number(cursor);
  cursor.expect("MINVALUE");
  const minimum = number(cursor);
  cursor.expect("MAXVALUE");
  const maximum = number(cursor);
  cursor.expect("INCREMENT", "BY");
  const increment = number(cursor);
  const cache = cursor.accept("NOCACHE") ? "0" : cacheSize(cursor);
  const cycle = !cursor.accept("NOCYCLE");
  if (cycle) cursor.expect("CYCLE");
  cursor.expect("ENGINE", "=");
  const engine = cursor.name();
  let comment = "";
  if (cursor.accept("COMMENT", "=")) comment = cursor.next().value;
  return { name, start, minimum, maximum, increment, cache, cycle, engine, comment, type };
}

function cacheSize(cursor: SqlCursor): string {
  cursor.expect("CACHE");
  return number(cursor);
}

function number(cursor: SqlCursor): string {
  const sign = cursor.accept("-") ? "-" : "";
  return sign + cursor.next().value;
}

function parseHead(cursor: SqlCursor, types: ReadonlySet<string>): Head {
  cursor.expect("CREATE");
  cursor.accept("OR", "REPLACE");
  let definer: string | null = null;
  let aggregate = false;
  let algorithm = "";
  let security = "";
  for (let token = cursor.peek(); token !== null; token = cursor.peek()) {
    if (token.type === "word" && types.has(token.value.toUpperCase())) break;
    if (cursor.accept("DEFINER", "=")) definer = parseAccount(cursor);
    else if (cursor.accept("ALGORITHM", "=")) algorithm = cursor.name().toUpperCase();
    else if (cursor.accept("SQL", "SECURITY")) security = cursor.name().toUpperCase();
    else if (cursor.accept("AGGREGATE")) aggregate = true;
    else throw new Error(`Cannot read what the server rendered: ${cursor.text}`);
  }
  return { definer, aggregate, algorithm, security };
}

/** The account as SQL, in one spelling; a role (MariaDB) has no host. */
function parseAccount(cursor: SqlCursor): string {
  const user = cursor.name();
  if (cursor.peek()?.type === "variable") return quoteAccount(user, cursor.next().value.slice(1));
  // "root"@"localhost", printed for programs made under ANSI_QUOTES
  return cursor.accept("@") ? quoteAccount(user, cursor.name()) : quoteIdentifier(user);
}

/** `user`@`host` as SQL. */
export function quoteAccount(user: string, host: string): string {
  return `${quoteIdentifier(user)}@${quoteIdentifier(host)}`;
}

function qualifiedName(cursor: SqlCursor): void {
  cursor.name();
  if (cursor.accept(".")) cursor.name();
}
