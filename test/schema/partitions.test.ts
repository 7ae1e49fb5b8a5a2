import assert from "node:assert/strict";
import { test } from "node:test";
import type { PartitionChange } from "../../src/schema/change";
import { diffPartitions } from "../../src/schema/kinds/partition";
import type { Partition, Partitioning, Table } from "../../src/schema/model";

/** `10 20 max` are ranges; `=4` is HASH in four; `1|2,3` are lists; empty is none. */
function parse(text: string): Partitioning | null {
  const none = { subpartitionBy: null, subpartitionCount: null };
  if (text === "") return null;
  if (text.startsWith("="))
    return { by: "HASH (`a`)", count: Number(text.slice(1)), partitions: [], ...none };
  const named = (name: string, values: string): Partition => ({
    name,
    values,
    options: "",
    subpartitions: [],
  });
  if (text.includes("|")) {
    const partitions = text.split("|").map((values) => named(`l${values}`, `VALUES IN (${values})`));
    return { by: "LIST (`a`)", count: null, partitions, ...none };
  }
  const partitions = text
    .split(" ")
    .map((bound) => named(`p${bound}`, `VALUES LESS THAN ${bound === "max" ? "MAXVALUE" : `(${bound})`}`));
  return { by: "RANGE (`a`)", count: null, partitions, ...none };
}

function show(change: PartitionChange): string {
  const names = (partitions: readonly Partition[]): string => partitions.map(({ name }) => name).join(" ");
  switch (change.type) {
    case "partition-by":
      return "anew";
    case "remove-partitioning":
      return "none";
    case "add-partitions":
      return `add ${names(change.partitions)}`;
    case "drop-partitions":
      return `drop ${names(change.partitions)}`;
    case "reorganize-partitions":
      return `${change.names.join(" ")} -> ${names(change.into)}`;
    case "add-hash-partitions":
      return `add ${change.count}`;
    case "coalesce-partitions":
      return `coalesce ${change.count}`;
    default:
      return change satisfies never;
  }
}

const CASES: readonly (readonly [from: string, to: string, changes: string])[] = [
  ["10 20", "10 20", ""],
  ["", "10 20", "anew"],
  ["10 20", "", "none"],
  ["=4", "=6", "add 2"],
  ["=6", "=4", "coalesce 2"],
  ["=4", "10 20", "anew"],
  ["10 20", "10 20 30 max", "add p30 pmax"],
  ["10 20 30 max", "10 20", "drop p30 pmax"],
  ["10 20", "20", "p10 p20 -> p20"],
  ["20", "10 20", "p20 -> p10 p20"],
  ["10 20 30", "10 15 20 30", "p20 -> p15 p20"],
  ["10 20 30 40", "10 30 40", "p20 p30 -> p30"],
  ["20 max", "10 20 30 max", "p20 pmax -> p10 p20 p30 pmax"],
  ["10 20 30", "20 30 40", "p10 p20 -> p20; add p40"],
  ["10 20 100 max", "10 50 100", "drop pmax; p20 p100 -> p50 p100"],
  ["10 20", "15 25", "anew"],
  ["1|2,3", "1|2,3|4", "add l4"],
  ["1|2,3|4", "1|4", "drop l2,3"],
  ["1|2,3", "1|2|3", "anew"],
];

for (const [from, to, expected] of CASES) {
  test(`partitions: ${from || "none"} to ${to || "none"}`, () => {
    const table = (partitioning: Partitioning | null): Table => ({ partitioning }) as unknown as Table;
    const changes = diffPartitions(table(parse(from)), table(parse(to)));
    assert.equal(changes.map(show).join("; "), expected);
  });
}
