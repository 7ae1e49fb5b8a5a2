import type { Session } from "./session";

/**
 * Runs the body in a session that renders definitions as any other would, and then restores what a migration had set:
 * what was read in a file's session must equal what is read in the next one. ANSI mode drops whole clauses of a
 * definition, a time zone moves TIMESTAMP defaults, a narrow character set turns letters into question marks.
 */
export async function withNeutralSession<T>(session: Session, body: () => Promise<T>): Promise<T> {
  const changed = await readChanged(session);
  if (changed.length === 0) return body();
  await assign(
    session,
    changed.map(({ name, neutral }) => [name, neutral]),
  );
  try {
    return await body();
  } finally {
    await assign(
      session,
      changed.map(({ name, own }) => [name, own]),
    );
  }
}

interface Changed {
  readonly name: string;
  readonly own: string | null;
  readonly neutral: string | null;
}

/** What these variables are compared with, and set to. The server's own setting is as good as any, and rarely differs. */
const NEUTRAL: Readonly<Record<string, string>> = {
  sql_mode: "@@GLOBAL.sql_mode",
  sql_quote_show_create: "@@GLOBAL.sql_quote_show_create",
  time_zone: "@@GLOBAL.time_zone",
  character_set_results: "'utf8mb4'",
};

/** Has utf8mb3 shown as utf8 or not. @see https://mariadb.com/kb/en/old-mode/ */
const NEUTRAL_MARIADB: Readonly<Record<string, string>> = { ...NEUTRAL, old_mode: "@@GLOBAL.old_mode" };

async function readChanged(session: Session): Promise<readonly Changed[]> {
  const neutral = session.server.family === "mariadb" ? NEUTRAL_MARIADB : NEUTRAL;
  const columns = Object.entries(neutral).map(
    ([name, value]) => `@@SESSION.${name} AS own_${name}, ${value} AS neutral_${name}`,
  );
  const [row] = await session.query(`SELECT ${columns.join(", ")}`);
  return Object.keys(neutral)
    .map((name) => ({ name, own: asText(row?.[`own_${name}`]), neutral: asText(row?.[`neutral_${name}`]) }))
    .filter(({ own, neutral: wanted }) => own !== wanted);
}

/** After SET NAMES binary text comes back as bytes. */
function asText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

async function assign(
  session: Session,
  values: readonly (readonly [name: string, value: string | null])[],
): Promise<void> {
  // A number arrives as text here, and a switch takes no text.
  const list = values
    .map(([name]) => `SESSION ${name} = ${name === "sql_quote_show_create" ? "CAST(? AS UNSIGNED)" : "?"}`)
    .join(", ");
  await session.execute(
    `SET ${list}`,
    values.map(([, value]) => value),
  );
}
