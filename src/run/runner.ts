import { MigrateError, RefusedError } from "../errors";
import { readHistoryState } from "../history/fold";
import { type HistoryRow, readLastId } from "../history/lines";
import { finishLines } from "../history/several-lines";
import { createHistoryTable } from "../history/table";
import type { Folder, Migration } from "../migrations/read-migrations";
import { foreseeRefusals, type Marked } from "../online/foresee";
import { currentVersion, makePlan } from "../plan/plan";
import type { Plan, Step } from "../plan/planned";
import { foldWith } from "../plan/squashed";
import type { Target } from "../plan/target";
import { acquireLock, type Lock, leaseNews } from "../server/lock";
import { createNonTransactional } from "../server/non-transactional";
import { refuseReplica } from "../server/replica";
import type { Session } from "../server/session";
import type { Settings } from "../settings/settings";
import type { Emit } from "./events";
import { createCompanionsSize } from "./group";
import { createStays } from "./leftovers";
import { isLost } from "./lost";
import { withoutNeverBegun } from "./never-begun";
import { type PlannedStep, planText } from "./planned-sql";
import { createProgressMeter } from "./progress";
import { type Running, runPlan } from "./run-plan";
import { createScans } from "./scans";
import type { StepResult } from "./step";
import { stepName } from "./step-run";
import { isStopping, type StopOptions, type StopWatch } from "./stop";

export interface RunOptions extends StopOptions {
  /** Print the plan with its SQL and stop; nothing is written, not even a history table. */
  readonly dryRun?: boolean;
  readonly allowOutOfOrder?: boolean;
  readonly allowAhead?: boolean;
  /** Begin in a database that has tables and no history; default: as in the settings. */
  readonly allowExisting?: boolean;
  /** Run on a replica or a read-only server, too; default: as in the settings. */
  readonly allowReplica?: boolean;
  /** Milliseconds to wait for another runner; default 300,000. */
  readonly lockTimeoutMs?: number;
  /**
   * Milliseconds to wait for a server that is not up yet or a database that is not there yet; default: as in the
   * settings.
   */
  readonly waitMs?: number;
  /** Milliseconds that a statement waits for its locks before it backs off and tries again; default 5,000. */
  readonly lockWaitMs?: number;
  /**
   * Called with everything that would run, before any of it runs; throws to prevent that. Left out: nobody has to
   * agree.
   */
  readonly confirm?: (database: string, steps: readonly Step[]) => Promise<void>;
  readonly emit?: Emit;
  /** Milliseconds between `progress` events; left out: no such events. */
  readonly progressMs?: number;
}

/** One invocation: its session may be replaced by a fresh one between two migrations. */
export interface Run {
  readonly settings: Settings;
  readonly folder: Folder;
  readonly options: RunOptions;
  readonly emit: Emit;
  /** Opens another session like the first. */
  readonly open: () => Promise<Session>;
  /** The session, while it has the lock: without the lock, a run ends at the first signal and shows no progress. */
  readonly running: () => Session | null;
  readonly watch: StopWatch;
  session: Session;
  /** null while there is nothing to run, or another runner has it. */
  lock: Lock | null;
}

const LOCK_TIMEOUT_MS = 300_000;

/** A run that has something to do. */
export type Ready = Run & Running;

/** The SQL of some steps. @throws RefusedError as `withReady` would */
export async function showSteps(run: Run, steps: readonly Step[]): Promise<readonly PlannedStep[]> {
  await createScans(run.settings, run.session, run.emit).refuseProblems(steps);
  return await planText(steps, run.session.server);
}

/**
 * Makes a run ready for these steps and gives it to the body, under the lock.
 * @throws RefusedError with everything that the steps' files must not contain, before any of them runs; MigrateError as
 * `acquireLock`
 */
export async function withReady<T>(
  run: Run,
  steps: readonly Step[],
  body: (ready: Ready) => Promise<T>,
): Promise<T> {
  const { settings, options, emit } = run;
  const scans = createScans(settings, run.session, emit);
  await scans.refuseProblems(steps);
  await refuseForeseen(run, await scans.marked(steps));
  const meter = createProgressMeter(settings, options.progressMs ?? null, run.running, emit);
  // The same object: its session is closed by the code that opened it, even if it was replaced meanwhile.
  const ready: Ready = Object.assign(run, {
    scans,
    meter,
    nonTransactional: createNonTransactional(),
    companionsSize: createCompanionsSize(),
    stays: createStays(),
    lastId: 0,
    unfinished: [],
  });
  try {
    await refuseReplicaFor(ready);
    const news = leaseNews(run.session, settings.table);
    if (news !== null) emit({ event: "lease", ...news });
    await takeLock(ready);
    return await body(ready);
  } finally {
    await Promise.all([run.watch.end(), meter.end()]);
    await giveBack(ready);
  }
}

