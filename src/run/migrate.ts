import type { Settings } from "../config";
import { openSession } from "../database/connection";
import { readLastId } from "../database/history";
import { createHistoryTable } from "../database/history-table";
import { acquireLock, type Lock, releaseLock } from "../database/lock";
import type { Session } from "../database/session";
import { type Folder, readMigrations, requireMigrations } from "../files/read-migrations";
import { makePlan, type Plan, type Step } from "../plan/plan";
import type { Target } from "../plan/target";
import type { Emit, StepName } from "./events";
import { readHistoryState } from "./history-state";
import { readIdentity } from "./identity";
import { type PlannedStep, planText } from "./planned-sql";
import { createScans, type Scans } from "./scans";
import { runStep, type StepResult } from "./step";
import { withTranslatedErrors } from "./translate-error";

export interface RunOptions {
  /** Print the plan with its SQL and stop; nothing is written, not even the history table. */
  readonly dryRun?: boolean;
  readonly allowOutOfOrder?: boolean;
  readonly allowAhead?: boolean;
  /** Milliseconds to wait for another runner; default 300,000. */
  readonly lockTimeoutMs?: number;
  /** Aborted: the current statement ends and is recorded, then the run stops with `interrupted`. */
  readonly signal?: AbortSignal;
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

/**
 * Applies or reverts migrations up to a target. What is planned under the lock is what runs.
 * @throws RefusedError, StatementError, MigrateError; whatever was applied by then is recorded
 */
export async function migrate(
  settings: Settings,
  direction: "up" | "down",
  target: Target | null,
  options: RunOptions = {},
): Promise<RunResult> {
  const folder = readMigrations(settings.dir);
  if (direction === "up" && options.allowAhead !== true) requireMigrations(folder);
  return await withTranslatedErrors(async () => {
    const run = await openRun(settings, direction, folder, options);
    try {
      return await migrateIn(run, target);
    } finally {
      await run.close();
    }
  });
}

/** One invocation: its session may be replaced by a fresh one between two migrations. */
interface Run {
  readonly settings: Settings;
  readonly direction: "up" | "down";
  readonly folder: Folder;
  readonly options: RunOptions;
  readonly emit: Emit;
  readonly scans: Scans;
  session: Session;
  lock: Lock | null;
  close(): Promise<void>;
}

async function openRun(
  settings: Settings,
  direction: "up" | "down",
  folder: Folder,
  options: RunOptions,
): Promise<Run> {
  const session = await openSession(settings.database);
  const run: Run = {
    settings,
    direction,
    folder,
    options,
    emit: options.emit ?? (() => {}),
    scans: createScans(settings, session),
    session,
    lock: null,
    async close() {
      if (run.lock !== null) await releaseLock(run.session, run.lock);
      await run.session.close();
    },
  };
  return run;
}

async function migrateIn(run: Run, target: Target | null): Promise<RunResult> {
  const { emit, options, settings } = run;
  // The first look is without the lock: when nothing is to be done there is nothing to wait for.
  const { exists, rows } = await readHistoryState(run.session, settings.table);
  const first = makePlan(run.direction, run.folder.migrations, rows, target, options);
  for (const message of [...run.folder.warnings, ...first.warnings]) emit({ event: "warning", message });
  await run.scans.refuseProblems(first.steps);
  const outcome = { direction: run.direction, from: first.from, to: first.to, warnings: first.warnings };
  if (options.dryRun === true) {
    return { ...outcome, steps: [], planned: await planText(first.steps, run.session.server) };
  }
  if (first.steps.length === 0) return { ...outcome, steps: [], planned: null };
  await lockRun(run);
  if (!exists) await createHistoryTable(run.session, settings.table);
  const { steps, plan } = await runPlans(run, target);
  return { ...outcome, from: plan.from, to: plan.to, steps, planned: null };
}

async function lockRun(run: Run): Promise<void> {
  run.lock = await acquireLock(run.session, run.settings.table, {
    timeoutMs: run.options.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
    onWait: (holder) => run.emit({ event: "waiting-for-lock", holder }),
  });
}

/** Plans under the lock and runs the plan; plans again when another runner came in between two migrations. */
async function runPlans(run: Run, target: Target | null): Promise<{ steps: StepResult[]; plan: Plan }> {
  const steps: StepResult[] = [];
  let goal = target;
  let firstPlan: Plan | null = null;
  for (;;) {
    const { rows } = await readHistoryState(run.session, run.settings.table);
    const plan = makePlan(run.direction, run.folder.migrations, rows, goal, run.options);
    if (firstPlan === null) run.emit({ event: "plan", steps: plan.steps.map(stepName) });
    firstPlan ??= plan;
    // A number of steps means the same migrations however often it is planned.
    goal = { kind: "version", version: plan.to ?? 0 };
    await run.scans.refuseProblems(plan.steps);
    const { complete } = await runPlan(run, plan, rows.at(-1)?.id ?? 0, steps);
    if (complete) return { steps, plan: { ...plan, from: firstPlan.from } };
  }
}

function stepName({ version, name, direction }: Step): StepName {
  return { version, name, direction };
}

/** @returns whether it ran to its end; if not, the history moved under it and it must be planned again */
async function runPlan(
  run: Run,
  plan: Plan,
  lastId: number,
  results: StepResult[],
): Promise<{ complete: boolean }> {
  const identity = readIdentity();
  let last = lastId;
  for (const [index, step] of plan.steps.entries()) {
    const { session, lock, emit } = run;
    if (lock === null) throw new TypeError("a plan runs under the lock only");
    const context = {
      session,
      lock,
      table: run.settings.table,
      nextId: last + 1,
      identity,
      emit,
      signal: run.options.signal ?? null,
    };
    const { total } = await run.scans.of(step);
    const { result, touched } = await runStep(context, step, total);
    results.push(result);
    if (step.resume === null) last += 1;
    if (index === plan.steps.length - 1) break;
    if (touched && !(await renewSession(run, last))) return { complete: false };
  }
  return { complete: true };
}

/**
 * A new session for the next migration, so that nothing the last one set leaks into it. COM_RESET_CONNECTION
 * would free the lock just the same, and leaves the current database and more as they were.
 * @returns false when another runner wrote to the history while the lock was free
 */
async function renewSession(run: Run, lastId: number): Promise<boolean> {
  await run.close();
  run.lock = null;
  run.session = await openSession(run.settings.database);
  await lockRun(run);
  return (await readLastId(run.session, run.settings.table)) === lastId;
}
