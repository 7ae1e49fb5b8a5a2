import { MigrateError } from "../errors";
import { parseTarget, versionAt } from "./target";

/** Versions from one to another, both included. */
export interface VersionRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a range such as `3:7`, `:head`, `base:`, `-2:` or a single `5`.
 * @param versions every known one, rising
 * @param current for distances; null: base
 * @throws MigrateError `unknown-version`
 */
export function parseRange(text: string, versions: readonly number[], current: number | null): VersionRange {
  const [start = "", end = start, extra] = text.split(":");
  if (extra !== undefined || (start === "" && end === "" && text !== ":")) {
    throw new MigrateError("unknown-version", `${JSON.stringify(text)} is not a range.`, {
      hint: "A range is two versions, such as 3:7, :head or base:",
    });
  }
  const at = (end: string): number => versionAt(parseTarget(end), versions, current);
  const range = {
    from: start === "" ? 0 : at(start),
    to: end === "" ? Number.POSITIVE_INFINITY : at(end),
  };
  if (range.from <= range.to) return range;
  throw new MigrateError("unknown-version", `${text} ends before it begins.`, {
    hint: `The other way round: ${end}:${start}`,
  });
}