/** Asks only about statements marked `online`, so that other runs do not wait for it. */
async function refuseForeseen({ session, settings, open }: Run, marked: readonly Marked[]): Promise<void> {
  if (marked.length === 0 || settings.online === undefined) return;
  const problems = await foreseeRefusals(session, open, settings.online, marked);
  if (problems.length > 0) throw new RefusedError(problems);
}

async function refuseReplicaFor({ session, options, settings }: Ready): Promise<void> {
  if (options.allowReplica !== true && settings.allowReplica !== true) await refuseReplica(session);
}

async function takeLock(run: Ready): Promise<void> {
  run.lock = await acquireLock(run.session, run.settings.table, {
    timeoutMs: run.options.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
    onWait: (holder) => run.emit({ event: "waiting-for-lock", holder }),
    ...(run.options.signal === undefined ? {} : { signal: run.options.signal }),
  });
}

/** Gives the lock back; before that, records what was left to a migration that did not come. */
async function giveBack(run: Ready): Promise<void> {
  // If this fails, the next run finds out by itself.
  await finishLines(run.session, run.unfinished).catch(() => {});
  run.unfinished = [];
  if (run.lock !== null) await run.lock.release();
  run.lock = null;
}

async function closeSession(run: Ready): Promise<void> {
  await giveBack(run);
  await run.session.close();
}

/** What was run, possibly over several plans. */
export interface Ran {
  readonly from: number | null;
  readonly to: number | null;
  readonly steps: readonly StepResult[];
}

export type Planner = (rows: readonly HistoryRow[]) => Plan;

/**
 * Plans again, under the lock, what was planned without it: the same versions, except those that another runner did
 * meanwhile. A number of steps means the same migrations, however often we plan.
 */
export function planAgain(run: Ready, migrations: readonly Migration[], first: Plan): Planner {
  const { direction, to } = first;
  const goal: Target = to === null ? { kind: "base" } : { kind: "version", version: to };
  const wanted = new Set(first.steps.map(({ version }) => version));
  return (rows) => {
    const current = currentVersion(foldWith(migrations, rows)) ?? 0;
    const passed = direction === "up" ? current > (to ?? 0) : current < (to ?? 0);
    if (passed) return { ...first, steps: [], to: current === 0 ? null : current };
    const plan = makePlan(direction, migrations, rows, goal, run.options);
    return { ...plan, steps: plan.steps.filter(({ version }) => wanted.has(version)) };
  };
}

/**
 * Plans under the lock and runs the plan. Plans again when another runner came in between two migrations, and after a
 * lost connection: the new session waits for the old one to end, and then judges what that was doing.
 */
export async function runPlans(run: Ready, plan: Planner): Promise<Ran> {
  const steps: StepResult[] = [];
  const hands = { openBeside: () => openBeside(run), renewSession: () => renewSession(run, run.lastId) };
  let from: number | null | undefined;
  let lostAt = -1;
  for (;;) {
    try {
      const rows = await readOrCreateHistory(run);
      const next = plan(rows);
      run.emit({ event: "plan", steps: next.steps.map(stepName) });
      from = from === undefined ? next.from : from;
      if (await runPlan(run, hands, next, rows, steps)) return { from, to: next.to, steps };
    } catch (error) {
      // Lost twice with no migration done in between: that is not the network.
      if (!isLost(error) || lostAt === steps.length || isStopping(run.options)) throw error;
      lostAt = steps.length;
      await reconnect(run, error);
    }
  }
}

async function readOrCreateHistory(run: Ready): Promise<readonly HistoryRow[]> {
  const { session, lock } = run;
  const { table } = run.settings;
  if (lock === null) throw new TypeError("a plan is made under the lock only");
  const { exists, rows } = await readHistoryState(session, table);
  if (!exists) await createHistoryTable(session, table);
  const begun = await withoutNeverBegun(session, { table, lock }, rows);
  run.lastId = begun.at(-1)?.id ?? 0;
  return begun;
}

/** @throws the first error, when no new session can be opened */
async function reconnect(run: Ready, lost: Error): Promise<void> {
  run.emit({ event: "reconnecting", reason: lost.message });
  try {
    await closeSession(run);
    run.session = await run.open();
    // It may be a former primary, or another server that took over its name.
    await refuseReplicaFor(run);
  } catch {
    throw lost;
  }
  await takeLock(run);
}

/** @throws MigrateError `server-error` when the second connection reached another server; as `openSession` */
async function openBeside(run: Ready): Promise<Session> {
  const beside = await run.open();
  if (beside.server.instance === run.session.server.instance) return beside;
  await beside.close();
  throw new MigrateError("server-error", "The second connection reached another server.");
}

/**
 * A new session for the next migration, so that nothing the last one set leaks into it. COM_RESET_CONNECTION would free
 * the lock, too, but leaves the current database and more as they were.
 * @returns false when another runner wrote to the history while the lock was free
 */
export async function renewSession(run: Ready, lastId: number): Promise<boolean> {
  await closeSession(run);
  run.session = await run.open();
  await takeLock(run);
  return (await readLastId(run.session, run.settings.table)) === lastId;
}
