import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { MigrateError } from "../errors";
import { UNFINISHED_SQUASH } from "./folder";
import { describeReadError } from "./text";

/** What a squash does to the folder, decided and kept in the folder before any of it is done. */
export interface SquashOrder {
  readonly to: number;
  /** Names of the files that go. */
  readonly old: readonly string[];
  /** Where they go, relative to the folder that holds the migrations folder; null: they are deleted. */
  readonly archive: string | null;
  /** The new pair, by file name. */
  readonly pair: readonly { readonly fileName: string; readonly text: string }[];
}

/** @returns the order of a squash that was interrupted; null when there is none */
export function readUnfinishedSquash(dir: string): SquashOrder | null {
  const path = join(dir, UNFINISHED_SQUASH);
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as SquashOrder;
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * The steps of a squash, in order. Behind the first one the folder is refused until the last one is done, and all of them may be
 * done again from the second one on.
 */
export function squashSteps(dir: string, order: SquashOrder): readonly (() => void)[] {
  const archive = order.archive === null ? null : join(dirname(dir), order.archive);
  return [
    () => writeWhole(join(dir, UNFINISHED_SQUASH), JSON.stringify(order)),
    ...(archive === null ? [] : [() => void mkdirSync(archive, { recursive: true })]),
    ...order.old.map((fileName) => () => putAway(join(dir, fileName), archive)),
    ...order.pair.map(
      ({ fileName, text }) =>
        () =>
          writeWhole(join(dir, fileName), text),
    ),
    () => rmSync(join(dir, UNFINISHED_SQUASH)),
  ];
}

/** @throws MigrateError `unwritable`; the same command goes on then */
export function carryOutSquash(dir: string, order: SquashOrder): void {
  for (const step of squashSteps(dir, order)) {
    try {
      step();
    } catch (error) {
      throw unwritable(dir, error);
    }
  }
}

function putAway(path: string, archive: string | null): void {
  // It went in an earlier try.
  if (!existsSync(path)) return;
  if (archive === null) rmSync(path);
  else renameSync(path, join(archive, basename(path)));
}

/** There whole or not at all, also after a power cut. */
function writeWhole(path: string, text: string): void {
  const partial = `${path}.partial`;
  writeFileSync(partial, text);
  const file = openSync(partial, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
}

function unwritable(path: string, error: unknown): MigrateError {
  return new MigrateError("unwritable", `${path} cannot be changed: ${describeReadError(error)}.`, {
    cause: error,
    hint: "Mend that, then run the same command again: it goes on where it stopped.",
  });
}
