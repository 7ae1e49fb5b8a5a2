/**
 * Orders items so that each comes after those it needs, and otherwise keeps their order. Items that need each other in
 * a circle also keep their order.
 * @param needs the names of what an item needs; unknown names, and its own, are ignored
 */
export function dependencyOrder<T extends { readonly name: string }>(
  items: readonly T[],
  needs: (item: T) => readonly string[],
): T[] {
  const byName = new Map(items.map((item) => [item.name, item]));
  const ordered: T[] = [];
  const seen = new Set<string>();
  const visit = (item: T): void => {
    if (seen.has(item.name)) return;
    seen.add(item.name);
    for (const name of needs(item)) {
      const needed = byName.get(name);
      if (needed !== undefined) visit(needed);
    }
    ordered.push(item);
  };
  for (const item of items) visit(item);
  return ordered;
}

/**
 * The longest subsequence of distinct numbers that is already in ascending order: what can stay when the rest moves.
 * @returns positions in `numbers`
 */
export function longestAscending(numbers: readonly number[]): readonly number[] {
  /** `tails[n]`: position of the smallest number that ends an ascending subsequence of length n + 1. */
  const tails: number[] = [];
  const previous: number[] = [];
  for (const [position, value] of numbers.entries()) {
    const found = tails.findIndex((tail) => (numbers[tail] ?? 0) > value);
    const length = found === -1 ? tails.length : found;
    previous.push(length === 0 ? -1 : (tails[length - 1] ?? -1));
    tails[length] = position;
  }
  const result: number[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1) result.push(at);
  return result.reverse();
}

/** Orders by name, comparing code units: the same on every machine. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
