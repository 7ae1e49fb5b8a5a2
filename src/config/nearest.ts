/**
 * Number of typing slips between two words: an inserted, a missing, a wrong character, or two swapped ones.
 * @see https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance (the "optimal string alignment" form)
 */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const wrong = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + wrong);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, at(beforeLast, j - 2) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

/**
 * The known word that was probably meant: the one with the fewest slips, or one that the given word begins.
 * @returns null when nothing is near enough to be worth suggesting
 */
export function nearest(word: string, known: readonly string[]): string | null {
  const lower = word.toLowerCase();
  const allowed = lower.length <= 3 ? 1 : lower.length <= 6 ? 2 : 3;
  let found: string | null = null;
  let fewest = allowed + 1;
  for (const candidate of known) {
    const begins = lower.length >= 3 && candidate.startsWith(lower);
    const slips = begins ? 1 : distance(lower, candidate.toLowerCase());
    if (slips < fewest && slips < candidate.length) {
      found = candidate;
      fewest = slips;
    }
  }
  return found;
}
