import { MigrateError } from "../errors";

/** A version, and how wide it is written. */
export interface WrittenVersion {
  readonly version: number;
  readonly digits: string;
}

/**
 * The version that comes after another one, as wide: one more, or the time now where versions are timestamps.
 * @throws MigrateError `usage` when there is none
 */
export function digitsAfter(newest: WrittenVersion, now: Date): string {
  const timestamp = now.toISOString().replaceAll(/\D/g, "").slice(0, 14);
  if (newest.digits.length >= 14 && Number(timestamp) > newest.version) return timestamp;
  const digits = String(newest.version + 1).padStart(newest.digits.length, "0");
  if (digits.length <= 15) return digits;
  throw new MigrateError(
    "usage",
    `There is no version above ${newest.digits}: versions have at most 15 digits.`,
  );
}
