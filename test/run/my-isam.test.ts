import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import mysql from "mysql2/promise";
import { type BuiltRunner, buildRunner, type ChildEnd, startChild, within } from "../support/child";
import { type CutMoment, withProxy } from "../support/proxy";
import { forEachServer, withTestDatabase } from "../support/servers";
import { TIME_LIMIT } from "../support/sweep";

let runner: BuiltRunner | null = null;
let dir = "";

const UPDATE = "UPDATE old_style SET n = n + 1";

before(async () => {
  runner = await buildRunner();
  dir = await mkdtemp(join(tmpdir(), "my-isam-"));
  await writeFile(
    join(dir, "0001_old_style.up.sql"),
    `CREATE TABLE old_style (id INT NOT NULL PRIMARY KEY, n INT NOT NULL) ENGINE=MyISAM;
CREATE TABLE new_style (id INT NOT NULL PRIMARY KEY, n INT NOT NULL) ENGINE=InnoDB;
INSERT INTO old_style VALUES (1, 1);
INSERT INTO new_style VALUES (1, 1);
${UPDATE};
UPDATE new_style SET n = n * 10;
`,
  );
  await writeFile(join(dir, "0001_old_style.down.sql"), "DROP TABLE old_style;\nDROP TABLE new_style;\n");
});

after(async () => {
  await runner?.remove();
  await rm(dir, { recursive: true, force: true });
});

async function run(url: string, ...args: readonly string[]): Promise<ChildEnd> {
  const end = await within(startChild(runner?.bin ?? "", args, url, dir), TIME_LIMIT);
  assert.ok(end !== "hung", `${args.join(" ")} did not end`);
  return end;
}

async function readNumbers(url: string): Promise<unknown[]> {
  const connection = await mysql.createConnection({ uri: url });
  try {
    const [rows] = await connection.query<mysql.RowDataPacket[]>(
      "SELECT n FROM old_style UNION ALL SELECT n FROM new_style",
    );
    return rows.map((row) => row.n);
  } finally {
    connection.destroy();
  }
}

const CASES: readonly { moment: CutMoment; truth: "--applied" | "--not-applied" }[] = [
  { moment: "before", truth: "--not-applied" },
  { moment: "after", truth: "--applied" },
];

for (const { moment, truth } of CASES) {
  forEachServer(`a MyISAM statement cut ${moment} it ran stops and asks; ${truth} settles it`, (_, server) =>
    withTestDatabase(server, async ({ url }) => {
      const cut = { command: ({ text }: { text: string }) => text.startsWith(UPDATE), moment };
      const first = await withProxy(server, { cut }, (proxy) => run(proxy.through(url), "up"));
      assert.equal(first.code, 2, first.stderr);

      for (const again of [1, 2]) {
        const asked = await run(url, "up", "--json");
        assert.equal(asked.code, 2, asked.stderr);
        const words = `${asked.stdout}${asked.stderr}`;
        for (const part of [
          "in-doubt",
          "0001_old_style.up.sql:5:1",
          UPDATE,
          "1 --applied",
          "1 --not-applied",
        ]) {
          assert.ok(words.includes(part), `${part} is missing the ${again}. time in:\n${words}`);
        }
      }

      const resolved = await run(url, "resolve", "1", truth, "--reason", "looked");
      assert.equal(resolved.code, 0, resolved.stderr);
      const last = await run(url, "up");
      assert.equal(last.code, 0, last.stderr);
      assert.deepEqual(await readNumbers(url), [2, 10]);
    }),
  );
}
