import assert from "node:assert/strict";
import { test } from "node:test";
import { diagramOf, diagramOfDifference } from "../../src/report/diagram";
import { findElk } from "../../src/report/elk";
import { diagramOfGroups, groupTables, MOST_IN_ONE } from "../../src/report/groups";
import { layOutPlainly, type PlacedBox, sizeOf } from "../../src/report/layout";
import { renderSvg } from "../../src/report/svg";
import { cellsOf, cutTo } from "../../src/report/text";
import { column, generatedTables, HOSTILE, hostileReport, key, reportOf, table } from "./sample";

const elk = findElk(null);
assert.ok(elk !== null, "elkjs is not installed: npm install --include=dev");

test("report, diagram: an edge for each foreign key within it, and for what a view uses", () => {
  const posts = table("posts", {
    columns: [column("id"), column("user_id")],
    references: [
      key("f", "users", "user_id"),
      key("g", "elsewhere", "id"),
      key("h", "x", "id", { database: "other" }),
    ],
  });
  const view = table("v", { kind: "view", columns: [], uses: ["posts"] });
  const { boxes, edges } = diagramOf([posts, table("users"), view]);
  assert.deepEqual(
    boxes.map(({ name, kind }) => `${kind} ${name}`),
    ["table posts", "table users", "view v"],
  );
  assert.deepEqual(
    edges.map(({ from, fromRow, to, toRow, kind }) => [from, fromRow, to, toRow, kind]),
    [
      ["posts", "user_id", "users", "id", "key"],
      ["v", null, "posts", null, "uses"],
    ],
  );
});

test("report, diagram: a wide table shows its keys, and says how many columns it leaves out", () => {
  const columns = Array.from({ length: 40 }, (_, n) => column(`c${n}`, { key: n === 39 ? "foreign" : null }));
  const [box] = diagramOf([table("wide", { columns })]).boxes;
  assert.equal(box?.rows.at(-1)?.name, "c39");
  assert.equal((box?.rows.length ?? 0) + (box?.hidden ?? 0), 40);
});

test("report, groups: none is larger than a picture holds, none is lost, and the same tables give the same", () => {
  for (const count of [1, MOST_IN_ONE, MOST_IN_ONE + 1, 300, 1000]) {
    const { tables } = reportOf(generatedTables(count));
    const groups = groupTables(tables);
    assert.deepEqual(
      groups.flatMap((group) => group.tables.map(({ name }) => name)).sort(),
      tables.map(({ name }) => name).sort(),
    );
    assert.equal(new Set(groups.map(({ name }) => name)).size, groups.length);
    assert.deepEqual(groupTables(tables), groups);
    if (count <= MOST_IN_ONE) assert.equal(groups.length, 1);
    else
      assert.ok(
        groups.every((group) => group.tables.length <= 28) && groups.length < count / 6,
        `${groups.length}`,
      );
  }
});

test("report, groups: the overview counts what leads from one to another", () => {
  const tables = reportOf([
    table("a"),
    table("b", { references: [key("f", "a", "id"), key("g", "a", "id")] }),
  ]).tables;
  const groups = tables.map((one) => ({ name: `around ${one.name}`, tables: [one] }));
  assert.deepEqual(
    diagramOfGroups(groups).edges.map(({ label }) => label),
    ["around b → around a: 2 relations"],
  );
});

for (const [name, layOut] of [
  ["elkjs", elk],
  ["plain", layOutPlainly],
] as const) {
  test(`report, layout (${name}): no box lies on another, all are inside, and edges begin and end at their rows`, async () => {
    const diagram = diagramOf(reportOf(generatedTables(40)).tables);
    const { width, height, boxes, edges } = await layOut(diagram);
    assert.equal(boxes.length, 40);
    for (const [at, one] of boxes.entries()) {
      assert.ok(
        one.x >= 0 && one.y >= 0 && one.x + one.width <= width && one.y + one.height <= height,
        one.box.name,
      );
      for (const other of boxes.slice(at + 1))
        assert.ok(!overlap(one, other), `${one.box.name} and ${other.box.name}`);
    }
    assert.equal(edges.length, diagram.edges.length);
    for (const { edge, points } of edges) {
      const from = boxes.find(({ box }) => box.name === edge.from);
      const row = from?.box.rows.findIndex((each) => each.name === edge.fromRow) ?? -1;
      assert.ok(Math.abs((points[0]?.y ?? 0) - ((from?.y ?? 0) + 40 + 20 * row)) < 1, edge.label);
    }
    assert.deepEqual(await layOut(diagram), { width, height, boxes, edges });
  });

  test(`report, layout (${name}): circles, a table that refers to itself, and nothing at all`, async () => {
    const circle = [
      table("a", { references: [key("f", "b", "id")] }),
      table("b", { references: [key("g", "a", "id"), key("h", "b", "id")] }),
    ];
    const { boxes, edges } = await layOut(diagramOf(circle));
    assert.deepEqual(
      [boxes.length, edges.length, edges.every(({ points }) => points.length > 1)],
      [2, 3, true],
    );
    assert.equal((await layOut({ boxes: [], edges: [] })).boxes.length, 0);
  });
}

function overlap(a: PlacedBox, b: PlacedBox): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

test("report, svg: hostile names are text, cut to what fits, and whole in the title", async () => {
  const report = hostileReport();
  const placed = await layOutPlainly(diagramOf(report.tables));
  const { markup } = renderSvg(placed, { label: HOSTILE[0] });
  assert.doesNotMatch(markup, /<(?!\/?(?:svg|g|path|rect|text|title)\b)/);
  assert.doesNotMatch(markup, /<[^>]* on\w+=/);
  assert.ok(markup.includes("🧨".repeat(64)));
  for (const { box, width } of placed.boxes) assert.ok(cellsOf(cutTo(box.name, 40)) * 7.25 < width, box.name);
});

test("report, svg: what changes is said in words as well as in colours", async () => {
  const dropped = column("old");
  const change = {
    name: "a",
    mark: "changed" as const,
    columns: [{ name: "old", type: "int", mark: "dropped" as const, note: "" }],
    notes: [],
    table: table("a", { columns: [dropped], references: [key("f", "b", "id")] }),
  };
  const diagram = diagramOfDifference({ tables: [change] });
  const { markup } = renderSvg(await layOutPlainly(diagram), { label: "x" });
  for (const word of [">changed<", ">dropped int<", ">unchanged<", ">−<"])
    assert.ok(markup.includes(word), word);
});

test("report, text: cells as a monospaced font has them, and never half a character", () => {
  assert.deepEqual(["abc", "日本", "🧨🧨", "👩‍👩‍👧", "é"].map(cellsOf), [3, 4, 4, 2, 1]);
  assert.deepEqual([cutTo("abcdef", 6), cutTo("abcdef", 4), cutTo("🧨🧨🧨", 4)], ["abcdef", "abc…", "🧨…"]);
  assert.ok(
    sizeOf({ name: "🧨".repeat(64), kind: "table", note: "", rows: [], hidden: 0, mark: null }).width < 400,
  );
});
