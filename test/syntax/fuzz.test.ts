import assert from "node:assert/strict";
import { test } from "node:test";
import { createConnection } from "mysql2/promise";
import { type Classified, classify } from "../../src/syntax/classify";
import { tokens } from "../../src/syntax/lexer";
import { splitText } from "../../src/syntax/splitter";
import type { Statement } from "../../src/syntax/statement";
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
      splitOrTell(() => splitText(file.text).map(plain), told),
      expected,
      told,
    );
    for (const { text, head } of splitText(file.text)) assertHead(text, head, told);
    const random = randomFrom(`${seed} ${number} cuts`);
    const chunks = inChunks(file.text, () => 1 + Math.floor(random() * 30));
    assert.deepEqual(
      splitOrTell(() => splitsOf(chunks, {}).map(plain), told),
      expected,
      `in chunks, ${told}`,
    );
  }
});

/** Pieces of an INSERT behind VALUES: literals, what stands between them, and what must not pass for one. */
const dataPieces = [
  "(1, 'a')",
  ", ",
  "\n",
  "(NULL,-1.5e3,+.5,0xFF,x'41',_utf8mb4'é',default)",
  "('it''s', \"say \\\"hi\\\"\", 'a\\'b;-- @c')",
  "('')",
  "(TRUE)",
  "-- a comment with @variable; and '\n",
  "/* @x */",
  "# @y\n",
  "(1-1)",
  "(@a)",
  "(LAST_INSERT_ID())",
  "(ROW_COUNT())",
  "((SELECT 1 FROM history))",
  "(RELEASE_ALL_LOCKS())",
  "(n(1), _f (2))",
  "/*! , (@z) */",
  "ON DUPLICATE KEY UPDATE a = VALUES(a)",
  "RETURNING id",
  "(`b`)",
  "(a.b)",
] as const;

const insertHeads = [
  "INSERT INTO t VALUES ",
  "insert into `values` (id, value) value",
  "REPLACE t (a, b) VALUES",
  "INSERT INTO t SET a = ",
  "INSERT INTO t SELECT ",
  "INSERT IGNORE INTO `t` (a) VALUES\n",
] as const;

test("the head of a random INSERT says as much of it as the whole, however the file is cut", () => {
  const random = randomFrom(`${seed} heads`);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  for (let number = 0; number < 400; number++) {
    const texts: string[] = [];
    const head = pick(insertHeads);
    for (let count = 0; count < 4; count++) {
      // The same head again and again, as in a file of data, and now and then another one.
      const start = random() < 0.7 ? head : pick(insertHeads);
      const pieces = Array.from({ length: 1 + Math.floor(random() * 5) }, () =>
        pick(random() < 0.7 ? dataPieces.slice(0, 7) : dataPieces),
      );
      texts.push(`${start}${pieces.join("")}1`);
    }
    const file = `${texts.join("\n;\n")};`;
    const told = `FUZZ_SEED=${seed}, INSERTs ${number}:\n${file}`;
    const whole = splitOrTell(() => splitText(file), told);
    assert.deepEqual(
      whole.map(({ text }) => text),
      texts,
      told,
    );
    for (const { text, head } of whole) assertHead(text, head, told);
    const chunks = inChunks(file, () => 1 + Math.floor(random() * 30));
    const cut = splitOrTell(() => splitsOf(chunks, {}), told);
    assert.deepEqual(cut.map(plain), whole.map(plain), told);
    for (const { text, head } of cut) assertHead(text, head, told);
    // What is left out of a text that is only looked at does not change what the statement is.
    const again = inChunks(file, () => 1 + Math.floor(random() * 30));
    const looked = splitOrTell(() => splitsOf(again, { headsOnly: true }), told);
    assert.equal(looked.length, whole.length, told);
    for (const [index, statement] of whole.entries()) {
      const { text, head, number, line, column } = looked[index] as Statement;
      assert.deepEqual(classify(head), classify(text), told);
      const [some, all] = [classify(text), classify(statement.text)];
      assert.deepEqual(withoutVariables(some), withoutVariables(all), told);
      for (const name of all.userVariables) assert.ok(some.userVariables.includes(name), told);
      assert.deepEqual([number, line, column], [statement.number, statement.line, statement.column], told);
    }
  }
});

test("the head of rows of data ends before them", () => {
  const heads = (text: string): readonly string[] => splitText(text).map(({ head }) => head);
  const rows = `(1, 'a;b', NULL, -2, x'00'), (2, "it''s", DEFAULT, 0x1F, _utf8mb4'é')`;
  assert.deepEqual(heads(`INSERT INTO t VALUES ${rows};\nINSERT INTO t VALUES ${rows};`), [
    "INSERT INTO t VALUES",
    "INSERT INTO t VALUES",
  ]);
  assert.deepEqual(heads(`REPLACE INTO t (id, value) VALUES\n${rows};`), [
    "REPLACE INTO t (id, value) VALUES",
  ]);
  // A function may have such a name: n'é' is a literal, n('é') is not.
  for (const more of [" ON DUPLICATE KEY UPDATE a = 1", ", (n('é'))", ", (_f (1))", ", (x/**/(1))"]) {
    const text = `INSERT INTO t VALUES ${rows}${more}`;
    assert.deepEqual(heads(text), [text]);
  }
});

/** `'user'@'host'` among literals is no variable, which cannot be told once they are left out. */
function withoutVariables({ userVariables: _, ...rest }: Classified): Omit<Classified, "userVariables"> {
  return rest;
}

function assertHead(text: string, head: string, told: string): void {
  assert.ok(text.startsWith(head), told);
  assert.deepEqual(classify(head), classify(text), told);
}

function plain({ number, text, line, column }: Statement): Omit<Statement, "head"> {
  return { number, text, line, column };
}

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
