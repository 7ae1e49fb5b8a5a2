import assert from "node:assert/strict";
import { test } from "node:test";
import { MigrateError } from "../../src/errors";
import { asOneOfMany } from "../../src/fleet/refusals";
import { siblingDatabase } from "../../src/settings/databases";
import { readServerSettings } from "../../src/settings/settings";

/** A name that no database has, and what is said of it before what makes it. */
const NAMES: readonly (readonly [name: string, meant: string])[] = [
  ["blog", ""],
  ["tenant_*", "A pattern has % for any characters, as for LIKE: 'tenant_%'\n"],
  ["tenant_%", "In a file nothing is a pattern; give it as --databases 'tenant_%'.\n"],
  ["a,b", "A file has one name a line.\n"],
  ["tenants.txt", "A file has an @ before it: --databases @tenants.txt\n"],
];

test("a name that no database has is told with what may have been meant", () => {
  const { server } = readServerSettings({ dir: null, table: null }, { DATABASE_URL: "mysql://u@h/" });
  assert.ok(server !== null);
  const unknown = new MigrateError("unknown-database", "No.", { hint: "init" });
  for (const [name, meant] of NAMES) {
    const told = asOneOfMany(unknown, siblingDatabase(server, name)) as MigrateError;
    assert.equal(told.hint, `${meant}If it is to be made:\n  CREATE DATABASE \`${name}\`;`);
    assert.deepEqual([told.code, told.message], ["unknown-database", "No."]);
    // A URL says it.
    const byUrl = asOneOfMany(unknown, { ...siblingDatabase(server, name), label: `h:3306/${name}` });
    assert.equal((byUrl as MigrateError).hint, `If it is to be made:\n  CREATE DATABASE \`${name}\`;`);
  }
  const other = new MigrateError("ahead", "No.");
  assert.equal(asOneOfMany(other, siblingDatabase(server, "a,b")), other);
});
