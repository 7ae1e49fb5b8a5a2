import type { Schema } from "../../src/schema/model";
import type { Renames } from "../../src/schema/renames";
import { renderSchema } from "../../src/schema/render";
import type { ServerInfo, Session } from "../../src/server/session";
import { evolving, mutate, renamesOf } from "./mutations";
import { type Outcome, tryPair } from "./pair";
import { randomFrom } from "./random";
import { randomSchema } from "./random-schema";
import { repair } from "./repair";

interface Pair {
  readonly a: Schema;
  readonly b: Schema;
  readonly renames: Renames;
  readonly mutations: readonly string[];
}

/** What is random about a pair, so that a smaller one can be made by leaving things out. */
interface Recipe {
  readonly seed: number;
  /** Seeds of the mutations that make A from a schema of bare tables, and B from A. */
  readonly making: readonly number[];
  readonly changing: readonly number[];
  /** Tables to take out of both. */
  readonly without: readonly string[];
}

export function recipe(seed: number): Recipe {
  const random = randomFrom(seed);
  const seeds = (count: number): number[] => Array.from({ length: count }, () => random.number(2 ** 32));
  const making = seeds(6 + random.number(40));
  return { seed, making, changing: seeds(1 + random.number(12)), without: [] };
}

export function makePair({ seed, making, changing, without }: Recipe, server: ServerInfo): Pair {
  const start = evolving(randomSchema(randomFrom(seed), server), server);
  const mutations: string[] = [];
  for (const each of making) {
    mutate(start, randomFrom(each));
    repair(start.schema, server);
  }
  const { schema } = start;
  const state = evolving(schema, server);
  for (const each of changing) {
    mutations.push(mutate(state, randomFrom(each)));
    repair(state.schema, server);
  }
  for (const each of [schema, state.schema]) {
    each.tables = each.tables.filter(({ name }) => !without.includes(name));
    repair(each, server);
  }
  return { a: schema, b: state.schema, renames: renamesOf(state), mutations };
}

export interface Failure {
  readonly outcome: Extract<Outcome, { result: "failed" }>;
  /** For people: the smallest pair that still fails, as SQL. */
  readonly report: string;
}

/** Tries the pair of one seed; a failure is made as small as it gets. */
export async function tryStepped(session: Session, seed: number): Promise<Outcome | Failure> {
  const whole = recipe(seed);
  const outcome = await tryRecipe(session, whole);
  if (outcome.result !== "failed") return outcome;
  const smallest = await shrink(session, whole);
  const last = await tryRecipe(session, smallest);
  const failed = last.result === "failed" ? last : outcome;
  const pair = makePair(smallest, session.server);
  const report = [
    `seed ${seed}: ${failed.step}: ${failed.message}`,
    `-- mutations: ${pair.mutations.join(", ")}; renames: ${JSON.stringify(pair.renames)}`,
    `-- A\n${renderSchema(pair.a, session.server)}`,
    `-- B\n${renderSchema(pair.b, session.server)}`,
    `-- generated\n${failed.sql}`,
  ].join("\n");
  return { outcome: failed, report };
}

async function tryRecipe(session: Session, from: Recipe): Promise<Outcome> {
  const { a, b, renames } = makePair(from, session.server);
  return await tryPair(session, a, b, renames);
}

/** Leaves out one mutation after the other for as long as something still fails. */
async function shrink(session: Session, from: Recipe): Promise<Recipe> {
  let smallest = from;
  for (const list of ["changing", "making"] as const) {
    for (let at = 0; at < smallest[list].length; ) {
      const smaller = { ...smallest, [list]: smallest[list].filter((_, index) => index !== at) };
      const outcome = await tryRecipe(session, smaller);
      if (outcome.result === "failed") smallest = smaller;
      else at++;
    }
  }
  for (const { name } of makePair(smallest, session.server).a.tables) {
    const smaller = { ...smallest, without: [...smallest.without, name] };
    if ((await tryRecipe(session, smaller)).result === "failed") smallest = smaller;
  }
  return smallest;
}
