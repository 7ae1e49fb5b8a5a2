import { createHash } from "node:crypto";

/** A generator of numbers in [0, 1) that gives the same ones for the same seed. */
export function randomFrom(seed: string): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash("sha256").update(`${seed} ${count}`).digest().readUInt32LE(0) / 2 ** 32;
  };
}
