import { MigrateError, type Problem, RefusedError } from "../errors";
import { withSession } from "../server/connection";
import { listDatabases } from "../server/databases";
import type { Session } from "../server/session";
import { withTranslatedErrors } from "../server/translate-error";
import type { DatabaseSettings } from "../settings/database";
import {
  databaseOfUrl,
  type NamedDatabase,
  type OneDatabase,
  parseEntry,
  siblingDatabase,
} from "../settings/databases";
import { missingSetting } from "../settings/environment";

/** Which databases: given by names and patterns, or by a query that returns names. */
export type Wanted =
  | { readonly kind: "named"; readonly databases: readonly NamedDatabase[] }
  | { readonly kind: "query"; readonly sql: string };

const SERVER_NEEDED =
  "Set DATABASE_URL=mysql://user:password@host:port/ or MYSQL_HOST, MYSQL_USER and MYSQL_PASSWORD; only URLs in a file need no server.";

/**
 * Finds the databases, each once, in the order in which they were named; those of one pattern sorted by name. Asks the
 * server only for patterns and queries: whether a name exists turns out when its turn comes.
 * @param server the server in the settings; null: they name none
 * @throws RefusedError `missing-setting`, `bad-setting`; MigrateError `unknown-database` when there is none, `usage` for a query
 *   that gives no names; as `openSession`
 */
export async function findDatabases(
  wanted: Wanted,
  server: DatabaseSettings | null,
): Promise<readonly OneDatabase[]> {
  const named = wanted.kind === "named" ? wanted.databases : await askForNames(need(server), wanted.sql);
  const problems: Problem[] = [];
  const found: OneDatabase[] = [];
  const patterns = named.some(({ kind }) => kind === "pattern")
    ? await expandPatterns(need(server), named)
    : new Map<string, readonly string[]>();
  for (const one of named) {
    switch (one.kind) {
      case "name":
        found.push(siblingDatabase(need(server), one.name));
        break;
      case "pattern":
        found.push(...(patterns.get(one.pattern) ?? []).map((name) => siblingDatabase(need(server), name)));
        break;
      case "url": {
        const database = databaseOfUrl(one.url, one.place, server, problems);
        if (database !== null) found.push(database);
        break;
      }
      default:
        one satisfies never;
    }
  }
  if (problems.length > 0) throw new RefusedError(problems);
  return withoutRepeated(found);
}

function need(server: DatabaseSettings | null): DatabaseSettings {
  if (server !== null) return server;
  throw new RefusedError([missingSetting("No server is set for the databases.", SERVER_NEEDED)]);
}

async function expandPatterns(
  server: DatabaseSettings,
  named: readonly NamedDatabase[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  return await asking(server, true, async (session) => {
    const found = new Map<string, readonly string[]>();
    for (const one of named) {
      if (one.kind !== "pattern") continue;
      const names = await listDatabases(session, one.pattern);
      if (names.length === 0) throw noneMatches(one.pattern);
      found.set(one.pattern, names);
    }
    return found;
  });
}

function noneMatches(pattern: string): MigrateError {
  return new MigrateError("unknown-database", `No database matches ${pattern}.`, {
    hint: "As for LIKE on the server, % stands for any characters and _ for one. Only databases that the user may see are found: SHOW DATABASES;",
  });
}

async function askForNames(server: DatabaseSettings, sql: string): Promise<readonly NamedDatabase[]> {
  const rows = await asking(server, server.database === "", (session) => session.query(sql));
  const problems: Problem[] = [];
  const named = rows.flatMap((row, index): readonly NamedDatabase[] => {
    const [first, ...more] = Object.values(row);
    if (more.length > 0) throw notNames("gives more than one column");
    if (first === null || first === undefined) throw notNames("gives a NULL");
    const text = Buffer.isBuffer(first) ? first.toString("utf8") : String(first);
    return parseEntry(`--databases-query, row ${index + 1}`, text.trim(), problems);
  });
  if (problems.length > 0) throw new RefusedError(problems);
  if (named.length > 0) return named;
  throw new MigrateError("unknown-database", "The query for the databases gives no row.", {
    hint: "Run it in the client, with the same user and database.",
  });
}

function notNames(what: string): MigrateError {
  return new MigrateError("usage", `The query for the databases ${what}.`, {
    hint: "It has to give one column, with a name or a URL in each row:\n  SELECT database_name FROM tenant WHERE active = 1 ORDER BY id",
  });
}

async function asking<T>(
  server: DatabaseSettings,
  withoutDatabase: boolean,
  body: (session: Session) => Promise<T>,
): Promise<T> {
  return await withTranslatedErrors(() => withSession(server, body, { withoutDatabase }));
}

/**
 * Two names for one server are not recognised as the same; then the lock makes one of them wait, and it finds nothing
 * to do.
 */
function withoutRepeated(databases: readonly OneDatabase[]): readonly OneDatabase[] {
  const seen = new Set<string>();
  return databases.filter(({ database: { host, port, socket, database } }) => {
    const key = JSON.stringify([socket ?? `${host}:${port}`, database]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
