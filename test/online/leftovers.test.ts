import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clearing, decideClearing, type Observed } from "../../src/online/leftovers";

const NOTHING: Observed = { sessions: [], table: true, copies: [], olds: [], triggers: [] };

/** A copy, the old table, the triggers: as pt-online-schema-change calls them. */
const [COPY, OLD, TRIGGERS] = [["_t_new"], ["_t_old"], ["del", "upd", "ins"]];

/** What is there after a kill, by the moment of it, and what is done about that first. */
const MOMENTS: Readonly<Record<string, readonly [Partial<Observed>, Clearing]>> = {
  "before the tool did anything": [{}, { do: "nothing" }],
  "while the copy was made": [{ copies: COPY }, { do: "drop-tables", tables: COPY }],
  "between two triggers": [
    { copies: COPY, triggers: ["del"] },
    { do: "drop-triggers", triggers: ["del"] },
  ],
  "while rows were copied": [
    { copies: COPY, triggers: TRIGGERS },
    { do: "drop-triggers", triggers: TRIGGERS },
  ],
  "while rows were copied, and a session still copies": [
    { copies: COPY, triggers: TRIGGERS, sessions: [7, 8] },
    { do: "end-sessions", sessions: [7, 8] },
  ],
  "before the copy was made, and a session is about to": [
    { sessions: [7] },
    { do: "end-sessions", sessions: [7] },
  ],
  "behind the swap": [
    { olds: OLD, triggers: TRIGGERS },
    { do: "drop-triggers", triggers: TRIGGERS },
  ],
  "behind the swap, without triggers": [{ olds: OLD }, { do: "drop-tables", tables: OLD }],
  "in the swap, on a server that keeps half of it": [
    { table: false, copies: COPY, olds: OLD, triggers: TRIGGERS },
    { do: "put-back", old: "_t_old" },
  ],
  "in the swap, and somebody dropped the copy": [
    { table: false, olds: OLD },
    { do: "put-back", old: "_t_old" },
  ],
  "somebody dropped the table, and the copy is all there is": [
    { table: false, copies: COPY },
    { do: "ask", why: "the table that it is about is gone" },
  ],
  "somebody dropped the table, of which there may be two": [
    { table: false, olds: ["_t_old", "_t_del"] },
    { do: "ask", why: "the table that it is about is gone" },
  ],
  "somebody dropped all": [{ table: false }, { do: "nothing" }],
};

for (const [moment, [seen, expected]] of Object.entries(MOMENTS)) {
  test(`killed ${moment}`, () => assert.deepEqual(decideClearing({ ...NOTHING, ...seen }), expected));
}

test("triggers always go before the table that they write to, and clearing ends", () => {
  const bits = Array.from({ length: 32 }, (_, number) => number);
  for (const bit of bits) {
    let seen: Observed = {
      sessions: bit & 1 ? [7] : [],
      table: (bit & 2) !== 0,
      copies: bit & 4 ? COPY : [],
      olds: bit & 8 ? OLD : [],
      triggers: bit & 16 ? TRIGGERS : [],
    };
    for (let steps = 0; ; steps++) {
      assert.ok(steps < 6, `${bit} goes round in a circle`);
      const next = decideClearing(seen);
      if (next.do === "nothing" || next.do === "ask") break;
      if (next.do === "drop-tables") {
        assert.deepEqual([seen.triggers, seen.sessions, seen.table], [[], [], true]);
        assert.ok(next.tables.every((name) => name !== "t"));
      }
      seen = after(seen, next);
    }
  }
});

function after(seen: Observed, next: Clearing): Observed {
  switch (next.do) {
    case "end-sessions":
      return { ...seen, sessions: [] };
    case "put-back":
      return { ...seen, table: true, olds: [] };
    case "drop-triggers":
      return { ...seen, triggers: [] };
    case "drop-tables":
      return { ...seen, copies: [], olds: [] };
    default:
      return seen;
  }
}
