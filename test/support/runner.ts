import { createMigrator, MigrateError, type RunEvent } from "../../src/index";

export type Direction = "up" | "down";

/** How a run ended: well, with an error's code and words, or not at all within its limit. */
export type Outcome =
  | { readonly ended: "done" }
  | { readonly ended: "failed"; readonly code: string; readonly message: string }
  | { readonly ended: "hung" };

export interface RunRequest {
  readonly url: string;
  readonly dir: string;
  /** `up`: everything; `down`: everything. */
  readonly direction: Direction;
  /** Milliseconds. */
  readonly limit: number;
  /** Seconds that a statement waits for its locks. */
  readonly lockWait?: number;
  readonly onEvent?: (event: RunEvent) => void;
}

/** Runs through the programmatic interface. */
export async function runInProcess(request: RunRequest): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve({ ended: "hung" }), request.limit);
  });
  try {
    return await Promise.race([attempt(request), limit]);
  } finally {
    clearTimeout(timer);
  }
}

async function attempt({ url, dir, direction, limit, lockWait, onEvent }: RunRequest): Promise<Outcome> {
  const migrator = createMigrator({ databaseUrl: url, dir, onEvent });
  const waits = { lockTimeoutMs: limit, ...(lockWait === undefined ? {} : { lockWaitMs: lockWait * 1000 }) };
  try {
    if (direction === "up") await migrator.up({ ...waits, allowExisting: true });
    else await migrator.down({ to: 0, ...waits });
    return { ended: "done" };
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error;
    const hint = error.hint === null ? "" : `\n${error.hint}`;
    return { ended: "failed", code: error.code, message: `${error.message}${hint}` };
  }
}

/** The outcome in words that follow "the run". */
export function describeOutcome(outcome: Outcome): string {
  if (outcome.ended === "failed") return `failed (${outcome.code}): ${outcome.message}`;
  return outcome.ended === "hung" ? "did not end" : "ended well";
}
