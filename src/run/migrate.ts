import type { Settings } from "../config";
import { readLastId } from "../database/history";
import { createHistoryTable } from "../database/history-table";
import { acquireLock, type Lock, releaseLock } from "../database/lock";
import type { Session } from "../database/session";
import { openWhenReady } from "../database/wait";
import { type Folder, readMigrations, requireMigrations } from "../files/read-migrations";
import { makePlan, makeRedoPlans, type Plan, type Step } from "../plan/plan";
import { parseTarget, stepsTarget, type Target } from "../plan/target";
import type { Emit, StepName } from "./events";
import { readHistoryState } from "./history-state";
import { readIdentity } from "./identity";
import { type PlannedStep, planText } from "./planned-sql";
import { createScans, type Scans } from "./scans";
import { runStep, type StepResult } from "./step";
import { withTranslatedErrors } from "./translate-error";

/** Where to end up, or how far to go; null: as far as it goes, which `down` refuses. */
export type TargetInput = { readonly to: string } | { readonly steps: number } | null;

export interface RunOptions {
  /** Print the plan with its SQL and stop; nothing is written, not even the history table. */
  readonly dryRun?: boolean;
  readonly allowOutOfOrder?: boolean;
  readonly allowAhead?: boolean;
  /** Milliseconds to wait for another runner; default 300,000. */
  readonly lockTimeoutMs?: number;
  /** Aborted: the current statement ends and is recorded, then the run stops with `interrupted`. */
  readonly signal?: AbortSignal;
  /** Milliseconds to wait for a server that is not up and a database that is not there yet; default: as in the settings. */
  readonly waitMs?: number;
  /** Milliseconds that a statement waits for its locks before it backs off and tries again; default 5,000. */
  readonly lockWaitMs?: number;
  readonly emit?: Emit;
}

export interface RunResult {
  readonly direction: "up" | "down";
  /** Version the database was at before; null: base. */
  readonly from: number | null;
  readonly to: number | null;
  readonly steps: readonly StepResult[];
  /** The plan with its SQL, for a dry run; otherwise null. */
  readonly planned: readonly PlannedStep[] | null;
  readonly warnings: readonly string[];
}

const LOCK_TIMEOUT_MS = 300_000;
const LOCK_WAIT_MS = 5_000;

/**
 * Applies or reverts migrations up to a target. What is planned under the lock is what runs.
 * @throws RefusedError, StatementError, MigrateError; whatever was applied by then is recorded
 */
export async function migrate(
  settings: Settings,
  direction: "up" | "down",
  input: TargetInput,
  options: RunOptions = {},
): Promise<RunResult> {
  const target = readTarget(direction, input);
  return await withRun(settings, options, async (run) => {
    if (direction === "up" && options.allowAhead !== true) requireMigrations(run.folder);
    // The first look is without the lock: when nothing is to be done there is nothing to wait for.
    const { exists, rows } = await readHistoryState(run.session, settings.table);
    const plan = makePlan(direction, run.folder.migrations, rows, target, options);
    return await carryOut(run, { exists, plans: [plan] }, (ready) => runPlans(ready, direction, target));
  });
}

function readTarget(direction: "up" | "down", input: TargetInput): Target | null {
  if (input === null) return null;
  return "to" in input ? parseTarget(input.to) : stepsTarget(direction, input.steps);
}

/** Reverts the newest migration and applies it again.  @throws like `migrate`, before anything is reverted where it can */
export async function redo(settings: Settings, options: RunOptions = {}): Promise<RunResult> {
  return await withRun(settings, options, async (run) => {
    const { exists, rows } = await readHistoryState(run.session, settings.table);
    const { down, up } = makeRedoPlans(run.folder.migrations, rows, options);
    return await carryOut(run, { exists, plans: [down, up] }, async (ready) => {
      const reverted = await runPlans(ready, "down", { kind: "relative", distance: -1 });
      if (reverted.steps.length > 0 && !(await renewSession(ready, ready.lastId))) return reverted;
      const applied = await runPlans(ready, "up", { kind: "version", version: up.to ?? 0 });
      return { ...applied, from: reverted.from, steps: [...reverted.steps, ...applied.steps] };
    });
  });
}

/** One invocation: its session may be replaced by a fresh one between two migrations. */
interface Run {
  readonly settings: Settings;
  readonly folder: Folder;
  readonly options: RunOptions;
  readonly emit: Emit;
  readonly scans: Scans;
  session: Session;
  lock: Lock | null;
  /** Id of the history's newest line, as this run left it. */
  lastId: number;
}

