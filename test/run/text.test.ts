import assert from "node:assert/strict";
import { migrate } from "../../src/run/migrate";
import { withSession } from "../../src/server/connection";
import type { Row } from "../../src/server/session";
import { settingsFromOptions } from "../../src/settings/settings";
import { readStatus } from "../../src/verbs/status";
import { withMigrations } from "../support/migrations";
import { assertFails, assertRefused, dumpAll } from "../support/refused";
import { forEachServer, withTestDatabase } from "../support/servers";

async function rowsOf(url: string, sql: string): Promise<readonly Row[]> {
  return await withSession(settingsFromOptions({ databaseUrl: url }).database, (session) =>
    session.query(sql),
  );
}

const TEXTS = [
  "naïve café ÿ €",
  "日本語 العربية עברית",
  "𝒳 😀 👩‍👩‍👧‍👦 🇨🇭",
  "\u{10FFFD}\u{FEFF}\u{200B} combining e\u0301",
  "back\\\\slash and quote ''",
];

forEachServer(
  "text of every plane arrives unharmed, in rows, in names and in definitions",
  async (_, server) => {
    await withTestDatabase(server, async ({ url }) => {
      const rows = TEXTS.map((text, index) => `(${index}, '${text}')`).join(",\n  ");
      const files = {
        "0001_texts.up.sql": `-- 😀 ${TEXTS[1]}
CREATE TABLE texts (id INT PRIMARY KEY COMMENT 'clé ${TEXTS[1]}', \`größe_日本\` VARCHAR(100) NOT NULL DEFAULT '😀') DEFAULT CHARSET = utf8mb4;
INSERT INTO texts VALUES
  ${rows};
INSERT INTO texts (id) VALUES (99);
`,
        "0001_texts.down.sql": "DROP TABLE texts; -- 😀",
      };
      await withMigrations(files, async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        await migrate(settings, "up", null);
        const found = await rowsOf(
          url,
          "SELECT `größe_日本` AS text, HEX(`größe_日本`) AS hex FROM texts ORDER BY id",
        );
        const expected = [...TEXTS.map((text) => text.replaceAll("\\\\", "\\").replaceAll("''", "'")), "😀"];
        assert.deepEqual(
          found,
          // HEX() proves that it is not merely read back by the wrong character set that it was written with.
          expected.map((text) => ({ text, hex: Buffer.from(text).toString("hex").toUpperCase() })),
        );
        const [created] = await rowsOf(url, "SHOW CREATE TABLE texts");
        assert.match(String(created?.["Create Table"]), new RegExp(`COMMENT 'clé ${TEXTS[1]}'`));
        assert.equal((await readStatus(settings)).entries[0]?.state, "applied");
        await migrate(settings, "down", { to: "0" });
      });
    });
  },
);

forEachServer("a file whose line ends or byte-order mark changed is not modified", async (_, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const up = "CREATE TABLE a (\n  id INT PRIMARY KEY\n);\nINSERT INTO a VALUES (1);\n";
    const down = "-- back\nDROP TABLE a;\n";
    const write = (change: (text: string) => string | Buffer) => ({
      "0001_a.up.sql": change(up),
      "0001_a.down.sql": change(down),
    });
    await withMigrations(write(String), (dir) =>
      migrate(settingsFromOptions({ databaseUrl: url, dir }), "up", null),
    );
    const before = await dumpAll(url);
    const changes: readonly ((text: string) => string)[] = [
      (text) => text.replaceAll("\n", "\r\n"),
      (text) => `\uFEFF${text}`,
      (text) => `\uFEFF${text.replaceAll("\n", "\r\n")}`,
    ];
    for (const change of changes) {
      await withMigrations(write(change), async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        const { entries } = await readStatus(settings);
        assert.deepEqual(
          entries.map(({ state, problems, warnings }) => [state, ...problems, ...warnings]),
          [["applied"]],
        );
        assert.deepEqual((await migrate(settings, "up", null)).steps, []);
        assert.equal((await migrate(settings, "down", { to: "0" }, { dryRun: true })).planned?.length, 1);
      });
    }
    assert.deepEqual(await dumpAll(url), before);
    // Nothing else is forgiven.
    for (const change of [(text: string) => text.replaceAll("\n", "\r"), (text: string) => `${text} `]) {
      await withMigrations(write(change), async (dir) => {
        const settings = settingsFromOptions({ databaseUrl: url, dir });
        await assertRefused(
          url,
          () => migrate(settings, "up", null),
          "modified",
          /0001_a\.up\.sql changed after/,
        );
      });
    }
  });
});

forEachServer("a partial file goes on after its line ends changed", async (_, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const bad =
      "CREATE TABLE a (\n  id INT PRIMARY KEY\n);\nINSERT INTO a\n  VALUES (1);\nINSERT INTO b VALUES (2);\n";
    const down = "DROP TABLE a;\n";
    await withMigrations({ "0001_a.up.sql": bad, "0001_a.down.sql": down }, (dir) =>
      assertFails(migrate(settingsFromOptions({ databaseUrl: url, dir }), "up", null), "statement-failed"),
    );
    const good = `\uFEFF${bad.replace("INTO b", "INTO a").replaceAll("\n", "\r\n")}`;
    await withMigrations({ "0001_a.up.sql": good, "0001_a.down.sql": down }, (dir) =>
      migrate(settingsFromOptions({ databaseUrl: url, dir }), "up", null),
    );
    assert.deepEqual(await rowsOf(url, "SELECT id FROM a ORDER BY id"), [{ id: 1 }, { id: 2 }]);
  });
});
