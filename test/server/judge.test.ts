import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fingerprint } from "../../src/server/fingerprint";
import { judge } from "../../src/server/judge";
import type { DdlVerb } from "../../src/syntax/classify";

/** `a=X#1 b=- c=? d=!`: a has definition X and table id 1, b is absent, c unreadable, d hidden. */
function print(text: string): Fingerprint {
  const objects = text.split(" ").map((part) => {
    const [object = "", state = "", id = null] = part.split(/[=#]/);
    // `p:1,q:2` are a partitioned table's ids.
    return {
      object,
      state: SPECIAL[state] ?? state,
      id: id?.replaceAll(":", "=").replaceAll(",", ", ") ?? null,
    };
  });
  return { objects };
}

const SPECIAL: Readonly<Record<string, string>> = { "-": "absent", "?": "unreadable", "!": "hidden" };

const cases: readonly (readonly [
  verb: DdlVerb,
  before: string,
  after: string,
  expected: string,
  made?: string,
])[] = [
  ["create", "a=-", "a=X", "applied", "a=X"],
  ["create", "a=-", "a=X", "unknown", "a=Y"], // somebody else's
  ["create", "a=-", "a=X", "unknown"],
  ["create", "a=-", "a=-", "not-applied"],
  ["create", "a=X", "a=X", "not-applied"],
  ["create", "a=X", "a=Y", "not-applied"],
  ["create", "a=- b=-", "a=X b=-", "partly", "a=X b=Y"],
  ["create", "a=- b=-", "a=X b=Y", "applied", "a=X b=Y"],
  ["create", "a=?", "a=X", "unknown"],
  ["create", "a=-", "a=?", "unknown"],
  ["create", "a=-", "a=!", "unknown"],
  ["create", "a=!", "a=!", "not-applied"],
  ["replace", "a=-", "a=-", "not-applied"],
  ["replace", "a=-", "a=X", "applied", "a=X"],
  ["replace", "a=X#1", "a=-", "not-applied"],
  ["replace", "a=X#1", "a=X#1", "not-applied", "a=Y"],
  ["replace", "a=X#1", "a=X#1", "not-applied"],
  ["replace", "a=X#1", "a=X#2", "applied", "a=X"],
  ["replace", "a=X#1", "a=Y#2", "applied", "a=Y"],
  ["replace", "a=X#1", "a=Z#2", "unknown", "a=Y"],
  ["replace", "a=X#1", "a=Z#1", "unknown", "a=Y"],
  ["replace", "a=X", "a=Y", "applied", "a=Y"],
  ["replace", "a=X", "a=X", "not-applied", "a=Y"],
  ["replace", "a=X", "a=X", "unknown", "a=X"],
  ["drop", "a=!", "a=-", "applied"],
  ["drop", "a=!", "a=!", "not-applied"],
  ["drop", "a=X", "a=-", "applied"],
  ["drop", "a=X", "a=X", "not-applied"],
  ["drop", "a=X#1", "a=X#1", "not-applied"],
  ["drop", "a=X#1", "a=X#2", "unknown"], // made again
  ["drop", "a=X#1", "a=Y#1", "unknown"],
  ["drop", "a=X b=Y", "a=- b=-", "applied"],
  ["drop", "a=X b=Y", "a=- b=Y", "partly"],
  ["drop", "a=X#1 b=Y#2", "a=- b=Y#3", "unknown"],
  ["drop", "a=-", "a=-", "not-applied"],
  ["drop", "a=-", "a=X", "unknown"],
  ["drop", "a=X b=-", "a=X b=-", "not-applied"],
  ["drop", "a=X b=-", "a=- b=-", "partly"],
  ["drop", "a=X b=-", "a=- b=Y", "unknown"],
  ["drop", "a=X b=?", "a=- b=-", "unknown"],
  ["alter", "a=!", "a=!", "unknown"],
  ["alter", "a=X", "a=!", "unknown"],
  ["alter", "a=! b=-", "a=- b=!", "unknown"],
  ["alter", "a=X", "a=Y", "applied", "a=Y"],
  ["alter", "a=X", "a=Z", "unknown", "a=Y"], // a hotfix in between
  ["alter", "a=X", "a=Y", "unknown"],
  ["alter", "a=X", "a=X", "not-applied"],
  ["alter", "a=X", "a=X", "not-applied", "a=X"],
  ["alter", "a=X#1", "a=X#2", "not-applied"],
  ["alter", "a=X", "a=-", "unknown", "a=Y"],
  ["alter", "a=X b=-", "a=- b=X", "applied", "a=- b=X"],
  ["alter", "a=X b=Y", "a=Z b=Y", "applied", "a=Z b=Y"],
  ["alter", "a=X b=Y", "a=Z b=Y", "unknown", "a=Z b=Z"],
  ["alter", "a=-", "a=-", "not-applied"],
  ["alter", "a=?", "a=?", "unknown"],
  ["truncate", "a=X#1", "a=X#1", "not-applied"],
  ["truncate", "a=X#1", "a=X#2", "applied"],
  ["truncate", "a=X#1", "a=Y#2", "unknown"],
  ["truncate", "a=X", "a=X", "unknown"],
  ["truncate", "a=-", "a=-", "not-applied"],
  ["truncate", "a=-", "a=X#1", "unknown"],
  ["exchange", "a=X#p:1,q:2 b=Y#3", "a=X#p:1,q:2 b=Y#3", "not-applied"],
  ["exchange", "a=X#p:1,q:2 b=Y#3", "a=X#p:1,q:3 b=Y#2", "applied"],
  ["exchange", "a=X#p:1,q:2 b=Y#3", "a=X#p:3,q:2 b=Y#1", "applied"],
  ["exchange", "a=X#p:1,q:2 b=Y#3", "a=X#p:4,q:2 b=Y#1", "unknown"],
  ["exchange", "a=X#p:1,q:2 b=Y#3", "a=X#p:1,q:2 b=Y#5", "unknown"],
  ["exchange", "a=X b=Y", "a=X b=Y", "unknown"],
  ["rename", "a=! b=-", "a=- b=!", "applied"],
  ["rename", "a=! t=- b=! a=! t=- b=!", "a=! t=- b=! a=! t=- b=!", "unknown"],
  ["rename", "a=X b=-", "a=- b=X", "applied"],
  ["rename", "a=X b=-", "a=- b=Y", "applied", "a=- b=Y"], // names inside the definition follow the table's
  ["rename", "a=X#1 b=-", "a=- b=Y#1", "applied"],
  ["rename", "a=X b=-", "a=- b=Y", "unknown"],
  ["rename", "a=X#1 b=-", "a=- b=X#2", "unknown"],
  ["rename", "a=X b=-", "a=X b=-", "not-applied"],
  ["rename", "a=X b=-", "a=Y b=-", "unknown"],
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

for (const [verb, before, after, expected, made = null] of cases) {
  test(`judge ${verb}: ${before} | ${after}${made === null ? "" : `, made ${made}`}`, () => {
    assert.equal(judge(verb, print(before), print(after), made === null ? null : print(made)), expected);
  });
}

test("judge: nothing to compare", () => {
  assert.equal(judge("alter", { objects: [] }, { objects: [] }, null), "unknown");
});
