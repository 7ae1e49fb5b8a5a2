import type { TargetInput } from "../run/migrate";
import { count, type Format, optional, text, usageError, value } from "./options";

/** The version of one migration. */
export const versionNumber: Format<number> = {
  takes: "a version, such as 7",
  read: (given) => (/^\d{1,15}$/.test(given) && Number(given) > 0 ? Number(given) : null),
};

/** The three ways to say where to go. */
export const targetOptions = {
  target: optional("N", text, "The same as --to N"),
  to: value("N", text, "End up at this version; also head, base, or +2 and -2 from here"),
  steps: value("N", count, "Go so many migrations"),
} as const;

/** What a verb got for `targetOptions`. */
export interface TargetValues {
  readonly target: string | null;
  readonly to: string | null;
  readonly steps: number | null;
}

/**
 * Makes one target of them.
 * @returns null when none was given
 * @throws MigrateError `usage` when more than one was
 */
export function readTarget(verb: string, { target, to, steps }: TargetValues): TargetInput {
  const given = [
    target,
    to === null ? null : `--to ${to}`,
    steps === null ? null : `--steps ${steps}`,
  ].filter((each) => each !== null);
  if (given.length > 1) {
    throw usageError(verb, `${given.join(" and ")} both say where to go; give one of them.`);
  }
  const where = target ?? to;
  if (where !== null) return { to: where };
  return steps === null ? null : { steps };
}
