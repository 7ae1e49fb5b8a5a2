import type { Session } from "../server/session";
import { type Believed, believedOf, confirmLine, type Line, vanished } from "./believed";
import { addLines, type Entry, finishLines } from "./several-lines";
import { type NewLine, type Progress, recordError, recordProgress, type Unfinished } from "./writer";

/** Where a journal begins. */
export type Beginning =
  /** Its line is added by the first record, so that it costs no round trip of its own. */
  | { readonly line: "new"; readonly row: NewLine }
  /** An earlier run added the line, left it like this, and spent some milliseconds on it. */
  | { readonly line: "partial"; readonly believed: Believed; readonly spentMs: number };

/** The line of a journal, and earlier lines while they wait for this one's first record. */
export interface LineWriter {
  /** What the line says in its committed state; null: it is not in the history. */
  readonly believed: Believed | null;
  confirm(session: Session): Promise<void>;
  write(session: Session, progress: Progress): Promise<void>;
  finishPrevious(session: Session): Promise<void>;
  writeError(session: Session, progress: Progress, keepIntent: boolean): Promise<void>;
  /** The line to add, and the earlier lines to finish with it. */
  entry(progress: Progress): { readonly entry: Entry; readonly unfinished: readonly Unfinished[] };
  added(progress: Progress): void;
  committed(): void;
  undone(): void;
  unsure(): void;
  found(believed: Believed | null): void;
}

export function createLineWriter(
  line: Line,
  beginning: Beginning,
  unfinished: readonly Unfinished[],
  onAdded: () => void,
): LineWriter {
  let committed = beginning.line === "partial" ? beginning.believed : null;
  /** Last written, perhaps in a transaction that is still open. */
  let written = committed;
  let unsure = false;
  let previous = unfinished;

  /** What the line may say; empty: it is not there. */
  function believed(): readonly Believed[] {
    return [written, ...(unsure ? [committed] : [])].filter((one) => one !== null);
  }

  async function finishPrevious(session: Session): Promise<void> {
    if (previous.length === 0) return;
    await finishLines(session, previous);
    previous = [];
  }

  function entry(progress: Progress): Entry {
    if (beginning.line !== "new") throw vanished(line);
    return { line, row: beginning.row, progress };
  }

  function added(progress: Progress): void {
    previous = [];
    onAdded();
    written = believedOf(progress);
  }

  return {
    get believed() {
      return committed;
    },
    confirm: (session) => confirmLine(session, line, unsure ? [written, committed] : [committed]),
    async write(session, progress) {
      const now = believed();
      const found = now.length > 0 && (await recordProgress(session, line, now, progress));
      if (!found) {
        // Not added yet, or added in a transaction that was rolled back and runs again.
        await addLines(session, previous, [entry(progress)]);
        added(progress);
      }
      written = believedOf(progress);
    },
    entry: (progress) => ({ entry: entry(progress), unfinished: previous }),
    added,
    finishPrevious,
    async writeError(session, progress, keepIntent) {
      await finishPrevious(session);
      const now = believed();
      const found =
        now.length > 0 && (await recordError(session, line, now, progress.error ?? "", keepIntent));
      if (found) return;
      // Not added yet, or added in a transaction that was rolled back.
      await addLines(session, [], [entry(progress)]);
      written = believedOf(progress);
      committed = written;
    },
    committed() {
      committed = written;
      unsure = false;
    },
    undone() {
      if (!unsure) written = committed;
    },
    unsure() {
      unsure = true;
    },
    found(now) {
      written = now;
      committed = now;
      unsure = false;
    },
  };
}
