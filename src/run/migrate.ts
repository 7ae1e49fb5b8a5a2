import type { Settings } from "../config";
import { type HistoryRow, readLastId } from "../database/history";
import { recordProgress, type Unfinished } from "../database/history-lines";
import { createHistoryTable } from "../database/history-table";
import { acquireLock, type Lock, releaseLock } from "../database/lock";
import { isConnectionLost } from "../database/server-errors";
import type { Session } from "../database/session";
import { openWhenReady } from "../database/wait";
import { MigrateError } from "../errors";
import { type Folder, type Migration, readMigrations, requireMigrations } from "../files/read-migrations";
import { foldHistory } from "../plan/fold-history";
import { currentVersion, makePlan, makeRedoPlans, type Plan, type Step } from "../plan/plan";
import { parseTarget, stepsTarget, type Target } from "../plan/target";
import type { Emit, StepName } from "./events";
import { stoppedBefore } from "./failures";
import { readHistoryState } from "./history-state";
import { readIdentity } from "./identity";
import { type PlannedStep, planText } from "./planned-sql";
import { createProgressMeter, type ProgressMeter } from "./progress";
import { withStoredMigrations } from "./restore";
import { createScans, type Scans } from "./scans";
import { runStep, type StepResult } from "./step";
import { isStopping, type StopOptions, watchForStop } from "./stop";
import { withTranslatedErrors } from "./translate-error";

/** Where to end up, or how far to go; null: as far as it goes, which `down` refuses. */
export type TargetInput = { readonly to: string } | { readonly steps: number } | null;

export interface RunOptions extends StopOptions {
  /** Print the plan with its SQL and stop; nothing is written, not even the history table. */
  readonly dryRun?: boolean;
  readonly allowOutOfOrder?: boolean;
  readonly allowAhead?: boolean;
  /** Milliseconds to wait for another runner; default 300,000. */
  readonly lockTimeoutMs?: number;
  /** Milliseconds to wait for a server that is not up and a database that is not there yet; default: as in the settings. */
  readonly waitMs?: number;
  /** Milliseconds that a statement waits for its locks before it backs off and tries again; default 5,000. */
  readonly lockWaitMs?: number;
  readonly emit?: Emit;
  /** Milliseconds between `progress` events; left out: there are none. */
  readonly progressMs?: number;
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
    const { rows } = await readHistoryState(run.session, settings.table);
    const { migrations } = run.folder;
    const known =
      direction === "up"
        ? migrations
        : await withStoredMigrations(run.session, settings.table, migrations, rows);
    const plan = makePlan(direction, known, rows, target, options);
    return await carryOut(run, [plan], (ready) => runPlans(ready, planAgain(ready, known, plan)));
  });
}

function readTarget(direction: "up" | "down", input: TargetInput): Target | null {
  if (input === null) return null;
  return "to" in input ? parseTarget(input.to) : stepsTarget(direction, input.steps);
}

