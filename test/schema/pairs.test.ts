import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { diffSchemas, reachableSchema } from "../../src/schema/diff";
import { introspect } from "../../src/schema/introspect";
import { lossesOf } from "../../src/schema/losses";
import type { Schema } from "../../src/schema/model";
import { readRenameDeclarations } from "../../src/schema/rename-declarations";
import { type Renames, reverseRenames } from "../../src/schema/renames";
import { renderChanges, renderSchema } from "../../src/schema/render";
import { resolveRenames } from "../../src/schema/resolve-renames";
import type { Session } from "../../src/server/session";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { apply, difference, load } from "./pair";
import { fillTables, keptColumns, readRows } from "./rows";
import { schemaOf, withSchemaSession } from "./schemas";

/**
 * Current and desired schemas by kind, a file for each kind. The diff takes one to the other and back again, with
 * rows in the tables, and a second diff is empty; what is lost on the way is just what the pair says. A file reads:
 *
 *     -- ==== name of the pair, with [mysql] or [mariadb] behind it when only one server knows the kind
 *     the current schema
 *     -- ---- rows        optional: INSERTs, where the few rows that the test makes up would show nothing
 *     -- ---- after
 *     the desired schema
 *     -- ---- loses       optional: what the way up says it loses, one a line behind `-- `
 */
const FOLDER = join(__dirname, "pairs");

interface Pair {
  readonly name: string;
  readonly only: TestServer["family"] | null;
  readonly before: string;
  readonly rows: string | null;
  readonly after: string;
  readonly loses: readonly string[];
}

function readPairs(file: string): readonly Pair[] {
  const text = readFileSync(join(FOLDER, file), "utf8");
  return text
    .split(/^-- ==== /m)
    .slice(1)
    .map((part): Pair => {
      const end = part.indexOf("\n");
      const [, name = "", only = null] = /^(.*?)(?: \[(mysql|mariadb)\])?$/.exec(part.slice(0, end)) ?? [];
      const sections = new Map<string, string>();
      for (const section of `before\n${part.slice(end + 1)}`.split(/^-- ---- /m)) {
        const head = section.indexOf("\n");
        sections.set(section.slice(0, head).trim(), section.slice(head + 1).trim());
      }
      const unknown = [...sections.keys()].find((key) => !["before", "rows", "after", "loses"].includes(key));
      if (unknown !== undefined) throw new Error(`${file}: ${name}: unknown section ${unknown}`);
      const loses = (sections.get("loses") ?? "")
        .split("\n")
        .flatMap((line) => /^-- (.+)/.exec(line)?.[1] ?? []);
      return {
        name,
        only: only as Pair["only"],
        before: sections.get("before") ?? "",
        rows: sections.get("rows") ?? null,
        after: sections.get("after") ?? "",
        loses,
      };
    });
}

/** The display width of integers is the one thing in which MariaDB prints types differently. */
function withoutWidths(text: string): string {
  return text.replace(/\b(int|bigint|smallint|mediumint|tinyint)\(\d+\)/g, "$1");
}

async function goAndCompare(session: Session, from: Schema, to: Schema, renames: Renames): Promise<string> {
  const options = { server: session.server, renames, exactNames: true };
  const sql = renderChanges(diffSchemas(from, to, options), session.server);
  await apply(session, sql);
  const rest = difference(to, await introspect(session, session.database), session);
  assert.equal(rest, null, `left over after:\n${sql}`);
  return sql;
}

async function tryThereAndBack(session: Session, pair: Pair): Promise<void> {
  const declared = await schemaOf(session, pair.after);
  const from = await schemaOf(session, pair.before);
  assert.deepEqual([...from.notCompared, ...declared.notCompared], []);
  const { renames, problems } = resolveRenames(readRenameDeclarations(pair.after), {
    from,
    to: declared,
  });
  assert.deepEqual(problems, []);
  const { schema: to } = reachableSchema(from, declared, { server: session.server, renames });
  const changes = diffSchemas(from, to, { server: session.server, renames });
  assert.ok(changes.length > 0, "the pair makes no difference");
  assert.deepEqual(changes.flatMap(lossesOf).map(withoutWidths), pair.loses);
  if (pair.rows === null) await fillTables(session, from);
  else await apply(session, pair.rows);
  const kept = keptColumns(from, to, renames);
  const rows = await readRows(session, kept, "before");
  const up = await goAndCompare(session, from, to, renames);
  const tellsLoss = pair.loses.length > 0;
  if (!tellsLoss) assert.deepEqual(await readRows(session, kept, "after"), rows, `rows after:\n${up}`);
  const down = await goAndCompare(session, to, from, reverseRenames(renames));
  if (!tellsLoss) assert.deepEqual(await readRows(session, kept, "before"), rows, `rows after:\n${down}`);
  for (const schema of [from, to]) {
    const dump = renderSchema(schema, session.server);
    await load(session, dump);
    const again = await introspect(session, session.database);
    assert.equal(difference(schema, again, session), null, `dumped and loaded:\n${dump}`);
    assert.equal(renderSchema(again, session.server), dump);
  }
}

for (const file of readdirSync(FOLDER).sort()) {
  for (const pair of readPairs(file)) {
    forEachServer(`${file.replace(/\.sql$/, "")}: ${pair.name}`, async (t, server) => {
      if (pair.only !== null && pair.only !== server.family) return t.skip(`${pair.only} only`);
      await withTestDatabase(server, async (database) =>
        withSchemaSession(server, database.name, (session) => tryThereAndBack(session, pair)),
      );
    });
  }
}
