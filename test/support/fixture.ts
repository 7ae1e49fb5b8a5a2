import { cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
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

/**
 * Puts the fixture's migrations into folders of at most `size` (all of them: one folder), so that a point in
 * the last migration does not cost a run of all those before it. The files do not depend on each other.
 */
export async function withGroups<T>(
  size: number,
  body: (groups: readonly Group[]) => Promise<T>,
): Promise<T> {
  const names = (await readdir(FIXTURE_MIGRATIONS)).filter((name) => name.endsWith(".up.sql")).sort();
  const parent = await mkdtemp(join(tmpdir(), "sweep-"));
  try {
    const groups: Group[] = [];
    for (let at = 0; at < names.length; at += size) {
      const members = names.slice(at, at + size);
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
    await connection.query(await readFile(join(FIXTURE, "seed.sql"), "utf8"));
  } finally {
    connection.destroy();
  }
}
