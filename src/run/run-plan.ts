import { findInVain } from "../history/fold";
import type { HistoryRow } from "../history/lines";
import { type Identity, readIdentity } from "../history/record";
import { finishLines } from "../history/several-lines";
import type { Unfinished } from "../history/writer";
import type { Plan, Step } from "../plan/planned";
import type { Lock } from "../server/lock";
import type { NonTransactional } from "../server/non-transactional";
import type { Session } from "../server/session";
import type { Settings } from "../settings/settings";
import type { Emit } from "./events";
import { stoppedBefore } from "./failures";
import { gatherSteps, type WholeFile } from "./gather-steps";
import type { BatchSize } from "./group";
import type { Leftovers, Stays } from "./leftovers";
import type { ProgressMeter } from "./progress";
import type { Scans } from "./scans";
import { runStep, type StepResult } from "./step";
import { createFileReader, type FileReader } from "./step-files";
import { type StepContext, stepName } from "./step-run";
import { runStepsTogether } from "./steps-together";
import { isStopping, type StopOptions } from "./stop";

/** What a run keeps while it carries out its plans. */
export interface Running {
  readonly settings: Pick<Settings, "table" | "online">;
  readonly options: StopOptions & { readonly lockWaitMs?: number };
  readonly emit: Emit;
  readonly session: Session;
  readonly lock: Lock | null;
  readonly scans: Scans;
  readonly meter: ProgressMeter;
  readonly nonTransactional: NonTransactional;
  readonly companionsSize: BatchSize;
  /** Whether its session can go on behind a migration that leaves this. */
  readonly stays: Stays;
  /** Id of the history's newest line, as this run left it. */
  lastId: number;
  /** The last migrations, when their record was left to the next one. */
  unfinished: readonly Unfinished[];
}

/** What only the runner can do with its sessions. */
export interface Hands {
  /** Opens a second session, on the same server. */
  readonly openBeside: () => Promise<Session>;
  /** @returns false when another runner wrote to the history meanwhile */
  readonly renewSession: () => Promise<boolean>;
}

/** A plan that is being run. */
interface Going {
  readonly run: Running;
  readonly hands: Hands;
  readonly steps: readonly Step[];
  /** The history as it was before the plan. */
  readonly rows: readonly HistoryRow[];
  readonly identity: Identity;
  readonly reader: FileReader;
  readonly results: StepResult[];
  /** How many results earlier plans had. */
  readonly earlier: number;
}

/**
 * @param results what ran before; this plan's results are added
 * @returns whether it ran to its end; if not, the history has changed meanwhile and we must plan again
 */
export async function runPlan(
  run: Running,
  hands: Hands,
  { steps }: Plan,
  rows: readonly HistoryRow[],
  results: StepResult[],
): Promise<boolean> {
  const { noBackslashEscapes } = run.session.server;
  const reader = createFileReader(steps, { noBackslashEscapes, onRead: run.meter.read });
  const earlier = results.length;
  const going: Going = { run, hands, steps, rows, identity: readIdentity(), reader, results, earlier };
  let at = 0;
  for (let step = steps[at]; step !== undefined; step = steps[at]) {
    if (isStopping(run.options)) throw stoppedBefore(step, results.length);
    const { maxPacketBytes } = run.session.server;
    const tools = { reader, scan: run.scans.of };
    const several = await gatherSteps(steps, at, tools, run.companionsSize.statements, maxPacketBytes);
    const leftovers =
      several.length > 0 ? await runSeveral(going, at, several) : await runOne(going, at, step);
    at += Math.max(several.length, 1);
    if (at === steps.length || (await run.stays(run.session, leftovers))) continue;
    if (!(await hands.renewSession())) return false;
  }
  return true;
}

/** @returns what the session has that another migration must not see */
async function runOne(going: Going, at: number, step: Step): Promise<Leftovers> {
  const { run, results } = going;
  const scan = await run.scans.of(step);
  const context = contextOf(going, at, step, 0);
  beginMeter(going, at, step, scan.total);
  run.unfinished = [];
  const { result, leftovers, unfinished } = await runStep(context, step, scan);
  run.unfinished = unfinished;
  run.meter.done();
  // After a lost connection the previous migration may have been resumed only to record it.
  const before = results.at(-1);
  if (before?.version === result.version && before.direction === result.direction) results.pop();
  results.push(result);
  if (step.resume === null) run.lastId += 1;
  return leftovers;
}

/** Runs files that are announced together; they leave the session as it was. */
async function runSeveral(going: Going, from: number, files: readonly WholeFile[]): Promise<Leftovers> {
  const { run, results, steps, reader } = going;
  const members = files.map((file, place) => {
    const { step, scan } = file;
    const context = contextOf(going, from + place, step, place);
    // One for all of them.
    const onAdded = place === 0 ? () => reader.readAhead(files.length) : () => {};
    return {
      ...file,
      context: { ...context, onAdded },
      begins: () => beginMeter(going, from + place, step, scan.total),
    };
  });
  run.unfinished = [];
  const startedMs = performance.now();
  const done = await runStepsTogether(members);
  const statements = files.reduce((sum, { works }) => sum + works.length, 0);
  run.companionsSize.learn(statements, performance.now() - startedMs);
  run.unfinished = done.unfinished;
  run.lastId += files.length;
  results.push(...done.results);
  const isLast = from + files.length === steps.length;
  if (isLast || isStopping(run.options)) {
    await finishLines(run.session, run.unfinished);
    run.unfinished = [];
  }
  return "nothing";
}

/** @param place position among the steps that are announced together */
function contextOf(going: Going, at: number, step: Step, place: number): StepContext {
  const { run, hands, steps, rows, identity, reader } = going;
  const { session, lock } = run;
  if (lock === null) throw new TypeError("a plan runs under the lock only");
  const last = at === steps.length - 1;
  return {
    session,
    lock,
    table: run.settings.table,
    nextId: run.lastId + 1 + place,
    unfinished: place === 0 ? run.unfinished : [],
    inVain: findInVain(rows, step.version, step.direction),
    openBehind: step.resume === null ? [] : intentsBehind(rows, step.resume.row),
    // A run that is about to stop leaves nothing to a migration that it will not reach.
    get followed() {
      return !last && !isStopping(run.options);
    },
    identity,
    emit: run.emit,
    stop: run.options,
    meter: run.meter,
    nonTransactional: run.nonTransactional,
    companionsSize: run.companionsSize,
    files: reader.take(step),
    online:
      run.settings.online === undefined
        ? null
        : { settings: run.settings.online, lockWaitMs: run.options.lockWaitMs ?? null },
    openBeside: hands.openBeside,
    onAdded: () => reader.readAhead(1),
  };
}

function intentsBehind(rows: readonly HistoryRow[], { id }: HistoryRow): StepContext["openBehind"] {
  return rows.filter((row) => row.id > id && row.finishedAt === null).flatMap(({ intent }) => intent ?? []);
}

function beginMeter({ run, earlier, steps }: Going, at: number, step: Step, statements: number): void {
  run.meter.begin(stepName(step), {
    migration: earlier + at + 1,
    migrations: earlier + steps.length,
    statements,
    totalBytes: step.file.bytes,
  });
}
