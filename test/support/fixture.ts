import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mysql from "mysql2/promise";

const FIXTURE = join(__dirname, "fixture-sweep");

/** Folder of the sweep's migrations. */
export const FIXTURE_MIGRATIONS = join(FIXTURE, "migrations");

/** Some of the fixture's migrations in a folder of their own. */
export interface Group {
  /** `0003`, or `0003-0005`. */
  readonly name: string;
  readonly dir: string;
}

/** All of the fixture's migrations. */
export const WHOLE_FIXTURE: Group = { name: "all", dir: FIXTURE_MIGRATIONS };

/** What a file says of a statement whose fate nobody can know when the connection dies in it. */
export const MAY_BE_ASKED = "/* may be asked about */";

/** What the files call the database they run in, another one, and an account: each run has its own. */
const PLACEHOLDERS = /\bsweep_(here|other|user)\b/g;

/** Names that belong to the server, for the migrations that run in `database`. */
export function serverWideNames(database: string): { here: string; other: string; user: string } {
  return { here: database, other: `${database}_other`, user: `${database}_user` };
}

/** A group's files as they are for one database. */
export interface PlacedGroup {
  readonly dir: string;
  /** Removes the folder, and what the server has under the names of this database's own. */
  readonly remove: () => Promise<void>;
}

/** Gives the files names of their own for what belongs to the server; most groups name nothing of the kind. */
export async function placeGroup(group: Group, url: string): Promise<PlacedGroup> {
  const files = await readTexts(group.dir);
  if (![...files.values()].some((text) => text.search(PLACEHOLDERS) !== -1)) {
    return { dir: group.dir, remove: async () => {} };
  }
  const names = serverWideNames(databaseOf(url));
  const dir = await mkdtemp(join(tmpdir(), "sweep-placed-"));
  for (const [name, text] of files) {
    const placed = text.replace(PLACEHOLDERS, (_, which: keyof typeof names) => names[which]);
    await writeFile(join(dir, name), placed);
  }
  const remove = async (): Promise<void> => {
    await rm(dir, { recursive: true, force: true });
    await dropServerWide(url, names);
  };
  return { dir, remove };
}

/** Gives the body the group's folder as it is for the URL's database, and removes it afterwards. */
export async function withPlacedGroup<T>(
  group: Group,
  url: string,
  body: (dir: string) => Promise<T>,
): Promise<T> {
  const { dir, remove } = await placeGroup(group, url);
  let result: T;
  try {
    result = await body(dir);
  } catch (error) {
    await remove().catch(() => {}); // the first error is the one that matters
    throw error;
  }
  await remove();
  return result;
}

async function dropServerWide(url: string, { other, user }: { other: string; user: string }): Promise<void> {
  const connection = await mysql.createConnection(url);
  try {
    // Somebody else's session may still be in it; the server's own retry is a year.
    await connection.query("SET SESSION lock_wait_timeout = 60");
    await connection.query(`DROP DATABASE IF EXISTS ${other}`);
    await connection.query(`DROP USER IF EXISTS ${user}@localhost, ${user}@'127.0.0.1'`);
  } finally {
    connection.destroy();
  }
}

async function readTexts(dir: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const name of await readdir(dir)) texts.set(name, await readFile(join(dir, name), "utf8"));
  return texts;
}

/** The name of the URL's database. */
export function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

function keepTogether(names: readonly string[]): readonly (readonly string[])[] {
  const together = names.filter((name) => name.includes("_together_"));
  return [...names.filter((name) => !together.includes(name)).map((name) => [name]), together];
}

/**
 * Puts the fixture's migrations into folders of at most `size` (all of them: one folder), so that a point in
 * the last migration does not cost a run of all those before it. The files do not depend on each other, but for those that
 * are named so: they count as one.
 */
export async function withGroups<T>(
  size: number,
  body: (groups: readonly Group[]) => Promise<T>,
): Promise<T> {
  const names = (await readdir(FIXTURE_MIGRATIONS)).filter((name) => name.endsWith(".up.sql")).sort();
  const parent = await mkdtemp(join(tmpdir(), "sweep-"));
  try {
    const groups: Group[] = [];
    const units = keepTogether(names);
    for (let at = 0; at < units.length; at += size) {
      const members = units.slice(at, at + size).flat();
      const versions = members.map((name) => name.slice(0, 4));
      const name = [...new Set([versions[0], versions.at(-1)])].join("-");
      const dir = join(parent, name);
      await mkdir(dir);
      for (const member of members) {
        const down = member.replace(".up.", ".down.");
        await cp(join(FIXTURE_MIGRATIONS, member), join(dir, member));
        await cp(join(FIXTURE_MIGRATIONS, down), join(dir, down));
      }
      groups.push({ name, dir });
    }
    return await body(groups);
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

/** Makes what the fixture's migrations find in place. */
export async function seed(url: string): Promise<void> {
  const connection = await mysql.createConnection({ uri: url, multipleStatements: true });
  try {
    // A server may be told not to.
    await connection.query("SET SESSION autocommit = 1");
    await connection.query(await readFile(join(FIXTURE, "seed.sql"), "utf8"));
  } finally {
    connection.destroy();
  }
}

/** Those that MariaDB's ORACLE mode does not read: stored programs with a body or a parameter, a bare BEGIN, a mode compared with a variable. */
export async function groupsWithPrograms(groups: readonly Group[]): Promise<Group[]> {
  const found: Group[] = [];
  for (const group of groups) {
    const texts = [...(await readTexts(group.dir)).values()];
    if (
      texts.some((text) =>
        /^(?:CREATE (?:PROCEDURE|FUNCTION|TRIGGER|EVENT)|BEGIN;|.*@@sql_mode = @)/m.test(text),
      )
    )
      found.push(group);
  }
  return found;
}
