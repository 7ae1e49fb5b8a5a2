import type { Classified } from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import type { Work } from "./batches";

/**
 * A statement and those right behind it that read what it left, such as ROW_COUNT(): nothing of the runner's own may be
 * sent between them.
 * @param preparedText the text of a prepared statement, or null when it is not known
 * @returns one statement alone when nothing reads what it left
 */
export function gatherUnit(
  statements: readonly Statement[],
  at: number,
  classify: (statement: Statement) => Classified,
  preparedText: (name: string) => string | null,
): readonly Work[] {
  const unit: Work[] = [];
  for (const statement of statements.slice(at)) {
    const classified = classify(statement);
    if (unit.length > 0 && !readsPrevious(classified, preparedText)) break;
    unit.push({ statement, classified });
  }
  return unit;
}

/** Whether a statement reads what the one before it left. A body that is only defined reads nothing yet. */
export function readsPrevious(
  { statement, usesPrevious }: Classified,
  preparedText: (name: string) => string | null = () => null,
): boolean {
  switch (statement.kind) {
    case "transactional":
    case "temporary":
    case "set":
    case "call":
      return usesPrevious;
    case "execute":
      return usesPrevious || READS_PREVIOUS.test(preparedText(statement.name) ?? "");
    case "execute-immediate":
      return (
        usesPrevious || READS_PREVIOUS.test(statement.source.from === "text" ? statement.source.text : "")
      );
    default:
      return false;
  }
}

const READS_PREVIOUS = /\b(?:row_count|found_rows|diagnostics|warnings|errors|warning_count|error_count)\b/i;

/** Whether it leaves nothing behind, so that it does not matter what it reads. */
export function leavesNothing({ text }: Statement): boolean {
  return /^\s*(?:SHOW|SELECT)\b/i.test(text) && !/\bINTO\b|:=/i.test(text);
}

/** Cuts a file's statements so that none is parted from what it reads. */
export async function* keepUnits(
  chunks: AsyncIterable<readonly Statement[]> | Iterable<readonly Statement[]>,
  classify: (statement: Statement) => Classified,
): AsyncGenerator<readonly Statement[]> {
  let held: readonly Statement[] = [];
  for await (const chunk of chunks) {
    const all = [...held, ...chunk];
    let from = all.length - 1;
    while (from > 0 && mayRead(classify(all[from] as Statement))) from--;
    held = all.slice(Math.max(from, 0));
    if (from > 0) yield all.slice(0, from);
  }
  if (held.length > 0) yield held;
}

/** What a prepared text reads is not known before it is prepared. */
function mayRead(classified: Classified): boolean {
  return readsPrevious(classified) || classified.statement.kind.startsWith("execute");
}
