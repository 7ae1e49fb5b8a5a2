import assert from "node:assert/strict";
import { typeLoss } from "../../src/schema/narrowing";
import type { Session } from "../../src/server/session";
import { forEachServer, inTurn, type TestServer, withTestDatabase } from "../support/servers";
import { withSchemaSession } from "./schemas";

/** A type with values from its borders. */
interface Sample {
  readonly type: string;
  /** As SQL; none: others are only converted to it. */
  readonly values: readonly string[];
  readonly only?: TestServer["family"];
}

const SAMPLES: readonly (readonly Sample[])[] = [
  [
    { type: "tinyint", values: ["-128", "127", "0"] },
    { type: "smallint unsigned", values: ["65535", "0"] },
    { type: "mediumint", values: ["-8388608", "8388607"] },
    { type: "int", values: ["-2147483648", "2147483647"] },
    { type: "int unsigned", values: ["4294967295", "0"] },
    { type: "int(10) unsigned zerofill", values: ["4294967295", "7"] },
    { type: "bigint", values: ["-9223372036854775808", "9223372036854775807"] },
    { type: "bigint unsigned", values: ["18446744073709551615"] },
    { type: "decimal(5,0)", values: ["-99999", "99999"] },
    { type: "decimal(20,0)", values: ["99999999999999999999"] },
    { type: "decimal(10,2)", values: ["-99999999.99", "0.01"] },
    { type: "decimal(12,4)", values: ["99999999.9999", "0.0001"] },
    { type: "float", values: ["0.1", "3.4e38", "1e-30", "16777215", "123456.7"] },
    { type: "float(10,5)", values: ["0.12345", "9999.98765", "-1.00001"] },
    { type: "float(10,4)", values: ["0.1234", "99999.9"] },
    { type: "double", values: ["0.1", "1.7e308", "1e-300", "9007199254740991"] },
    { type: "double(10,4)", values: ["0.1234", "999999.9999"] },
    { type: "double(12,6)", values: ["0.123456", "99999.99"] },
    { type: "bit(8)", values: ["255", "0"] },
    { type: "bit(33)", values: ["8589934591"] },
    { type: "year", values: ["1901", "2155"] },
    { type: "varchar(4)", values: [] },
    { type: "varchar(11)", values: [] },
    { type: "varchar(21)", values: [] },
    { type: "varchar(40)", values: [] },
  ],
  [
    { type: "char(8)", values: ["'abcdefgh'", "'ab'", "''", "'öööööööö'"] },
    { type: "char(10)", values: ["'abcdefghij'"] },
    { type: "varchar(8)", values: ["'abcdefgh'", "'ab  '", "' '", "'😀😀😀😀😀😀😀😀'"] },
    { type: "varchar(36)", values: ["REPEAT('x', 36)", "'ab '"] },
    { type: "tinytext", values: ["REPEAT('x', 255)", "'ab '"] },
    { type: "text", values: ["REPEAT('x', 65535)"] },
    { type: "longtext", values: ["REPEAT('x', 70000)"] },
    { type: "binary(8)", values: ["'ab'", "0x00FF", "'abcdefgh'"] },
    { type: "binary(10)", values: ["'ab'"] },
    { type: "varbinary(8)", values: ["'ab'", "'ab\\0'", "0xFF", "'ab '"] },
    { type: "varbinary(32)", values: ["REPEAT('x', 32)", "0xFFFE"] },
    { type: "varbinary(144)", values: ["REPEAT('x', 144)"] },
    { type: "blob", values: ["REPEAT('x', 65535)", "0xFF"] },
    { type: "tinyblob", values: ["REPEAT('x', 255)", "0xFF00"] },
    { type: "enum('a','bcdefghi')", values: ["'a'", "'bcdefghi'"] },
    { type: "enum('bcdefghi','a','c')", values: ["'a'", "'c'"] },
    { type: "set('x','y')", values: ["'x'", "'x,y'", "''"] },
    { type: "set('x','y','z')", values: ["'x,y,z'"] },
    { type: "json", values: ["'{\"a\": [1, 2.5, null]}'", "CONCAT('[\"', REPEAT('x', 70000), '\"]')"] },
    { type: "uuid", values: ["'123e4567-e89b-12d3-a456-426614174000'"], only: "mariadb" },
    {
      type: "inet6",
      values: ["'::ffff:255.255.255.255'", "'2001:db8:1111:2222:3333:4444:5555:6666'"],
      only: "mariadb",
    },
    { type: "inet4", values: ["'255.255.255.255'"], only: "mariadb" },
  ],
  [
    { type: "date", values: ["'1000-01-01'", "'9999-12-31'"] },
    { type: "datetime", values: ["'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'", "'2020-06-01 12:00:01'"] },
    { type: "datetime(3)", values: ["'2020-01-02 03:04:05.678'", "'9999-12-31 23:59:59.123'"] },
    { type: "timestamp", values: ["'1970-01-02 00:00:01'", "'2038-01-01 03:04:05'"] },
    { type: "timestamp(6)", values: ["'2020-01-02 03:04:05.678901'"] },
    { type: "time", values: ["'-838:59:59'", "'12:00:00'"] },
    { type: "time(2)", values: ["'12:00:00.25'", "'-838:59:59'"] },
    { type: "year", values: ["1901", "2155"] },
    { type: "int", values: ["-2147483648", "20200102"] },
    { type: "varchar(10)", values: [] },
    { type: "varchar(13)", values: [] },
    { type: "varchar(19)", values: [] },
    { type: "varchar(30)", values: [] },
    { type: "text", values: [] },
  ],
];

