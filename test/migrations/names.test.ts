import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMigration, formatVersion, parseFilename } from "../../src/migrations/names";

/** `version digits name direction`, `near: why -> suggestion`, or `other`. */
function compact(fileName: string): string {
  const parsed = parseFilename(fileName);
  switch (parsed.kind) {
    case "migration":
      return `${parsed.version} ${parsed.digits} ${parsed.name} ${parsed.direction}`;
    case "near-miss":
      return `near: ${parsed.why} -> ${parsed.suggestion}`;
    case "other":
      return "other";
  }
}

const only = 'where only letters a to z, digits, "_", "-" and "." may be';

const cases: readonly (readonly [name: string, fileName: string, expected: string])[] = [
  ["four digits", "0001_create_users.up.sql", "1 0001 create_users up"],
  ["down", "0001_create_users.down.sql", "1 0001 create_users down"],
  ["more digits", "000042_x.up.sql", "42 000042 x up"],
  ["a timestamp", "20260131235959_x.up.sql", "20260131235959 20260131235959 x up"],
  ["15 digits", "999999999999999_x.up.sql", "999999999999999 999999999999999 x up"],
  ["every character", "0001_aZ09_-.b.up.sql", "1 0001 aZ09_-.b up"],
  ["a name of digits", "0001_2.up.sql", "1 0001 2 up"],
  ["the last direction counts", "0001_x.up.down.sql", "1 0001 x.up down"],

  ["version 0", "0000_x.up.sql", "near: has the version 0, which means before the first migration -> null"],
  [
    "version 0, in another width",
    "0_x.up.sql",
    "near: has a version of 1 digit where 4 to 15 are wanted -> null",
  ],
  ["no name", "0004_.up.sql", "near: has nothing between version and direction -> null"],
  [
    "no name at all",
    "0004.up.sql",
    'near: has no "_" after the version, has nothing between version and direction -> null',
  ],
  ["no underscore", "0004x.up.sql", 'near: has no "_" after the version -> 0004_x.up.sql'],
  ["a dash instead", "0004-x.up.sql", 'near: has no "_" after the version -> 0004_x.up.sql'],
  ["upper case", "0004_x.UP.SQL", 'near: ends in ".UP.SQL" instead of ".up.sql" -> 0004_x.up.sql'],
  [
    "one letter in upper case",
    "0004_x.up.Sql",
    'near: ends in ".up.Sql" instead of ".up.sql" -> 0004_x.up.sql',
  ],
  ["3 digits", "003_x.up.sql", "near: has a version of 3 digits where 4 to 15 are wanted -> 0003_x.up.sql"],
  ["1 digit", "3_x.up.sql", "near: has a version of 1 digit where 4 to 15 are wanted -> 0003_x.up.sql"],
  [
    "16 digits",
    "1234567890123456_x.up.sql",
    "near: has a version of 16 digits where 4 to 15 are wanted -> null",
  ],
  ["no direction", "0004_x.sql", 'near: does not say ".up" or ".down" before ".sql" -> null'],
  ["no version", "create_users.up.sql", "near: does not start with a version -> null"],
  [
    "no version, no direction",
    "schema.sql",
    'near: does not start with a version, does not say ".up" or ".down" before ".sql" -> null',
  ],
  ["only the ending", ".sql", "near: starts with a dot -> null"],
  ["macOS's shadow of a file", "._0001_x.up.sql", "near: starts with a dot -> null"],
  ["a space", "0004_add email.up.sql", `near: has a space, ${only} -> 0004_add_email.up.sql`],
  ["white space at the end", "0004_x.up.sql ", "near: ends in white space -> 0004_x.up.sql"],
  ["an accent", "0004_café.up.sql", `near: has "é" (U+00E9), ${only} -> null`],
  ["a Cyrillic look-alike, twice", "0004_аbcа.up.sql", `near: has "а" (U+0430), ${only} -> null`],
  ["two strange characters", "0004_a+b=c.up.sql", `near: has "+" (U+002B) and "=" (U+003D), ${only} -> null`],
  ["an invisible character", "0004_a\u200bb.up.sql", `near: has U+200B, ${only} -> null`],
  ["a line break", "0004_a\nb.up.sql", `near: has U+000A, ${only} -> null`],
  ["a character beyond the basic plane", "0004_😀.up.sql", `near: has "😀" (U+1F600), ${only} -> null`],
  [
    "full-width digits",
    "００04_x.up.sql",
    `near: does not start with a version, has "０" (U+FF10), ${only} -> null`,
  ],
  [
    "several faults",
    "4_a b.Up.sql",
    `near: has a version of 1 digit where 4 to 15 are wanted, has a space, ${only}, ` +
      'ends in ".Up.sql" instead of ".up.sql" -> 0004_a_b.up.sql',
  ],

  ["not SQL", "README.md", "other"],
  ["a backup", "0001_x.up.sql.bak", "other"],
  ["an editor's copy", "0001_x.up.sql~", "other"],
  ["another ending", "0001_x.up.sqlx", "other"],
  ["no ending", "0001_x.up", "other"],
  ["empty", "", "other"],
];

for (const [name, fileName, expected] of cases) {
  test(`parseFilename: ${name}`, () => assert.equal(compact(fileName), expected));
}

test("formatVersion pads to four digits and cuts nothing", () => {
  assert.deepEqual([1, 42, 9999, 10000, 20260131235959].map(formatVersion), [
    "0001",
    "0042",
    "9999",
    "10000",
    "20260131235959",
  ]);
});

test("formatMigration writes what its files begin with", () => {
  assert.equal(formatMigration({ version: 7, name: "add_email" }), "0007_add_email");
});
