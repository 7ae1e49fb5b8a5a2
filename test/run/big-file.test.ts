import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import { ask, expectAnswer } from "../bench/database";
import { ENTRY_TABLE, writeEntries } from "../bench/generate";
import { measureWithPeak } from "../bench/measure";
import { type BuiltRunner, buildRunner } from "../support/child";
import { forEachServer, inTurn, withTestDatabase } from "../support/servers";

const MEGABYTE = 1e6;

/**
 * What a gigabyte may take. These files are smaller, for the sake of the machine, but larger than the bound or, with
 * their hundreds of thousands of statements, than all that is kept of each.
 */
const MOST_MEMORY = 120 * MEGABYTE;

let folder = "";
let runner: BuiltRunner | null = null;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mysql-updown-big-"));
  runner = await buildRunner();
});

after(async () => {
  await runner?.remove();
  await rm(folder, { recursive: true, force: true });
});

const FILES = [
  { name: "130 MB in INSERTs of 1 MB", bytes: 130 * MEGABYTE, statementBytes: MEGABYTE },
  { name: "12 MB in INSERTs of one row", bytes: 12 * MEGABYTE, statementBytes: 0 },
];

for (const file of FILES) {
  const { name, bytes, statementBytes } = file;
  forEachServer(`${name} go in within 120 MB of memory`, async (t, server) => {
    if (!inTurn(server, FILES).includes(file)) return t.skip("the other server's turn");
    const dir = join(folder, `${server.family}-${statementBytes}`);
    await withTestDatabase(server, async ({ url }) => {
      await ask(url, ENTRY_TABLE);
      const written = await writeEntries(dir, bytes, statementBytes);
      const { peakBytes } = await measureWithPeak(
        {
          program: process.execPath,
          args: [runner?.bin ?? "", "up", "--allow-existing", "--dir", dirname(written.path)],
          environment: { DATABASE_URL: url },
          cwd: dir,
        },
        { folder, signal: t.signal },
      );
      await expectAnswer(url, "SELECT COUNT(*) FROM entry", written.rows);
      assert.ok(peakBytes !== null);
      t.diagnostic(`${Math.round(peakBytes / MEGABYTE)} MB at its peak`);
      assert.ok(peakBytes < MOST_MEMORY, `${Math.round(peakBytes / MEGABYTE)} MB`);
    });
    await rm(dir, { recursive: true });
  });
}