/**
 * What is called a loss although these values came back: each for a reason that the values do not show.
 * As `from to`, both as patterns.
 */
const CAREFUL: readonly (readonly [from: RegExp, to: RegExp, why: string])[] = [
  [/char|text|json|enum|set|uuid|inet/, /binary|blob/, "bytes do not say how to read them"],
  [/binary|blob/, /char|text/, "not all bytes are text"],
  [/decimal/, /float|double/, "fractions become approximate, and are computed with as such"],
  [/float|double/, /decimal|char|text/, "how an approximate number is printed is the release's business"],
  [/bigint/, /float|double/, "between the borders are numbers that 53 bits do not hold"],
  [/float|double/, /float|double/, "what MariaDB rounds and MySQL does not"],
  [/int|year/, /^bit/, "clients read bits as bytes, no longer as a number"],
  [/^bit/, /./, "the other way round"],
  [
    /^(date|time|year)/,
    /^(int|time|year|date)/,
    "a number or another moment, which only this way back reads as before",
  ],
  [/^timestamp/, /char|text/, "a moment becomes the text of one time zone"],
  [/enum|set/, /enum|set/, "members are matched by name, and one is missing"],
];

async function valuesOf(session: Session): Promise<string[]> {
  // Of a number CONCAT gives the digits, where HEX alone rounds it.
  const rows = await session.query("SELECT HEX(CONCAT(v, '')) AS text FROM sample ORDER BY id");
  return rows.map(({ text }) => String(text));
}

/** Converts a column. @returns null when all values read as before, or do so on the way back; else what became of them */
async function convert(session: Session, from: Sample, to: string, mode: string): Promise<string | null> {
  await session.query("SET SESSION sql_mode = ''");
  await session.query("DROP TEMPORARY TABLE IF EXISTS sample");
  await session.query(
    `CREATE TEMPORARY TABLE sample (id int PRIMARY KEY, v ${from.type}) CHARACTER SET utf8mb4`,
  );
  const rows = from.values.map((value, id) => `(${id}, ${value})`).join(", ");
  await session.query(`INSERT INTO sample VALUES ${rows}`);
  const before = await valuesOf(session);
  await session.query(`SET SESSION sql_mode = '${mode}'`);
  try {
    await session.query(`ALTER TABLE sample MODIFY v ${to}`);
    // Not every server takes the greatest numbers back from text.
    if ((await valuesOf(session)).join() === before.join()) return null;
    await session.query(`ALTER TABLE sample MODIFY v ${from.type}`);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const after = await valuesOf(session);
  const changed = before.findIndex((value, at) => value !== after[at]);
  return changed === -1 ? null : `${before[changed]} became ${after[changed]}`;
}

forEachServer(
  "what a change of type loses is what is lost of values from its borders",
  async (_t, server) => {
    await withTestDatabase(server, async (database) =>
      withSchemaSession(server, database.name, async (session) => {
        const wrong: string[] = [];
        for (const group of SAMPLES) {
          const here = group.filter(({ only = server.family }) => only === server.family);
          for (const from of here) {
            for (const { type: to } of inTurn(server, here)) {
              if (to === from.type || from.values.length === 0) continue;
              const loss = typeLoss(from.type, to);
              const outcomes = [
                await convert(session, from, to, "STRICT_ALL_TABLES"),
                await convert(session, from, to, ""),
              ];
              const happened = outcomes.find((outcome) => outcome !== null) ?? null;
              const isCareful = CAREFUL.some(([before, after]) => before.test(from.type) && after.test(to));
              if (loss === null && happened !== null)
                wrong.push(`${from.type} to ${to}: said safe, but ${happened.slice(0, 90)}`);
              if (loss !== null && happened === null && !isCareful)
                wrong.push(`${from.type} to ${to}: said lossy, but nothing was lost`);
            }
          }
        }
        assert.deepEqual(wrong, []);
      }),
    );
  },
);
