import { refuseExistingTables } from "../history/existing-tables";
import { readHistoryState } from "../history/fold";
import { type HistoryRow, readAppliedLines } from "../history/lines";
import { withStoredMigrations } from "../history/stored-migrations";
import { inspectHistoryTable } from "../history/table";
import { folderOf, type Migration, requireMigrations } from "../migrations/read-migrations";
import { makePlan, makeRedoPlans, planNothing } from "../plan/plan";
import type { Plan, Step } from "../plan/planned";
import { parseTarget, stepsTarget, type Target } from "../plan/target";
import type { Cluster } from "../server/cluster";
import type { Session } from "../server/session";
import { withTranslatedErrors } from "../server/translate-error";
import { openToWrite } from "../server/writer";
import type { Settings } from "../settings/settings";
import type { PlannedStep } from "./planned-sql";
import {
  planAgain,
  type Ran,
  type Ready,
  type Run,
  type RunOptions,
  renewSession,
  runPlans,
  showSteps,
  withReady,
} from "./runner";
import type { StepResult } from "./step";
import { watchForStop } from "./stop";

/** Where to end up, or how far to go; null: as far as it goes, which `down` refuses. */
export type TargetInput = { readonly to: string } | { readonly steps: number } | null;

export interface RunResult {
  readonly direction: "up" | "down";
  /** The version before the run; null: base. */
  readonly from: number | null;
  readonly to: number | null;
  readonly steps: readonly StepResult[];
  /** The plan with its SQL, for a dry run; otherwise null. */
  readonly planned: readonly PlannedStep[] | null;
  readonly warnings: readonly string[];
}

const LOCK_WAIT_MS = 5_000;

/**
 * Applies or reverts migrations up to a target. The plan made under the lock is what runs.
 * @throws RefusedError, StatementError, MigrateError; what was applied by then is recorded
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
    // The first look is without the lock: when there is nothing to do, there is nothing to wait for.
    const { plan, known } = await planFirst(run, direction, target);
    return await carryOut(run, [plan], (ready) => runPlans(ready, planAgain(ready, known, plan)));
  });
}

/** Makes the plan, and returns the migrations it was made from. */
async function planFirst(
  run: Run,
  direction: "up" | "down",
  target: Target | null,
): Promise<{ readonly plan: Plan; readonly known: readonly Migration[] }> {
  const { session, options } = run;
  const { table } = run.settings;
  const { migrations } = run.folder;
  const state = await inspectHistoryTable(session, table);
  if (direction === "up" && target === null && state !== "absent") {
    const plan = planNothing(migrations, await readAppliedLines(session, table));
    if (plan !== null) return { plan, known: migrations };
  }
  const { rows } = await readHistoryState(session, table, state);
  const known = direction === "up" ? migrations : await completeFromHistory(run, rows);
  const plan = makePlan(direction, known, rows, target, options);
  if (direction === "up" && rows.length === 0 && plan.steps.length > 0) await refuseExisting(run);
  return { plan, known };
}

/** Only a first run comes here, so no other run pays for this. */
async function refuseExisting({ session, settings, options }: Run): Promise<void> {
  if (options.allowExisting ?? settings.allowExisting ?? false) return;
  await refuseExistingTables(session, settings);
}

async function completeFromHistory(
  { session, settings, folder }: Run,
  rows: readonly HistoryRow[],
): Promise<readonly Migration[]> {
  return await withStoredMigrations(session, settings.table, folder.migrations, rows);
}

function readTarget(direction: "up" | "down", input: TargetInput): Target | null {
  if (input === null) return null;
  return "to" in input ? parseTarget(input.to) : stepsTarget(direction, input.steps);
}

/**
 * Reverts the newest migration and applies it again. @throws like `migrate`, where possible before anything is reverted
 */
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

async function withRun<T>(
  settings: Settings,
  options: RunOptions,
  body: (run: Run) => Promise<T>,
): Promise<T> {
  // The whole folder is checked before the database is touched.
  const folder = folderOf(settings);
  return await withTranslatedErrors(async () => {
    let cluster: Cluster | undefined;
    const open = async (): Promise<Session> => {
      const opened = await openRunSession(settings, options, cluster);
      cluster = opened.server.cluster;
      return opened;
    };
    const emit = options.emit ?? (() => {});
    const session = await open();
    const running = (): Session | null => (run.lock === null ? null : run.session);
    const watch = watchForStop(options, running, emit);
    const run: Run = { settings, folder, options, emit, open, running, watch, session, lock: null };
    try {
      return await body(run);
    } finally {
      await watch.end();
      await run.session.close();
    }
  });
}

/** @param cluster the kind of cluster that an earlier session found; the server is not asked again */
async function openRunSession(
  settings: Settings,
  options: RunOptions,
  cluster: Cluster | undefined,
): Promise<Session> {
  return await openToWrite(settings.database, {
    ...(cluster === undefined ? {} : { cluster }),
    waitMs: options.waitMs ?? settings.waitMs,
    lockWaitSeconds: Math.max(1, Math.ceil((options.lockWaitMs ?? LOCK_WAIT_MS) / 1000)),
    onWait: (reason) => options.emit?.({ event: "waiting-for-server", reason }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/** Shows plans, or runs them under the lock. */
async function carryOut(
  run: Run,
  plans: readonly Plan[],
  body: (ready: Ready) => Promise<Ran>,
): Promise<RunResult> {
  const [first] = plans;
  if (first === undefined) throw new TypeError("nothing was planned");
  const warnings = [...run.folder.warnings, ...plans.flatMap((plan) => plan.warnings)];
  for (const message of warnings) run.emit({ event: "warning", message });
  const steps = plans.flatMap((plan) => plan.steps);
  const result = { direction: first.direction, from: first.from, to: plans.at(-1)?.to ?? null, warnings };
  const dryRun = run.options.dryRun === true;
  if (steps.length === 0) return { ...result, steps: [], planned: dryRun ? [] : null };
  if (dryRun) return { ...result, steps: [], planned: await showSteps(run, steps) };
  await confirm(run, steps);
  return { ...result, ...(await withReady(run, steps, body)), planned: null };
}

async function confirm(run: Run, steps: readonly Step[]): Promise<void> {
  if (run.options.confirm === undefined) return;
  await run.options.confirm(run.session.database, steps);
  // A person may think for longer than the server keeps an idle session.
  await run.session.close();
  run.session = await run.open();
}
