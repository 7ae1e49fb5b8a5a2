import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { diffSchemas } from "../../src/schema/diff";
import { readRenameDeclarations } from "../../src/schema/rename-declarations";
import { reverseRenames } from "../../src/schema/renames";
import { renderChanges } from "../../src/schema/render";
import { resolveRenames } from "../../src/schema/resolve-renames";
import { forEachServer, withTestDatabase } from "../support/servers";
import { apply } from "./pair";
import { schemaOf, withSchemaSession } from "./schemas";

/**
 * Each file holds a schema before and after, and the SQL that takes one to the other and back. Written anew with
 * UPDATE_GOLDEN=1, to be read before it is committed.
 */
const FOLDER = join(__dirname, "diffs");
const SECTIONS = ["before", "after", "up", "down"] as const;
type Section = (typeof SECTIONS)[number];

function readGolden(file: string): Map<Section, string> {
  const text = readFileSync(join(FOLDER, file), "utf8");
  const sections = new Map<Section, string>();
  for (const part of text.split(/^-- ==== /m).slice(1)) {
    const end = part.indexOf("\n");
    const name = SECTIONS.find((section) => part.slice(0, end).trim() === section);
    if (name === undefined) throw new Error(`${file}: unknown section ${part.slice(0, end)}`);
    sections.set(name, part.slice(end + 1).trim());
  }
  return sections;
}

function writeGolden(file: string, sections: ReadonlyMap<Section, string>): void {
  const text = [...sections].map(([name, content]) => `-- ==== ${name}\n${content}\n`).join("\n");
  writeFileSync(join(FOLDER, file), text);
}

for (const file of readdirSync(FOLDER).sort()) {
  // name.sql is for both families, name.mysql.sql for one.
  const only = /\.(mysql|mariadb)\.sql$/.exec(file)?.[1];
  forEachServer(`generated SQL: ${file.replace(/\.sql$/, "")}`, async (t, server) => {
    if (only !== undefined && only !== server.family) return t.skip(`${only} only`);
    const golden = readGolden(file);
    const after = golden.get("after") ?? "";
    await withTestDatabase(server, async (database) =>
      withSchemaSession(server, database.name, async (session) => {
        const to = await schemaOf(session, after);
        const from = await schemaOf(session, golden.get("before") ?? "");
        const { renames, problems } = resolveRenames(readRenameDeclarations(after), { from, to });
        assert.deepEqual(problems, []);
        const options = { server: session.server, renames };
        const up = renderChanges(diffSchemas(from, to, options), session.server);
        const back = { server: session.server, renames: reverseRenames(renames) };
        const down = renderChanges(diffSchemas(to, from, back), session.server);
        await apply(session, up);
        await apply(session, down);
        // The display width of integers is the one thing in which MariaDB prints these differently.
        const common = (sql: string): string => sql.replace(/\b(int|bigint)\(\d+\)/g, "$1").trim();
        if (process.env.UPDATE_GOLDEN === "1") {
          writeGolden(file, new Map(golden).set("up", common(up)).set("down", common(down)));
          return;
        }
        assert.equal(common(up), golden.get("up"));
        assert.equal(common(down), golden.get("down"));
      }),
    );
  });
}
