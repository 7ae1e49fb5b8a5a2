import { setMaxListeners } from "node:events";
import { MigrateError } from "../errors";
import { type Folder, folderOf, type WithFolder } from "../migrations/read-migrations";
import type { RunEvent } from "../run/events";
import type { OneDatabase } from "../settings/databases";
import type { ServerSettings, Settings } from "../settings/settings";
import { type OptionTable, usageError } from "../verbs/options";
import type { Command, Context, OverMany } from "../verbs/verb";
import { decideNext, type Limits } from "./next";
import { asOneOfMany, refuseForMany } from "./refusals";
import { type DatabaseResult, type FleetEvent, type FleetResult, sumUp } from "./result";

/** A verb that can work on many databases. */
export type ManyCommand<O extends OptionTable, R> = Command<O, R> & { readonly overMany: OverMany<R> };

/** A verb as one that can work on many databases.  @throws MigrateError `usage` when it cannot */
export function forMany<O extends OptionTable, R>(command: Command<O, R>): ManyCommand<O, R> {
  const { overMany } = command;
  if (overMany === undefined) throw usageError(command.name, `${command.name} works on one database.`);
  return { ...command, overMany };
}

/** The databases, and how to work on them. */
export interface Fleet {
  /** Called after the folder has been checked. */
  readonly databases: () => Promise<readonly OneDatabase[]>;
  /** What is the same for all of them. */
  readonly settings: ServerSettings;
  readonly limits: Limits;
  readonly tell: (event: FleetEvent) => void;
}

/**
 * Runs a verb over many databases, on each as if it were the only one. A failure of one is a result, not an error.
 * @throws MigrateError, RefusedError for problems of the folder or the options, before any server is contacted; as
 *   `fleet.databases`
 */
export async function runFleet<O extends OptionTable, R>(
  command: ManyCommand<O, R>,
  context: Context<O>,
  fleet: Fleet,
): Promise<FleetResult<R>> {
  const { limits, settings, tell } = fleet;
  refuseForMany(command.name, context);
  const folder = command.overMany.readsFolder ? folderOf(settings) : null;
  const databases = await fleet.databases();
  tell({ event: "databases", databases: databases.map(({ label }) => label), total: databases.length });
  const results = databases.map(({ label }) => notBegun<R>(label));
  const running = new Set<Promise<void>>();
  const standing = { total: databases.length, begun: 0, ended: 0, failed: 0, canaryFailed: false };

  async function work(one: OneDatabase, place: number): Promise<void> {
    tell({ event: "database-started", database: one.label });
    const result = await runOne(
      command,
      contextFor(one, { ...context, ...stop.signals }, fleet, folder),
      one,
    );
    results[place] = result;
    standing.ended++;
    if (result.outcome !== "done") {
      standing.failed++;
      standing.canaryFailed ||= place < limits.canary;
    }
    const { result: _, error, ...rest } = result;
    const why = error === null ? null : { code: codeOf(error), message: error.message };
    tell({ event: "database-done", ...rest, error: why, total: standing.total, ended: standing.ended });
  }

  const stop = relaySignals(context, (kill) => {
    if (running.size > 0) tell({ event: "stopping", kill });
  });
  try {
    for (;;) {
      const next = decideNext({ ...standing, stopping: context.signal.aborted }, limits);
      if (next === "end") return sumUp(results);
      if (next === "wait") {
        await Promise.race(running);
        continue;
      }
      const place = standing.begun++;
      const one = databases[place];
      if (one === undefined) throw new TypeError("there are fewer databases than were counted");
      const job: Promise<void> = work(one, place).finally(() => running.delete(job));
      running.add(job);
    }
  } finally {
    stop.end();
    await Promise.allSettled(running);
  }
}

/** Passes the signals on to any number of listeners; a signal is reported once, not by each running database. */
function relaySignals(
  { signal, killSignal }: Signals,
  told: (kill: boolean) => void,
): { readonly signals: Signals; end(): void } {
  const [stop, kill] = [new AbortController(), new AbortController()];
  setMaxListeners(0, stop.signal, kill.signal);
  const onStop = (): void => {
    told(false);
    stop.abort();
  };
  const onKill = (): void => {
    told(true);
    kill.abort();
  };
  if (signal.aborted) stop.abort();
  if (killSignal.aborted) kill.abort();
  signal.addEventListener("abort", onStop, { once: true });
  killSignal.addEventListener("abort", onKill, { once: true });
  return {
    signals: { signal: stop.signal, killSignal: kill.signal },
    end() {
      signal.removeEventListener("abort", onStop);
      killSignal.removeEventListener("abort", onKill);
    },
  };
}

type Signals = Pick<Context<OptionTable>, "signal" | "killSignal">;

/** The context of a verb that works on one of many databases. */
function contextFor<O extends OptionTable>(
  { label, database }: OneDatabase,
  context: Context<O>,
  { settings, tell }: Fleet,
  folder: Folder | null,
): Context<O> {
  const { server: _, ...rest } = settings;
  const own: WithFolder<Settings> = { ...rest, database, ...(folder === null ? {} : { folder }) };
  return {
    ...context,
    settings: () => own,
    // Several databases at once would ask on one terminal.
    ask: async () => null,
    emit(event) {
      if (event.event !== "stopping") tell({ ...event, database: label });
    },
  };
}

async function runOne<O extends OptionTable, R>(
  command: ManyCommand<O, R>,
  context: Context<O>,
  one: OneDatabase,
): Promise<DatabaseResult<R>> {
  const { label: database } = one;
  const startedMs = performance.now();
  let done = 0;
  let reached: number | null = null;
  const emit = (event: RunEvent): void => {
    if (event.event === "step-done") {
      done++;
      reached = event.direction === "up" ? event.version : null;
    }
    context.emit(event);
  };
  const took = (): number => Math.round(performance.now() - startedMs);
  try {
    const result = await command.run({ ...context, emit });
    const { state, from, to, migrations } = command.overMany.brief(result);
    const spent = { durationMs: took(), error: null, result };
    return { database, outcome: "done", state, from, to, migrations, ...spent };
  } catch (thrown) {
    const error = asOneOfMany(thrown, one);
    // A mistake in the command line would be the same for each database.
    if (codeOf(error) === "usage") throw error;
    const outcome = codeOf(error) === "interrupted" ? "interrupted" : "failed";
    const where = { from: null, to: reached, migrations: done };
    return { database, outcome, state: outcome, ...where, durationMs: took(), error, result: null };
  }
}

function notBegun<R>(database: string): DatabaseResult<R> {
  const nothing = { from: null, to: null, migrations: 0, durationMs: null, error: null, result: null };
  return { database, outcome: "not-begun", state: "not begun", ...nothing };
}

function codeOf(error: Error): string {
  return error instanceof MigrateError ? error.code : "internal";
}
