import { exists, type ObjectPrint } from "../database/fingerprint";
import type { Intent } from "../database/history";
import { unifiedDiff } from "../syntax/unified-diff";
import type { Finding } from "./judge-intent";

/** Lines of differences that a message has room for. */
const MOST_LINES = 40;

/**
 * Says of each object of a statement in doubt what it was, is, and would be.
 * @returns lines, each with its newline; none when there is nothing to tell
 */
export function tellDifferences({ before }: Intent, { now, made }: Finding): string {
  if (before === null || now === null) return "";
  const lines = now.objects.flatMap((is, index) => {
    const was = before.objects[index];
    if (was === undefined || was.state === is.state) return [];
    return [...tellOne(was, is, made?.objects[index] ?? null)];
  });
  const shown = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), "…"] : lines;
  return shown.map((line) => `  ${line}\n`).join("");
}

function tellOne(was: ObjectPrint, is: ObjectPrint, made: ObjectPrint | null): readonly string[] {
  const changed = diff(was, is, `${was.object} as it was before`, "as it is now");
  if (made?.definition === undefined) return changed;
  return [...changed, ...diff(was, made, `${was.object} as it was before`, "as the statement makes it")];
}

function diff(from: ObjectPrint, to: ObjectPrint, before: string, after: string): readonly string[] {
  if (!exists(from) && !exists(to)) return [];
  return unifiedDiff(textOf(from), textOf(to), { before, after });
}

function textOf(print: ObjectPrint): string {
  if (!exists(print)) return "";
  return print.definition === undefined ? `(${print.state})\n` : `${print.definition}\n`;
}
