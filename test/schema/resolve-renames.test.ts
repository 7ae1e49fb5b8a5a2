import assert from "node:assert/strict";
import { diffSchemas } from "../../src/schema/diff";
import { lossesOf } from "../../src/schema/losses";
import { readRenameDeclarations } from "../../src/schema/rename-declarations";
import { resolveRenames } from "../../src/schema/resolve-renames";
import { forEachServer, withTestDatabase } from "../support/servers";
import { schemaOf, withSchemaSession } from "./schemas";

/** What the migrations build, what schema.sql says, and what is refused: nothing is guessed at that could lose values. */
interface Case {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly problems: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "made long ago",
    from: "CREATE TABLE t (b int);",
    to: "CREATE TABLE t (\n b int -- renamed from a\n);",
    problems: [],
  },
  {
    name: "made long ago, and the old name has come back since",
    from: "CREATE TABLE t (b int, a int);",
    to: "CREATE TABLE t (\n b int, -- renamed from a\n a int\n);",
    problems: [],
  },
  {
    name: "a chain that was made long ago",
    from: "CREATE TABLE t (b int, c int);",
    to: "CREATE TABLE t (\n b int, -- renamed from a\n c int -- renamed from b\n);",
    problems: [],
  },
  {
    name: "an unknown old name",
    from: "CREATE TABLE t (a int);",
    to: "CREATE TABLE t (\n b int -- renamed from c\n);",
    problems: ['2: "renamed from c": the migrations build no column of t of that name'],
  },
  {
    name: "an unknown table, index, foreign key and check",
    from: "CREATE TABLE p (id int PRIMARY KEY);",
    to: `CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t ( -- renamed from s
 a int, -- renamed from b
 KEY k (a), -- renamed from l
 CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), -- renamed from g
 CONSTRAINT c CHECK (a > 0) -- renamed from d
);`,
    problems: [
      '2: "renamed from s": the migrations build no table of that name',
      '3: "renamed from b": the migrations build no column of t of that name',
      '4: "renamed from l": the migrations build no index of t of that name',
      '5: "renamed from g": the migrations build no foreign key of t of that name',
      '6: "renamed from d": the migrations build no check of t of that name',
    ],
  },
  {
    name: "two claims to one name",
    from: "CREATE TABLE t (a int);",
    to: "CREATE TABLE t (\n b int, -- renamed from a\n c int -- renamed from a\n);",
    problems: [
      '2: "renamed from a": line 3 says the same of c',
      '3: "renamed from a": line 2 says the same of b',
    ],
  },
  {
    name: "the old name is still there",
    from: "CREATE TABLE t (a int);",
    to: "CREATE TABLE t (\n b int, -- renamed from a\n a int\n);",
    problems: ['2: "renamed from a": a is still there. Make the rename a migration of its own, without a'],
  },
  {
    name: "the old table is still there",
    from: "CREATE TABLE a (x int);",
    to: "CREATE TABLE b ( -- renamed from a\n x int\n);\nCREATE TABLE a (x int);",
    problems: ['1: "renamed from a": a is still there. Make the rename a migration of its own, without a'],
  },
  {
    name: "old and new name are there, and one of them would go",
    from: "CREATE TABLE t (a int, b int);",
    to: "CREATE TABLE t (\n b int -- renamed from a\n);",
    problems: [
      '2: "renamed from a": the migrations build a and b both, and one of them would be lost. Remove the comment if a is to be dropped',
    ],
  },
  {
    name: "names exchanged already",
    from: "CREATE TABLE t (y int, x int);",
    to: "CREATE TABLE t (\n y int, -- renamed from x\n x int -- renamed from y\n);",
    problems: [
      '2: "renamed from x": y and x exchange their names, and it does not show whether that is done already. Remove the comments if it is; otherwise write this migration by hand',
      '3: "renamed from y": y and x exchange their names, and it does not show whether that is done already. Remove the comments if it is; otherwise write this migration by hand',
    ],
  },
  {
    name: "tables that are alike exchange their names",
    from: "CREATE TABLE a (x int); CREATE TABLE b (x int);",
    to: "CREATE TABLE b ( -- renamed from a\n x int\n);\nCREATE TABLE a ( -- renamed from b\n x int\n);",
    problems: [
      '1: "renamed from a": b and a exchange their names, and it does not show whether that is done already. Remove the comments if it is; otherwise write this migration by hand',
      '4: "renamed from b": b and a exchange their names, and it does not show whether that is done already. Remove the comments if it is; otherwise write this migration by hand',
    ],
  },
  {
    name: "what schema.sql takes away again",
    from: "CREATE TABLE t (a int);",
    to: "CREATE TABLE t (\n b int -- renamed from a\n);\nALTER TABLE t RENAME COLUMN b TO c;",
    problems: ['2: "renamed from a": there is no column of t called b in the end'],
  },
  {
    name: "a comment beside an index",
    from: "CREATE TABLE t (a int, b int, KEY k (a));",
    to: "CREATE TABLE t (\n a int,\n b int,\n KEY l (a) -- renamed from k\n);",
    problems: [],
  },
];

for (const { name, from, to, problems } of CASES) {
  forEachServer(`renames against two schemas: ${name}`, async (_t, server) => {
    await withTestDatabase(server, async (database) =>
      withSchemaSession(server, database.name, async (session) => {
        const wanted = await schemaOf(session, to);
        const present = await schemaOf(session, from);
        const resolved = resolveRenames(readRenameDeclarations(to), { from: present, to: wanted });
        assert.deepEqual(
          resolved.problems.map(({ line, why }) => `${line}: ${why}`),
          problems,
        );
        if (problems.length > 0) return;
        const options = { server: session.server, renames: resolved.renames };
        assert.deepEqual(diffSchemas(present, wanted, options).flatMap(lossesOf), []);
      }),
    );
  });
}
