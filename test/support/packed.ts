import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const ROOT = join(__dirname, "../..");

/** What the package is made of. */
const SOURCES =
  /^(src|scripts|docs|examples|sql|package.*\.json|tsconfig.*\.json|[A-Z]+(\.md)?|\.env\.example)$/;

/**
 * The package as `npm pack` makes it, from a copy, so that neither a stale dist/ gets in nor a new one stays behind. It is kept for
 * the other test files of this run, and for the next run of the same sources.
 * @returns the tarball's path
 */
export async function packedTarball(): Promise<string> {
  const names = readdirSync(ROOT).filter((name) => SOURCES.test(name));
  const cache = join(ROOT, "node_modules/.cache/mysql-updown-packed");
  const kept = join(cache, hashOf(names), "mysql-updown.tgz");
  if (existsSync(kept)) return kept;
  const folder = mkdtempSync(join(tmpdir(), "updown-pack-"));
  try {
    for (const name of names) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const { stdout } = await promisify(execFile)("npm", ["pack", "--json"], { cwd: folder });
    const [packed] = JSON.parse(stdout) as { filename: string }[];
    if (packed === undefined) throw new Error(stdout);
    // Earlier ones are of no use any more; of two files that do this at once, either one's is right.
    const own = join(cache, `.${randomBytes(6).toString("hex")}`);
    mkdirSync(own, { recursive: true });
    cpSync(join(folder, packed.filename), join(own, "mysql-updown.tgz"));
    for (const old of readdirSync(cache)) {
      if (!old.startsWith(".") && old !== hashOf(names))
        rmSync(join(cache, old), { recursive: true, force: true });
    }
    if (existsSync(kept)) rmSync(own, { recursive: true });
    else renameSync(own, join(cache, hashOf(names)));
    return kept;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function hashOf(names: readonly string[]): string {
  const hash = createHash("sha256");
  const add = (path: string): void => {
    if (statSync(join(ROOT, path)).isDirectory()) {
      for (const name of readdirSync(join(ROOT, path)).sort()) add(join(path, name));
    } else hash.update(`${path}\0`).update(readFileSync(join(ROOT, path)));
  };
  for (const name of [...names].sort()) add(name);
  return hash.digest("hex").slice(0, 16);
}
