import { type Token, tokens } from "./lexer";

/** One table of a LOCK TABLES statement. */
export interface LockItem {
  /** As written, with alias and kind of lock. */
  readonly text: string;
  /** null: the current database. */
  readonly database: string | null;
  readonly name: string;
}

/** Reads the tables of a LOCK TABLES statement. */
export function readLockItems(text: string): readonly LockItem[] {
  const all = [...tokens(text)];
  const items: LockItem[] = [];
  let current: Token[] = [];
  const end = (): void => {
    const [first, dot, second] = current;
    const last = current.at(-1);
    if (first !== undefined && last !== undefined) {
      const qualified = dot?.value === "." && second !== undefined;
      items.push({
        text: text.slice(first.start, last.end),
        database: qualified ? first.value : null,
        name: qualified ? second.value : first.value,
      });
    }
    current = [];
  };
  // The first two words are LOCK and TABLES.
  for (const token of all.slice(2)) {
    if (token.type === "punctuation" && token.value === ",") end();
    else current.push(token);
  }
  end();
  return items;
}