/** Reverts the newest migration and applies it again.  @throws like `migrate`, before anything is reverted where it can */
export async function redo(settings: Settings, options: RunOptions = {}): Promise<RunResult> {
  return await withRun(settings, options, async (run) => {
    const { rows } = await readHistoryState(run.session, settings.table);
    const { down, up } = makeRedoPlans(run.folder.migrations, rows, options);
    return await carryOut(run, [down, up], async (ready) => {
      const reverted = await runPlans(ready, planAgain(ready, run.folder.migrations, down));
      if (reverted.steps.length > 0 && !(await renewSession(ready, ready.lastId))) return reverted;
      const applied = await runPlans(ready, planAgain(ready, run.folder.migrations, up));
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
  readonly meter: ProgressMeter;
  session: Session;
  lock: Lock | null;
  /** Id of the history's newest line, as this run left it. */
  lastId: number;
  /** The migration that ran last, when its record was left to the next one. */
  unfinished: Unfinished | null;
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
    const emit = options.emit ?? (() => {});
    const scans = createScans(settings, session, emit);
    // What is not under the lock ends by the first signal, and has no progress.
    const running = (): Session | null => (run.lock === null ? null : run.session);
    const meter = createProgressMeter(settings, options.progressMs ?? null, running, emit);
    const run: Run = {
      settings,
      folder,
      options,
      emit,
      scans,
      meter,
      session,
      lock: null,
      lastId: 0,
      unfinished: null,
    };
    const watch = watchForStop(settings, options, running, emit);
    try {
      return await body(run);
    } finally {
      await Promise.all([watch.end(), run.meter.end()]);
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
  // There was no next migration after all. Where this fails the next run finds out by itself.
  if (run.unfinished !== null) {
    await recordProgress(run.session, run.unfinished.line, run.unfinished.progress).catch(() => {});
    run.unfinished = null;
  }
  if (run.lock !== null) await releaseLock(run.session, run.lock);
  run.lock = null;
  await run.session.close();
}

/** Shows plans, or has them run under the lock. */
async function carryOut(
  run: Run,
  plans: readonly Plan[],
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

type Planner = (rows: readonly HistoryRow[]) => Plan;

/**
 * Plans again for what was planned without the lock: the same versions, less what another runner did meanwhile. A
 * number of steps means the same migrations however often it is planned.
 */
function planAgain(run: Run, migrations: readonly Migration[], first: Plan): Planner {
  const { direction, to } = first;
  const goal: Target = to === null ? { kind: "base" } : { kind: "version", version: to };
  const wanted = new Set(first.steps.map(({ version }) => version));
  return (rows) => {
    const current = currentVersion(foldHistory(rows)) ?? 0;
    const passed = direction === "up" ? current > (to ?? 0) : current < (to ?? 0);
    if (passed) return { ...first, steps: [], to: current === 0 ? null : current };
    const plan = makePlan(direction, migrations, rows, goal, run.options);
    return { ...plan, steps: plan.steps.filter(({ version }) => wanted.has(version)) };
  };
}

/**
 * Plans under the lock and runs the plan. Plans again when another runner came in between two migrations, and after
 * a lost connection: the new session waits for the old one to end, and what it was doing is judged.
 */
async function runPlans(run: Run, plan: Planner): Promise<Ran> {
  const steps: StepResult[] = [];
  let from: number | null | undefined;
  let lostAt = -1;
  for (;;) {
    try {
      const rows = await readOrCreateHistory(run);
      const next = plan(rows);
      run.emit({ event: "plan", steps: next.steps.map(stepName) });
      from = from === undefined ? next.from : from;
      if (await runPlan(run, next, steps)) return { from, to: next.to, steps };
    } catch (error) {
      // Twice without a migration done in between: it is not the network.
      if (!isLost(error) || lostAt === steps.length || isStopping(run.options)) throw error;
      lostAt = steps.length;
      await reconnect(run, error);
    }
  }
}

async function readOrCreateHistory(run: Run): Promise<readonly HistoryRow[]> {
  const { exists, rows } = await readHistoryState(run.session, run.settings.table);
  if (!exists) await createHistoryTable(run.session, run.settings.table);
  run.lastId = rows.at(-1)?.id ?? 0;
  return rows;
}

function isLost(error: unknown): error is Error {
  return error instanceof MigrateError ? error.code === "connection-lost" : isConnectionLost(error);
}

/** @throws the first error, when there is no new session to be had */
async function reconnect(run: Run, lost: Error): Promise<void> {
  run.emit({ event: "reconnecting", reason: lost.message });
  try {
    await closeSession(run);
    run.session = await openRunSession(run.settings, run.options);
  } catch {
    throw lost;
  }
  await takeLock(run);
}

function stepName({ version, name, direction }: Step): StepName {
  return { version, name, direction };
}

/** @returns whether it ran to its end; if not, the history moved under it and it must be planned again */
async function runPlan(run: Run, plan: Plan, results: StepResult[]): Promise<boolean> {
  const identity = readIdentity();
  const earlier = results.length;
  for (const [index, step] of plan.steps.entries()) {
    const { session, lock, emit } = run;
    if (lock === null) throw new TypeError("a plan runs under the lock only");
    const last = index === plan.steps.length - 1;
    if (isStopping(run.options)) throw stoppedBefore(step, results.length);
    const context = {
      session,
      lock,
      table: run.settings.table,
      nextId: run.lastId + 1,
      unfinished: run.unfinished,
      // A run that is about to stop leaves nothing to a migration that it will not come to.
      get followed() {
        return !last && !isStopping(run.options);
      },
      identity,
      emit,
      stop: run.options,
      meter: run.meter,
    };
    run.unfinished = null;
    const scan = await run.scans.of(step);
    run.meter.begin(stepName(step), {
      migration: earlier + index + 1,
      migrations: earlier + plan.steps.length,
      statements: scan.total,
      totalBytes: step.file.bytes,
    });
    const { result, touched, unfinished } = await runStep(context, step, scan);
    run.unfinished = unfinished;
    run.meter.done();
    // After a lost connection the one before may have had to be taken up again, only to be recorded.
    const before = results.at(-1);
    if (before?.version === result.version && before.direction === result.direction) results.pop();
    results.push(result);
    if (step.resume === null) run.lastId += 1;
    if (last) break;
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
