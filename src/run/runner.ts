import { MigrateError } from "../errors";
import { findInVain, foldHistory, readHistoryState } from "../history/fold";
import { type HistoryRow, readLastId } from "../history/lines";
import { readIdentity } from "../history/record";
import { createHistoryTable } from "../history/table";
import { recordProgress, type Unfinished } from "../history/writer";
import type { Folder, Migration } from "../migrations/read-migrations";
import { currentVersion, makePlan } from "../plan/plan";
import type { Plan, Step } from "../plan/planned";
import type { Target } from "../plan/target";
import { acquireLock, type Lock, leaseNews } from "../server/lock";
import { createNonTransactional, type NonTransactional } from "../server/non-transactional";
import { refuseReplica } from "../server/replica";
import type { Session } from "../server/session";
import type { Settings } from "../settings/settings";
import type { Emit } from "./events";
import { stoppedBefore } from "./failures";
import { type BatchSize, createCompanionsSize } from "./group";
import { isLost } from "./lost";
import { type PlannedStep, planText } from "./planned-sql";
import { createProgressMeter, type ProgressMeter } from "./progress";
import { createScans, type Scans } from "./scans";
import { runStep, type StepResult } from "./step";
import { createFileReader } from "./step-files";
import { stepName } from "./step-run";
import { isStopping, type StopOptions, type StopWatch } from "./stop";

export interface RunOptions extends StopOptions {
  /** Print the plan with its SQL and stop; nothing is written, not even the history table. */
  readonly dryRun?: boolean;
  readonly allowOutOfOrder?: boolean;
  readonly allowAhead?: boolean;
  /** Begin in a database that has tables and no history; default: as in the settings. */
  readonly allowExisting?: boolean;
  /** Run on a replica or a read-only server, too; default: as in the settings. */
  readonly allowReplica?: boolean;
  /** Milliseconds to wait for another runner; default 300,000. */
  readonly lockTimeoutMs?: number;
  /** Milliseconds to wait for a server that is not up and a database that is not there yet; default: as in the settings. */
  readonly waitMs?: number;
  /** Milliseconds that a statement waits for its locks before it backs off and tries again; default 5,000. */
  readonly lockWaitMs?: number;
  /** Asked before anything is run, with all of it; throws when it shall not be. Left out: nobody has to agree. */
  readonly confirm?: (database: string, steps: readonly Step[]) => Promise<void>;
  readonly emit?: Emit;
  /** Milliseconds between `progress` events; left out: there are none. */
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
  /** The session, while it is under the lock: what is not ends by the first signal, and has no progress. */
  readonly running: () => Session | null;
  readonly watch: StopWatch;
  session: Session;
  /** null while nothing is to be run, or another runner does. */
  lock: Lock | null;
}

const LOCK_TIMEOUT_MS = 300_000;

/** A run that has something to do. */
export interface Ready extends Run {
  readonly scans: Scans;
  readonly meter: ProgressMeter;
  readonly nonTransactional: NonTransactional;
  readonly companionsSize: BatchSize;
  /** Id of the history's newest line, as this run left it. */
  lastId: number;
  /** The migration that ran last, when its record was left to the next one. */
  unfinished: Unfinished | null;
}

/** The SQL of steps.  @throws RefusedError as `withReady` would */
export async function showSteps(run: Run, steps: readonly Step[]): Promise<readonly PlannedStep[]> {
  await createScans(run.settings, run.session, run.emit).refuseProblems(steps);
  return await planText(steps, run.session.server);
}

/**
 * Makes a run ready for these steps and gives it to the body, under the lock.
 * @throws RefusedError with what no file of a step may have in it, before any of them runs; MigrateError as `acquireLock`
 */
