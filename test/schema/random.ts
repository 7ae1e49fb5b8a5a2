/** A source of choices that a seed repeats. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  number(below: number): number;
  /** True once in `n` times. */
  oneIn(n: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32: small, and the same everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const random: Random = {
    number: (below) => Math.floor(next() * below),
    oneIn: (n) => next() < 1 / n,
    pick: (from) => {
      const found = from[random.number(from.length)];
      if (found === undefined) throw new Error("nothing to pick from");
      return found;
    },
  };
  return random;
}
