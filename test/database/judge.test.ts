import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fingerprint } from "../../src/database/fingerprint";
import { judge } from "../../src/database/judge";
import type { DdlVerb } from "../../src/syntax/classify";

/** `a=X#1 b=- c=? d=!`: a has definition X and table id 1, b is absent, c unreadable, d hidden. */
function print(text: string): Fingerprint {
  const objects = text.split(" ").map((part) => {
    const [object = "", state = "", id = null] = part.split(/[=#]/);
    return { object, state: SPECIAL[state] ?? state, id };
  });
  return { objects };
}

const SPECIAL: Readonly<Record<string, string>> = { "-": "absent", "?": "unreadable", "!": "hidden" };

const cases: readonly (readonly [verb: DdlVerb, before: string, after: string, expected: string])[] = [
  ["create", "a=-", "a=X", "applied"],
  ["create", "a=-", "a=-", "not-applied"],
  ["create", "a=X", "a=X", "not-applied"],
  ["create", "a=X", "a=Y", "not-applied"],
  ["create", "a=- b=-", "a=X b=-", "partly"],
  ["create", "a=- b=-", "a=X b=Y", "applied"],
  ["create", "a=?", "a=X", "unknown"],
  ["create", "a=-", "a=?", "unknown"],
  ["create", "a=-", "a=!", "applied"],
  ["create", "a=!", "a=!", "not-applied"],
  ["drop", "a=!", "a=-", "applied"],
  ["drop", "a=!", "a=!", "not-applied"],
  ["alter", "a=!", "a=!", "unknown"],
  ["alter", "a=X", "a=!", "unknown"],
  ["alter", "a=! b=-", "a=- b=!", "applied"],
  ["rename", "a=! b=-", "a=- b=!", "applied"],
  ["rename", "a=! t=- b=! a=! t=- b=!", "a=! t=- b=! a=! t=- b=!", "unknown"],
  ["drop", "a=X", "a=-", "applied"],
  ["drop", "a=X", "a=X", "not-applied"],
  ["drop", "a=X b=Y", "a=- b=-", "applied"],
  ["drop", "a=X b=Y", "a=- b=Y", "partly"],
  ["drop", "a=-", "a=-", "not-applied"],
  ["drop", "a=X b=-", "a=X b=-", "not-applied"],
  ["drop", "a=X b=-", "a=- b=-", "partly"],
  ["drop", "a=X b=?", "a=- b=-", "unknown"],
  ["alter", "a=X", "a=Y", "applied"],
  ["alter", "a=X", "a=X", "not-applied"],
  ["alter", "a=X#1", "a=X#2", "not-applied"],
  ["alter", "a=X", "a=-", "applied"],
  ["alter", "a=X b=-", "a=- b=X", "applied"],
  ["alter", "a=X b=Y", "a=Z b=Y", "partly"],
  ["alter", "a=-", "a=-", "not-applied"],
  ["alter", "a=?", "a=?", "unknown"],
  ["rename", "a=X b=-", "a=- b=X", "applied"],
  ["rename", "a=X b=-", "a=- b=Y", "applied"], // names inside the definition follow the table's
  ["rename", "a=X b=-", "a=X b=-", "not-applied"],
  ["rename", "a=X b=- c=Y d=-", "a=- b=X c=- d=Y", "applied"],
  ["rename", "a=X b=- c=Y d=-", "a=- b=X c=Y d=-", "partly"],
  ["rename", "a=X b=- c=Y d=-", "a=X b=- c=- d=Y", "unknown"],
  ["rename", "a=X b=- c=Y a=X", "a=Y b=X c=- a=Y", "applied"],
  ["rename", "a=X b=- c=Y a=X", "a=X b=- c=Y a=X", "not-applied"],
  ["rename", "a=X b=- c=Y a=X", "a=- b=X c=Y a=-", "partly"],
  ["rename", "a=- b=-", "a=- b=-", "not-applied"],
  ["rename", "a=X b=Y", "a=X b=Y", "not-applied"],
  ["rename", "a=- b=-", "a=- b=X", "unknown"],
  ["rename", "a=X b=?", "a=- b=X", "unknown"],
  // A swap by way of t: which table is where shows in the ids, or else in the definitions.
  ["rename", "a=X#1 t=- b=X#2 a=X#1 t=- b=X#2", "a=X#2 t=- b=X#1 a=X#2 t=- b=X#1", "applied"],
  ["rename", "a=X#1 t=- b=X#2 a=X#1 t=- b=X#2", "a=X#1 t=- b=X#2 a=X#1 t=- b=X#2", "not-applied"],
  ["rename", "a=X#1 t=- b=X#2 a=X#1 t=- b=X#2", "a=- t=X#1 b=X#2 a=- t=X#1 b=X#2", "partly"],
  ["rename", "a=X#1 t=- b=X#2 a=X#1 t=- b=X#2", "a=X#7 t=- b=X#1 a=X#7 t=- b=X#1", "unknown"],
  ["rename", "a=X t=- b=Y a=X t=- b=Y", "a=Y t=- b=X a=Y t=- b=X", "applied"],
  ["rename", "a=X t=- b=Y a=X t=- b=Y", "a=X t=- b=Y a=X t=- b=Y", "not-applied"],
  ["rename", "a=X t=- b=X a=X t=- b=X", "a=X t=- b=X a=X t=- b=X", "unknown"],
  ["alter", "a=X", "b=X", "unknown"],
  ["alter", "a=X", "a=X b=Y", "unknown"],
];

for (const [verb, before, after, expected] of cases) {
  test(`judge ${verb}: ${before} | ${after}`, () => {
    assert.equal(judge(verb, print(before), print(after)), expected);
  });
}

test("judge: nothing to compare", () => {
  assert.equal(judge("alter", { objects: [] }, { objects: [] }), "unknown");
});
