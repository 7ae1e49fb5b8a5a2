import { parseArgs } from "node:util";
import type { ServerFamily } from "../../src/scratch/server-programs";
import type { BenchOptions } from "./work";

/** What the command line asks for. */
export interface Options extends BenchOptions {
  /** Names of the works, as given; empty: all. */
  readonly works: readonly string[];
  readonly families: readonly ServerFamily[];
  /** Put the tables into docs/benchmarks.md. */
  readonly write: boolean;
  /** Install the other tools first. */
  readonly peers: boolean;
}

const FAMILIES: readonly ServerFamily[] = ["mysql", "mariadb"];

/** Reads the command line. @throws Error in one line when it cannot be understood */
export function parseOptions(args: readonly string[], known: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      runs: { type: "string", default: "5" },
      family: { type: "string" },
      gigabytes: { type: "string", default: "1" },
      "single-gb": { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      peers: { type: "boolean", default: false },
    },
  });
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`no work is called ${unknown}; there are ${known.join(", ")}`);
  const { family } = values;
  const families = FAMILIES.filter((name) => family === undefined || name === family);
  if (families.length === 0) throw new Error("--family is mysql or mariadb");
  const runs = positive("--runs", values.runs);
  if (!Number.isInteger(runs)) throw new Error("--runs takes a whole number");
  const gigabytes = positive("--gigabytes", values.gigabytes);
  if (values.write && (positionals.length > 0 || family !== undefined || gigabytes !== 1)) {
    throw new Error("--write takes all works of both families, and 1 GB");
  }
  return {
    works: positionals,
    families,
    runs,
    gigabytes,
    singleGigabyte: values["single-gb"],
    write: values.write,
    peers: values.peers,
  };
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (!(number > 0 && Number.isFinite(number))) throw new Error(`${name} takes a number above 0`);
  return number;
}
