import assert from "node:assert/strict";
import { test } from "node:test";
import { createConnection } from "mysql2/promise";
import { tokens } from "../../src/syntax/lexer";
import { splitText } from "../../src/syntax/splitter";
import { randomFrom } from "../support/random";
import { forEachServer, withTestDatabase } from "../support/servers";
import { inChunks, splitsOf } from "./golden";
import { clientFamily, sentByClient } from "./mysql-client";
import { type RandomFile, type RandomOptions, randomFile } from "./random-sql";

/** Set FUZZ_SEED to what a failure printed, to see it again. */
const seed = process.env.FUZZ_SEED ?? String(Date.now());

const pureFiles = 150;
const serverFiles = 8;
const clientFiles = 4;

function fileNumber(number: number, options: RandomOptions): { file: RandomFile; told: string } {
  const file = randomFile(randomFrom(`${seed} ${number}`), options);
  return { file, told: `FUZZ_SEED=${seed}, file ${number}:\n${file.text}` };
}

test("random files split into what they were made of, however they are cut", () => {
  for (let number = 0; number < pureFiles; number++) {
    const { file, told } = fileNumber(number, { forClient: false });
    const expected = file.statements.map(({ text, line, column }, index) => ({
      number: index + 1,
      text,
      line,
      column,
    }));
    assert.deepEqual(
      splitOrTell(() => splitText(file.text), told),
      expected,
      told,
    );
    const random = randomFrom(`${seed} ${number} cuts`);
    const chunks = inChunks(file.text, () => 1 + Math.floor(random() * 30));
    assert.deepEqual(
      splitOrTell(() => splitsOf(chunks, {}), told),
      expected,
      `in chunks, ${told}`,
    );
  }
});

forEachServer("the server's parser takes every piece of a random file", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const connection = await createConnection(url);
    try {
      await connection.query("CREATE TABLE t (a TEXT, b TEXT)");
      // Triggers go to another table, because some would loop for ever.
      await connection.query("CREATE TABLE u (a TEXT)");
      for (let number = 0; number < serverFiles; number++) {
        const { file, told } = fileNumber(number, { forClient: false });
        await connection.query("SET sql_mode = ''");
        for (const { text } of splitOrTell(() => splitText(file.text), told)) {
          const error = await connection.query(text).then(
            () => null,
            (cause: { errno?: number; message: string }) => cause,
          );
          const refused = error?.errno === 1064 || error?.errno === 1065;
          assert.equal(refused, false, `${error?.message}\n${text}\n\n${told}`);
        }
      }
    } finally {
      await connection.end();
    }
  });
});

forEachServer("the mysql client splits a random file in the same way", async (_t, server) => {
  clientFamily(server);
  for (let number = 0; number < clientFiles; number++) {
    const { file, told } = fileNumber(number, { forClient: true });
    const sent = (await sentByClient(server, file.text)).filter((text) => tokensOf(text, false) !== "");
    // The client adds blanks behind comments, so tokens are compared.
    const modes = file.statements.map(({ noBackslashEscapes }) => noBackslashEscapes);
    assert.deepEqual(
      sent.map((text, index) => tokensOf(text, modes[index] ?? false)),
      file.statements.map(({ text, noBackslashEscapes }) => tokensOf(text, noBackslashEscapes)),
      told,
    );
  }
});

function tokensOf(text: string, noBackslashEscapes: boolean): string {
  const list = [...tokens(text, { noBackslashEscapes })];
  return list.map(({ type, value }) => `${type} ${value}`.replaceAll("\r\n", "\n")).join("\n");
}

/** A refusal does not tell the file, which is needed to see why. */
function splitOrTell<T>(split: () => T, told: string): T {
  try {
    return split();
  } catch (cause) {
    throw new Error(told, { cause });
  }
}
