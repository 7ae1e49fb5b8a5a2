import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Writes migration files into a folder of their own, gives the callback its path, and removes it. */
export async function withMigrations<T>(
  files: Readonly<Record<string, string | Buffer>>,
  body: (dir: string) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), "mysql-updown-migrations-"));
  try {
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(dir, name), text)));
    return await body(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
