import type { Problem } from "../errors";
import { badSetting, type Environment, variables } from "./environment";

/**
 * Number of typing slips between two words: an inserted, a missing, a wrong character, or two swapped ones.
 * @see https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance (the "optimal string alignment" form)
 */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const wrong = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + wrong);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, at(beforeLast, j - 2) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

/**
 * The known word that was probably meant: the one with the fewest slips, or one that begins with the given word.
 * @returns null when no word is close enough to suggest
 */
export function nearest(word: string, known: readonly string[]): string | null {
  const lower = word.toLowerCase();
  const allowed = lower.length <= 3 ? 1 : lower.length <= 6 ? 2 : 3;
  let found: string | null = null;
  let fewest = allowed + 1;
  for (const candidate of known) {
    const begins = lower.length >= 3 && candidate.startsWith(lower);
    const slips = begins ? 1 : distance(lower, candidate.toLowerCase());
    if (slips < fewest && slips < candidate.length) {
      found = candidate;
      fewest = slips;
    }
  }
  return found;
}

/**
 * Names that people and other programs use for our settings. A variable that merely shares the prefix
 * (MYSQL_ROOT_PASSWORD, MYSQL_VERSION, MYSQL_SERVICE_HOST) belongs to someone else and is left alone.
 */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  MYSQL_HOST: ["MYSQL_HOSTNAME", "MYSQL_SERVER", "MYSQL_ADDRESS", "MYSQL_ADDR"],
  MYSQL_PORT: ["MYSQL_TCP_PORT"],
  MYSQL_SOCKET: ["MYSQL_SOCK", "MYSQL_UNIX_SOCKET", "MYSQL_UNIX_PORT", "MYSQL_SOCKET_PATH"],
  MYSQL_USER: ["MYSQL_USERNAME", "MYSQL_USR", "MYSQL_LOGIN"],
  MYSQL_PASSWORD: ["MYSQL_PASS", "MYSQL_PASSWD", "MYSQL_PWD", "MYSQL_PW"],
  MYSQL_DATABASE: ["MYSQL_DB", "MYSQL_DBNAME", "MYSQL_DB_NAME", "MYSQL_DATABASE_NAME", "MYSQL_SCHEMA"],
  MIGRATIONS_DIR: ["MIGRATIONS_DIRECTORY", "MIGRATIONS_FOLDER", "MIGRATIONS_PATH"],
  MIGRATIONS_TABLE: ["MIGRATIONS_TABLE_NAME", "MIGRATIONS_TABLENAME", "MIGRATIONS_HISTORY_TABLE"],
};

/**
 * Names that frameworks and hosting companies use for our settings. We do not read them: nobody said that they are for
 * migrations.
 */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  DATABASE_URL: [
    ...[
      "MYSQL_URL",
      "MYSQL_URI",
      "DATABASE_URI",
      "MYSQL_DATABASE_URL",
      "MARIADB_URL",
      "DB_URL",
      "DB_URI",
      "DB_DSN",
    ],
    ...[
      "SQLALCHEMY_DATABASE_URI",
      "SQLALCHEMY_DATABASE_URL",
      "SQLALCHEMY_URL",
      "SPRING_DATASOURCE_URL",
      "FLYWAY_URL",
    ],
    ...["JAWSDB_URL", "JAWSDB_MARIA_URL", "CLEARDB_DATABASE_URL", "GOOSE_DBSTRING", "DBMATE_DATABASE_URL"],
  ],
  MYSQL_HOST: ["DB_HOST", "DB_HOSTNAME", "DATABASE_HOST", "MYSQLHOST", "MARIADB_HOST", "RDS_HOSTNAME"],
  MYSQL_PORT: ["DB_PORT", "DATABASE_PORT", "MYSQLPORT", "MARIADB_PORT", "RDS_PORT"],
  MYSQL_USER: [
    ...[
      "DB_USER",
      "DB_USERNAME",
      "DATABASE_USER",
      "DATABASE_USERNAME",
      "MYSQLUSER",
      "MARIADB_USER",
      "RDS_USERNAME",
    ],
  ],
  MYSQL_PASSWORD: [
    ...["DB_PASSWORD", "DB_PASS", "DATABASE_PASSWORD", "MYSQLPASSWORD", "MARIADB_PASSWORD", "RDS_PASSWORD"],
  ],
  MYSQL_DATABASE: [
    "DB_NAME",
    "DB_DATABASE",
    "DATABASE_NAME",
    "MYSQLDATABASE",
    "MARIADB_DATABASE",
    "RDS_DB_NAME",
  ],
};

/**
 * The setting whose name is nearly that of a variable.
 * @returns null when the variable is a setting itself, or none of our business
 */
export function meantBy(name: string): string | null {
  const plain = name.toUpperCase().replace(/_FILE$/, "");
  const spelled = plain.replace(/^(MIGRATION|MIGRATE)_/, "MIGRATIONS_");
  if (!/^(MYSQL|MIGRATIONS)_/.test(spelled)) return null;
  for (const [ours, aliases] of Object.entries(ALIASES)) {
    if (spelled === ours) return name === ours || name === `${ours}_FILE` ? null : ours;
    if (aliases.includes(spelled)) return ours;
    // A plural is more likely a list for another program.
    if (spelled !== `${ours}S` && isSlip(spelled, ours)) return ours;
  }
  return null;
}

function isSlip(name: string, ours: string): boolean {
  const tail = ours.slice(ours.indexOf("_") + 1);
  return distance(name, ours) <= (tail.length >= 8 ? 2 : 1);
}

/**
 * Refuses variables that nearly have the name of a setting, unless they have the same value as the setting.
 * @param settled the settings in question: values by variable name, null for none
 */
export function refuseMisspelled(
  env: Environment,
  settled: Readonly<Record<string, string | null>>,
  problems: Problem[],
): void {
  for (const [name, value] of Object.entries(env)) {
    const ours = value === undefined ? null : meantBy(name);
    if (ours === null || !(ours in settled) || settled[ours] === value) continue;
    const suffix = /_FILE$/i.test(name) ? "_FILE" : "";
    problems.push(
      badSetting(`${name} is set, but the setting is called ${ours}${suffix}.`, "Rename it, or unset it."),
    );
  }
}

/** There are no variables for TLS, and silently connecting without it would be the worst answer. */
export function refuseStrayTls(env: Environment, problems: Problem[]): void {
  if (variables.url in env || `${variables.url}_FILE` in env) return;
  for (const name of Object.keys(env)) {
    if (!/^MYSQL_SSL(_MODE|_CA|_CERT|_KEY)?$/.test(name)) continue;
    const hint = "TLS goes into DATABASE_URL: mysql://…?ssl-mode=verify-ca&ssl-ca=/path/ca.pem";
    problems.push(badSetting(`${name} is set, but is not a setting.`, hint));
  }
}

/**
 * The settings found under other programs' names, for the hint when no database is set at all: one line, or nothing.
 */
export function nameElsewhere(env: Environment): string {
  const found = Object.entries(ELSEWHERE).flatMap(([ours, names]) =>
    names.filter((name) => (env[name] ?? "") !== "").map((name) => `${name} (here ${ours})`),
  );
  if (found.length === 0) return "";
  return `Not read, but set: ${found.join(", ")}.\n`;
}
