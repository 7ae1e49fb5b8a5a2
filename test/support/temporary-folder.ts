import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

/** A folder with these files in it, gone when the test ends. */
export function temporaryFolder(
  t: TestContext,
  files: Readonly<Record<string, string | Buffer>> = {},
): string {
  const dir = mkdtempSync(join(tmpdir(), "updown-files-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  return dir;
}