async function withRun<T>(
  settings: Settings,
  options: RunOptions,
  body: (run: Run) => Promise<T>,
): Promise<T> {
  // The folder is judged whole before the database is touched.
  const folder = readMigrations(settings.dir);
  return await withTranslatedErrors(async () => {
    const session = await openRunSession(settings, options);
    const scans = createScans(settings, session);
    const emit = options.emit ?? (() => {});
    const run: Run = { settings, folder, options, emit, scans, session, lock: null, lastId: 0 };
    try {
      return await body(run);
    } finally {
      await closeSession(run);
    }
  });
}

async function openRunSession(settings: Settings, options: RunOptions): Promise<Session> {
  return await openWhenReady(settings.database, {
    waitMs: options.waitMs ?? settings.waitMs,
    lockWaitSeconds: Math.max(1, Math.ceil((options.lockWaitMs ?? LOCK_WAIT_MS) / 1000)),
    onWait: (reason) => options.emit?.({ event: "waiting-for-server", reason }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

async function closeSession(run: Run): Promise<void> {
  if (run.lock !== null) await releaseLock(run.session, run.lock);
  run.lock = null;
  await run.session.close();
}

interface Outlook {
  readonly exists: boolean;
  readonly plans: readonly Plan[];
}

/** Shows plans, or has them run under the lock. */
async function carryOut(
  run: Run,
  { exists, plans }: Outlook,
  body: (run: Run) => Promise<Ran>,
): Promise<RunResult> {
  const [first] = plans;
  if (first === undefined) throw new TypeError("nothing was planned");
  const warnings = [...run.folder.warnings, ...plans.flatMap((plan) => plan.warnings)];
  for (const message of warnings) run.emit({ event: "warning", message });
  const steps = plans.flatMap((plan) => plan.steps);
  await run.scans.refuseProblems(steps);
  const result = { direction: first.direction, from: first.from, to: plans.at(-1)?.to ?? null, warnings };
  if (run.options.dryRun === true) {
    return { ...result, steps: [], planned: await planText(steps, run.session.server) };
  }
  if (steps.length === 0) return { ...result, steps: [], planned: null };
  await takeLock(run);
  if (!exists) await createHistoryTable(run.session, run.settings.table);
  return { ...result, ...(await body(run)), planned: null };
}

async function takeLock(run: Run): Promise<void> {
  run.lock = await acquireLock(run.session, run.settings.table, {
    timeoutMs: run.options.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
    onWait: (holder) => run.emit({ event: "waiting-for-lock", holder }),
    ...(run.options.signal === undefined ? {} : { signal: run.options.signal }),
  });
}

/** What was run, possibly over several plans. */
interface Ran {
  readonly from: number | null;
  readonly to: number | null;
  readonly steps: readonly StepResult[];
}

/** Plans under the lock and runs the plan; plans again when another runner came in between two migrations. */
async function runPlans(run: Run, direction: "up" | "down", target: Target | null): Promise<Ran> {
  const steps: StepResult[] = [];
  let goal = target;
  let from: number | null | undefined;
  for (;;) {
    const { rows } = await readHistoryState(run.session, run.settings.table);
    run.lastId = rows.at(-1)?.id ?? 0;
    const plan = makePlan(direction, run.folder.migrations, rows, goal, run.options);
    await run.scans.refuseProblems(plan.steps);
    run.emit({ event: "plan", steps: plan.steps.map(stepName) });
    from = from === undefined ? plan.from : from;
    // A number of steps means the same migrations however often it is planned.
    goal = plan.to === null ? { kind: "base" } : { kind: "version", version: plan.to };
    if (await runPlan(run, plan, steps)) return { from, to: plan.to, steps };
  }
}

function stepName({ version, name, direction }: Step): StepName {
  return { version, name, direction };
}

/** @returns whether it ran to its end; if not, the history moved under it and it must be planned again */
async function runPlan(run: Run, plan: Plan, results: StepResult[]): Promise<boolean> {
  const identity = readIdentity();
  for (const [index, step] of plan.steps.entries()) {
    const { session, lock, emit } = run;
    if (lock === null) throw new TypeError("a plan runs under the lock only");
    const signal = run.options.signal ?? null;
    const context = {
      session,
      lock,
      table: run.settings.table,
      nextId: run.lastId + 1,
      identity,
      emit,
      signal,
    };
    const { result, touched } = await runStep(context, step, await run.scans.of(step));
    results.push(result);
    if (step.resume === null) run.lastId += 1;
    if (index === plan.steps.length - 1) break;
    if (touched && !(await renewSession(run, run.lastId))) return false;
  }
  return true;
}

/**
 * A new session for the next migration, so that nothing the last one set leaks into it. COM_RESET_CONNECTION
 * would free the lock just the same, and leaves the current database and more as they were.
 * @returns false when another runner wrote to the history while the lock was free
 */
async function renewSession(run: Run, lastId: number): Promise<boolean> {
  await closeSession(run);
  run.session = await openRunSession(run.settings, run.options);
  await takeLock(run);
  return (await readLastId(run.session, run.settings.table)) === lastId;
}
