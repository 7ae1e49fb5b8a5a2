import { MigrateError } from "../errors";
import { type Direction, formatMigration, formatVersion } from "../migrations/names";

/** Where a run should end up, as the user said it. */
export type Target =
  | { readonly kind: "version"; readonly version: number }
  /** The folder's newest migration. */
  | { readonly kind: "head" }
  /** Before the first migration. */
  | { readonly kind: "base" }
  /** This many migrations from here: up when positive, down when negative; never 0. */
  | { readonly kind: "relative"; readonly distance: number };

/** A version and its name, for messages. */
export interface Known {
  readonly version: number;
  readonly name: string;
}

/**
 * Reads a target: a version (leading zeros are fine), `0` or `base`, `head`, or a distance such as `+2`, `-1`.
 * @throws MigrateError `unknown-version`
 */
export function parseTarget(text: string): Target {
  if (text === "head" || text === "base") return { kind: text };
  const [, sign, digits] = /^([+-]?)(\d+)$/.exec(text) ?? [];
  if (digits === undefined) {
    throw new MigrateError("unknown-version", `${JSON.stringify(text)} is not a version.`, {
      hint: "A target is a version (5 or 0005), head, base, or a distance such as +1 or -1.",
    });
  }
  const number = Number(digits);
  if (number > 999_999_999_999_999) {
    throw new MigrateError(
      "unknown-version",
      `${text.length > 20 ? `${text.slice(0, 20)}…` : text} is not a version: versions have at most 15 digits.`,
    );
  }
  if (sign !== "") return relativeTarget(sign === "-" ? -number : number);
  return number === 0 ? { kind: "base" } : { kind: "version", version: number };
}

/** The target of `--steps`: a number of migrations in one direction. */
export function stepsTarget(direction: Direction, steps: number): Target {
  return relativeTarget(direction === "up" ? steps : -steps);
}

function relativeTarget(distance: number): Target {
  if (distance !== 0) return { kind: "relative", distance };
  throw new MigrateError("unknown-version", "A distance of 0 goes nowhere.", {
    hint: "Give a number of migrations from 1, such as +1 or -1.",
  });
}

/**
 * Refuses an unknown version.
 * @param known by rising version
 */
export function unknownVersion(version: number, known: readonly Known[]): MigrateError {
  const below = known.filter((each) => each.version < version).at(-1);
  const above = known.find((each) => each.version > version);
  const nearest = [below, above].filter((each) => each !== undefined).map(formatMigration);
  return new MigrateError(
    "unknown-version",
    `There is no migration ${formatVersion(version)}${nearest.length === 0 ? "" : `; nearest ${nearest.length === 1 ? "is" : "are"} ${nearest.join(" and ")}`}.`,
    { hint: "To see them all:\n  npm run migrate:status" },
  );
}

/** Refuses a target on the other side of the current version. */
export function wrongDirection(
  direction: Direction,
  target: number,
  current: number | null,
  command: string,
): MigrateError {
  const where = target === 0 ? "base" : formatVersion(target);
  const here = current === null ? "base" : formatVersion(current);
  return new MigrateError(
    "unknown-version",
    `The database is at ${here}, so ${direction} cannot end at ${where}, which is ${direction === "up" ? "below" : "above"} it.`,
    { hint: `To get there:\n  ${command}` },
  );
}

/**
 * Finds the version that a target means; it need not be known. 0 is base.
 * @param versions every known one, rising
 * @param current for distances; null: base
 * @throws MigrateError `unknown-version` when a distance goes past either end
 */
export function versionAt(target: Target, versions: readonly number[], current: number | null): number {
  switch (target.kind) {
    case "base":
      return 0;
    case "head":
      return versions.at(-1) ?? 0;
    case "version":
      return target.version;
    case "relative": {
      const positions = [0, ...versions];
      const at = positions.indexOf(current ?? 0) + target.distance;
      const found = positions[at];
      if (at >= 0 && found !== undefined) return found;
      const distance = target.distance > 0 ? `+${target.distance}` : String(target.distance);
      const here = current === null ? "base" : formatVersion(current);
      throw new MigrateError(
        "unknown-version",
        `${distance} from ${here} leads past the ${target.distance > 0 ? "newest" : "first"} migration.`,
        {
          hint: "To see them all:\n  npm run migrate:status",
        },
      );
    }
    default:
      return target satisfies never;
  }
}
