import { type Problem, RefusedError } from "../errors";
import { type FileScan, scanFile } from "../migrations/judge-statements";
import { STORED_TEXT_LIMIT } from "../migrations/read-text";
import type { Marked } from "../online/foresee";
import type { Step } from "../plan/planned";
import type { Session } from "../server/session";
import type { Settings } from "../settings/settings";
import type { Emit } from "./events";

/** Scans the files that are about to run, each one once. */
export interface Scans {
  of(step: Step): Promise<FileScan>;
  /** @throws RefusedError with every problem of every file, before any of them runs */
  refuseProblems(steps: readonly Step[]): Promise<void>;
  /** The statements of these steps that are marked `online` and whose tables nothing before them may alter. */
  marked(steps: readonly Step[]): Promise<readonly Marked[]>;
}

export function createScans(settings: Settings, session: Session, emit: Emit): Scans {
  const known = new Map<string, FileScan>();
  const options = {
    noBackslashEscapes: session.server.noBackslashEscapes,
    ansiQuotes: session.server.ansiQuotes,
    historyTable: settings.table,
    database: session.database,
  };
  async function of({ file, version, name, direction }: Step): Promise<FileScan> {
    const found = known.get(file.path);
    if (found !== undefined) return found;
    if (file.bytes > STORED_TEXT_LIMIT && file.stored === undefined) {
      emit({ event: "reading", version, name, direction, bytes: file.bytes });
    }
    const scan = await scanFile(file, options);
    known.set(file.path, scan);
    return scan;
  }
  return {
    of,
    async refuseProblems(steps) {
      const problems: Problem[] = [];
      for (const step of steps) problems.push(...(await of(step)).problems);
      if (problems.length > 0) throw new RefusedError(problems);
    },
    async marked(steps) {
      const found: Marked[] = [];
      for (const step of steps) {
        // In a partial migration the tool's own triggers may still exist.
        if (step.resume !== null) break;
        const { marked = [], altersMore } = await of(step);
        found.push(...marked.map((statement) => ({ file: step.file.fileName, ...statement })));
        if (altersMore) break;
      }
      return found;
    },
  };
}
