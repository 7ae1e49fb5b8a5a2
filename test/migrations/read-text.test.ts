import assert from "node:assert/strict";
import { appendFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { type MigrationFile, readMigrations } from "../../src/migrations/read-migrations";
import { readChunks, readText } from "../../src/migrations/read-text";
import { temporaryFolder } from "../support/temporary-folder";

function upFile(t: TestContext, text: string): MigrationFile {
  const dir = temporaryFolder(t, { "0001_a.up.sql": text, "0001_a.down.sql": ";" });
  const [migration] = readMigrations(dir).migrations;
  assert.ok(migration !== undefined);
  return migration.up;
}

/** The chunks in hex, since they may be cut anywhere and each is overwritten by the next. */
async function collect(file: MigrationFile): Promise<readonly string[]> {
  const chunks: string[] = [];
  for await (const chunk of readChunks(file)) chunks.push(chunk.toString("hex"));
  return chunks;
}

function joined(chunks: readonly string[]): string {
  return Buffer.from(chunks.join(""), "hex").toString();
}

const changed = {
  code: "file-changed",
  message: "0001_a.up.sql changed after the plan was made.",
  hint: "Run the same command again: it plans with the file as it is now.",
};
const gone = {
  code: "unreadable",
  message: "0001_a.up.sql cannot be read any more: no such file or directory.",
};

test("both readers give the normalized text", async (t) => {
  const file = upFile(t, "\ufeffSELECT 'é😀';\r\nSELECT 2;\r");
  assert.equal(readText(file), "SELECT 'é😀';\nSELECT 2;\r");
  assert.equal(joined(await collect(file)), "SELECT 'é😀';\nSELECT 2;\r");
});

// Every shift puts the boundaries of the chunks elsewhere in the pattern.
test("a CRLF is one line end wherever a chunk ends", async (t) => {
  for (const shift of [0, 1, 2, 3, 4, 5]) {
    const text = `${"x".repeat(shift)}${"é€😀\r\n".repeat(60_000)}`;
    const chunks = await collect(upFile(t, text));
    assert.ok(chunks.length > 2);
    assert.equal(joined(chunks), text.replaceAll("\r\n", "\n"));
  }
});

test("readText refuses a file that changed, even to the same length", (t) => {
  const file = upFile(t, "SELECT 1;");
  writeFileSync(file.path, "SELECT 2;");
  assert.throws(() => readText(file), changed);
  writeFileSync(file.path, Buffer.from([0xff]));
  assert.throws(() => readText(file), changed);
  writeFileSync(file.path, "\ufeffSELECT 1;");
  assert.equal(readText(file), "SELECT 1;");
});

test("readChunks refuses another size before the first chunk, another content after the last", async (t) => {
  const file = upFile(t, "SELECT 1;".repeat(100_000));
  writeFileSync(file.path, "SELECT 2;".repeat(100_000));
  const seen: string[] = [];
  await assert.rejects(async () => {
    for await (const chunk of readChunks(file)) seen.push(chunk.toString());
  }, changed);
  assert.equal(seen.join(""), "SELECT 2;".repeat(100_000));

  appendFileSync(file.path, " ");
  await assert.rejects(async () => {
    for await (const chunk of readChunks(file)) assert.fail(chunk.toString());
  }, changed);
});

test("a large file that was written to again is refused before the first chunk, hashed or not", async (t) => {
  const file = upFile(t, "SELECT 1;".repeat(200_000));
  for await (const chunk of readChunks(file, { unhashed: true })) assert.ok(chunk.length <= 64 * 1024);
  writeFileSync(file.path, "SELECT 2;".repeat(200_000));
  for (const unhashed of [true, false]) {
    await assert.rejects(async () => {
      for await (const chunk of readChunks(file, { unhashed })) assert.fail(chunk.toString());
    }, changed);
  }
});

test("a large file that is written to while it is read is refused after the last chunk", async (t) => {
  const file = upFile(t, "SELECT 1;".repeat(200_000));
  let chunks = 0;
  await assert.rejects(async () => {
    for await (const _ of readChunks(file, { unhashed: true })) {
      if (chunks++ === 0) writeFileSync(file.path, "SELECT 2;".repeat(200_000));
    }
  }, changed);
  assert.ok(chunks > 1);
});

test("a file that is gone", async (t) => {
  const file = upFile(t, "SELECT 1;");
  rmSync(file.path);
  assert.throws(() => readText(file), gone);
  await assert.rejects(collect(file), gone);
});

test("a reader that stops early closes the file", async (t) => {
  const file = upFile(t, "SELECT 1;".repeat(100_000));
  const before = openFiles();
  for await (const _ of readChunks(file)) break;
  assert.equal(openFiles(), before);
});

function openFiles(): number {
  return readdirSync("/dev/fd").length;
}
