import type { Problem } from "../errors";
import type { DatabaseSettings } from "./database";
import { guarded, settleDatabase, whyNoIdentifier } from "./database";
import { parseDatabaseUrl } from "./database-url";
import { badSetting, type Given, variables } from "./environment";

/** One or several databases, as the user named them. */
export type NamedDatabase =
  | { readonly kind: "name"; readonly name: string }
  /** As for LIKE on the server: `%` and `_`, with a backslash before literal ones. */
  | { readonly kind: "pattern"; readonly pattern: string }
  /** `place` says where the URL was given, for messages, which never contain the URL itself. */
  | { readonly kind: "url"; readonly url: string; readonly place: string };

/** One database of many. */
export interface OneDatabase {
  /** Its name in everything that is printed; contains no secret. */
  readonly label: string;
  readonly database: DatabaseSettings;
}

/** The first character of an element that stands for the lines of a file. */
const FILE_MARK = "@";

/** The files that a list of databases mentions, `-` for the standard input. */
export function filesIn(list: string): readonly string[] {
  return elementsOf(list)
    .filter((element) => element.startsWith(FILE_MARK))
    .map((element) => element.slice(FILE_MARK.length));
}

/**
 * Reads a list such as `staging,tenant_%,@more.txt`: names, patterns and files.
 * @param name the setting's name, for messages
 * @param contents the contents of the files in the list
 */
export function parseDatabases(
  name: string,
  list: string,
  contents: ReadonlyMap<string, string>,
  problems: Problem[],
): readonly NamedDatabase[] {
  return elementsOf(list).flatMap((element): readonly NamedDatabase[] => {
    if (element.startsWith(FILE_MARK)) {
      const path = element.slice(FILE_MARK.length);
      return parseLines(path === "-" ? "standard input" : path, contents.get(path) ?? "", problems);
    }
    if (isUrl(element)) {
      problems.push(
        badSetting(
          `${name} has a URL in it, which may hold a password that everyone on this machine can see.`,
          "Put it into a file, one URL a line, and name that: @databases.txt",
        ),
      );
      return [];
    }
    return parseOne(name, element, problems);
  });
}

function elementsOf(list: string): readonly string[] {
  return list
    .split(",")
    .map((element) => element.trim())
    .filter((element) => element !== "");
}

/** Reads a file with one name or URL per line. A name is taken literally: it can contain a comma or a `%`. */
function parseLines(place: string, text: string, problems: Problem[]): readonly NamedDatabase[] {
  const found = text.split(/\r\n|\r|\n/).flatMap((line, index): readonly NamedDatabase[] => {
    const entry = line.trim();
    return entry === "" ? [] : parseEntry(`${place}, line ${index + 1}`, entry, problems);
  });
  if (found.length === 0 && problems.length === 0)
    problems.push(badSetting(`${place} names no database.`, "It takes one name or URL a line."));
  return found;
}

/** Reads one name or URL; patterns are not allowed here. */
export function parseEntry(place: string, entry: string, problems: Problem[]): readonly NamedDatabase[] {
  if (isUrl(entry)) return [{ kind: "url", url: entry, place }];
  const why = whyNoIdentifier(entry);
  if (why === null) return [{ kind: "name", name: entry }];
  problems.push(badSetting(`${place}: the database's name ${why}.`));
  return [];
}

/** Reads one name, pattern or URL. */
export function parseOne(place: string, entry: string, problems: Problem[]): readonly NamedDatabase[] {
  if (isUrl(entry) || !entry.includes("%")) return parseEntry(place, entry, problems);
  if (!entry.includes("\0")) return [{ kind: "pattern", pattern: entry }];
  problems.push(badSetting(`${place} has a NUL byte in it.`));
  return [];
}

/** A database's name can contain a colon, but hardly `://`. */
function isUrl(entry: string): boolean {
  return /^[a-z][a-z0-9+.:-]*:\/\//i.test(entry);
}

/** Another database on the same server, with the same account. */
export function siblingDatabase(server: DatabaseSettings, database: string): OneDatabase {
  return { label: database, database: guarded({ ...server, database }) };
}

/**
 * The database that a URL in a list names. What the URL leaves out (user and password, TLS) comes from the settings; a
 * password is only used for the user it belongs to.
 * @param server the server in the settings; null: they name none
 * @returns null when it was refused; the reasons are then added to `problems`
 */
export function databaseOfUrl(
  url: string,
  place: string,
  server: DatabaseSettings | null,
  problems: Problem[],
): OneDatabase | null {
  const parts = parseDatabaseUrl(place, url, problems);
  if (parts === null) return null;
  const user = parts.user === null && server !== null ? { name: variables.user, value: server.user } : null;
  const sameUser = parts.user === null || parts.user === server?.user;
  const password = parts.password === null && sameUser ? borrowedPassword(server) : null;
  const given = { url: { name: place, value: url }, host: null, port: null, socket: null, database: null };
  const source = {
    given: { ...given, user, password },
    names: variables,
    ssl: parts.ssl === null ? (server?.ssl ?? null) : null,
    howToGive: "",
  };
  const database = settleDatabase(source, problems);
  if (database === null) return null;
  const where = database.socket ?? `${database.host}:${database.port}`;
  return { label: `${where}/${database.database}`, database };
}

function borrowedPassword(server: DatabaseSettings | null): Given | null {
  if (server === null) return null;
  const { password: value, passwordNow: again } = server;
  return { name: variables.password, value, ...(again === undefined ? {} : { again }) };
}
