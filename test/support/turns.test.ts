import assert from "node:assert/strict";
import { test } from "node:test";
import { FAMILIES, inTurn, rowsFor, takesEveryRow } from "./servers";

const ROWS = [{ n: 1 }, { n: 2, on: "mariadb" as const }, { n: 3 }, { n: 4, on: "mysql" as const }, { n: 5 }];

test("each row of a long table runs on one server, or on all of them, and one family's own always there", () => {
  const numbers = FAMILIES.map((family) => rowsFor({ family }, ROWS).map(({ n }) => n));
  const all = numbers.flat().sort();
  if (FAMILIES.length === 1) assert.equal(all.length, 4);
  else assert.deepEqual(all, takesEveryRow() ? [1, 1, 2, 3, 3, 4, 5, 5] : [1, 2, 3, 4, 5]);
  for (const [index, family] of FAMILIES.entries()) {
    assert.ok(numbers[index]?.includes(family === "mysql" ? 4 : 2));
    assert.ok(inTurn({ family }, ["x", "y"]).length >= 1);
  }
});