export async function withReady<T>(
  run: Run,
  steps: readonly Step[],
  body: (ready: Ready) => Promise<T>,
): Promise<T> {
  const { settings, options, emit } = run;
  const scans = createScans(settings, run.session, emit);
  await scans.refuseProblems(steps);
  const meter = createProgressMeter(settings, options.progressMs ?? null, run.running, emit);
  // The same object: whoever opened its session closes the one that it has in the end.
  const ready: Ready = Object.assign(run, {
    scans,
    meter,
    nonTransactional: createNonTransactional(),
    companionsSize: createCompanionsSize(),
    lastId: 0,
    unfinished: null,
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

/** Gives the lock back, and records before that what was left to a migration that did not come. */
async function giveBack(run: Ready): Promise<void> {
  // Where this fails the next run finds out by itself.
  if (run.unfinished !== null) {
    const { line, believed, progress } = run.unfinished;
    await recordProgress(run.session, line, [believed], progress).catch(() => {});
    run.unfinished = null;
  }
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
 * Plans again for what was planned without the lock: the same versions, less what another runner did meanwhile. A
 * number of steps means the same migrations however often it is planned.
 */
export function planAgain(run: Ready, migrations: readonly Migration[], first: Plan): Planner {
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
export async function runPlans(run: Ready, plan: Planner): Promise<Ran> {
  const steps: StepResult[] = [];
  let from: number | null | undefined;
  let lostAt = -1;
  for (;;) {
    try {
      const rows = await readOrCreateHistory(run);
      const next = plan(rows);
      run.emit({ event: "plan", steps: next.steps.map(stepName) });
      from = from === undefined ? next.from : from;
      if (await runPlan(run, next, rows, steps)) return { from, to: next.to, steps };
    } catch (error) {
      // Twice without a migration done in between: it is not the network.
      if (!isLost(error) || lostAt === steps.length || isStopping(run.options)) throw error;
      lostAt = steps.length;
      await reconnect(run, error);
    }
  }
}

async function readOrCreateHistory(run: Ready): Promise<readonly HistoryRow[]> {
  const { exists, rows } = await readHistoryState(run.session, run.settings.table);
  if (!exists) await createHistoryTable(run.session, run.settings.table);
  run.lastId = rows.at(-1)?.id ?? 0;
  return rows;
}

/** @throws the first error, when there is no new session to be had */
async function reconnect(run: Ready, lost: Error): Promise<void> {
  run.emit({ event: "reconnecting", reason: lost.message });
  try {
    await closeSession(run);
    run.session = await run.open();
    // It may be a former primary's, or another server's that took its name over.
    await refuseReplicaFor(run);
  } catch {
    throw lost;
  }
  await takeLock(run);
}

/** @returns whether it ran to its end; if not, the history moved under it and it must be planned again */
async function runPlan(
  run: Ready,
  plan: Plan,
  rows: readonly HistoryRow[],
  results: StepResult[],
): Promise<boolean> {
  const identity = readIdentity();
  const earlier = results.length;
  const { noBackslashEscapes } = run.session.server;
  const reader = createFileReader(plan.steps, { noBackslashEscapes, onRead: run.meter.read });
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
      inVain: findInVain(rows, step.version, step.direction),
      // A run that is about to stop leaves nothing to a migration that it will not come to.
      get followed() {
        return !last && !isStopping(run.options);
      },
      identity,
      emit,
      stop: run.options,
      meter: run.meter,
      nonTransactional: run.nonTransactional,
      companionsSize: run.companionsSize,
      files: reader.take(step),
      openBeside: () => openBeside(run),
      onAdded: reader.readAhead,
    };
    const scan = await run.scans.of(step);
    run.meter.begin(stepName(step), {
      migration: earlier + index + 1,
      migrations: earlier + plan.steps.length,
      statements: scan.total,
      totalBytes: step.file.bytes,
    });
    run.unfinished = null;
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

/** @throws MigrateError `server-error` when the second connection reached another server; as `openSession` */
async function openBeside(run: Ready): Promise<Session> {
  const beside = await run.open();
  if (beside.server.instance === run.session.server.instance) return beside;
  await beside.close();
  throw new MigrateError("server-error", "The second connection reached another server.");
}

/**
 * A new session for the next migration, so that nothing the last one set leaks into it. COM_RESET_CONNECTION
 * would free the lock just the same, and leaves the current database and more as they were.
 * @returns false when another runner wrote to the history while the lock was free
 */
export async function renewSession(run: Ready, lastId: number): Promise<boolean> {
  await closeSession(run);
  run.session = await run.open();
  await takeLock(run);
  return (await readLastId(run.session, run.settings.table)) === lastId;
}
