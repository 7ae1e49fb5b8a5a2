import { answer, type Truth, truthOf } from "./asked";
import type { PointResult, Verdict } from "./figures";
import { databaseOf, type Group, seed, withPlacedGroup } from "./fixture";
import { type ClientCommand, type Cut, type CutMoment, type RunningProxy, withProxy } from "./proxy";
import { type Direction, describeOutcome, type Outcome, runInProcess } from "./runner";
import { type TestServer, withTestDatabase } from "./servers";
import { compareStates, dumpState, type State } from "./state";

export const HISTORY_TABLE = "migration_history";

/** A run that takes this long, in milliseconds, counts as hung. */
export const TIME_LIMIT = 240_000;

/** What is swept: some migrations in one direction on one server, and how that goes when nothing happens. */
export interface Subject {
  readonly server: TestServer;
  readonly direction: Direction;
  readonly group: Group;
  /** Every client command of the uninterrupted run. */
  readonly commands: readonly ClientCommand[];
  /** Name of the database it ran in. */
  readonly database: string;
  /** What it left. */
  readonly reference: State;
}

/** Runs it once without harm and keeps what it did. @throws when even that fails */
export async function observe(server: TestServer, direction: Direction, group: Group): Promise<Subject> {
  return withReadyDatabase(server, direction, group, ({ url, dir }) =>
    withProxy(server, {}, async (proxy) => {
      const outcome = await runInProcess({
        url: proxy.through(url),
        dir,
        direction,
        limit: TIME_LIMIT,
      });
      if (outcome.ended !== "done") {
        throw new Error(
          `${server.family} ${direction} ${group.name}: the plain run ${describeOutcome(outcome)}`,
        );
      }
      const reference = await dumpState(url, { historyTable: HISTORY_TABLE });
      const database = databaseOf(url);
      return { server, direction, group, commands: [...proxy.commands], database, reference };
    }),
  );
}

/** How the first, interrupted run is made; it gets the proxy that will cut it. */
export type FirstRun = (run: {
  proxy: RunningProxy;
  url: string;
  /** The subject's migrations as they are for this database. */
  dir: string;
  subject: Subject;
}) => Promise<Outcome>;

export interface Point {
  readonly subject: Subject;
  readonly command: number;
  readonly moment: CutMoment;
}

export function pointName({ subject, command, moment }: Point): string {
  return `${subject.server.family} ${subject.direction} ${subject.group.name} ${moment} ${command}`;
}

/** Cuts one run at the point, runs once more without a cut, and compares what is left with the reference. */
export async function sweepPoint(point: Point): Promise<PointResult> {
  const { command, moment } = point;
  return checkPoint(point, { cut: { command, moment }, refuseAfterCut: true }, throughProxy);
}

/** Cuts one run at the point and lets it connect again: it must go on by itself. */
export async function reconnectPoint(point: Point): Promise<PointResult> {
  const { command, moment } = point;
  return checkPoint(point, { cut: { command, moment }, mustGoOn: true }, throughProxy);
}

export const throughProxy: FirstRun = ({ proxy, url, dir, subject }) =>
  runInProcess({ url: proxy.through(url), dir, direction: subject.direction, limit: TIME_LIMIT });

/** What happens to a run, and what is right then. */
export interface Interruption {
  readonly cut: Cut;
  /** The server cannot be reached again after the cut. */
  readonly refuseAfterCut?: boolean;
  /** The run must connect again and end well. */
  readonly mustGoOn?: boolean;
  /** Done between the two runs. */
  readonly between?: (url: string) => Promise<void>;
  /** What must be left; the uninterrupted run's state, if not given. */
  readonly reference?: State;
  /** How states are told before they are compared. */
  readonly tell?: (state: State) => State;
  /** Who may be asked about what; if not given, only statements that say so. */
  readonly truthOf?: (outcome: Outcome) => Truth | null;
}

/** The same with any kind of first run. */
export async function checkPoint(
  point: Point,
  interruption: Interruption,
  firstRun: FirstRun,
): Promise<PointResult> {
  const { cut, refuseAfterCut = false, mustGoOn = false, between, tell: tellState } = interruption;
  const { subject } = point;
  const { server, direction, group } = subject;
  const truthNow = interruption.truthOf ?? ((outcome: Outcome) => truthOf(point, outcome));
  const told: string[] = [];
  const result = (verdict: Verdict): PointResult => ({
    point: pointName(point),
    verdict,
    details: told.join("\n"),
  });
  try {
    return await withReadyDatabase(server, direction, group, async ({ url, dir }) => {
      const first = await withProxy(server, { cut, refuseAfterCut }, async (proxy) => {
        const outcome = await firstRun({ proxy, url, dir, subject });
        const fallen = proxy.cutAt();
        told.push(
          `cut ${point.moment} command ${point.command}: ${fallen === null ? "never reached" : tell(fallen)}`,
        );
        return { outcome, fallen };
      });
      told.push(`first run ${describeOutcome(first.outcome)}`);
      if (first.outcome.ended === "hung") return result("hung");
      // A slow machine cuts a group of statements at its time limit, so two runs may differ by some commands: a point
      // behind the last command is a run that nothing happened to, and is compared as that.
      const behind = first.fallen === null && first.outcome.ended === "done";
      if (first.fallen === null && !behind) return result("broken");
      const stopped = mustGoOn && first.outcome.ended === "failed" && !isGreeting(first.fallen);
      if (stopped && truthNow(first.outcome) === null) return result("person");
      // A run that ended well must have said all it had to say before it was cut.
      if (!mustGoOn && !behind && first.outcome.ended === "done" && !isFarewell(first.fallen, point))
        return result("broken");
      await between?.(url);
      let second = await runInProcess({ url, dir, direction, limit: TIME_LIMIT });
      told.push(`second run ${describeOutcome(second)}`);
      const truth = truthNow(second);
      if (truth !== null) {
        await answer(url, dir, truth);
        second = await runInProcess({ url, dir, direction, limit: TIME_LIMIT });
        told.push(`answered ${truth}, third run ${describeOutcome(second)}`);
      }
      if (second.ended === "hung") return result("hung");
      const state = await dumpState(url, { historyTable: HISTORY_TABLE });
      const retold = (lines: State): State => {
        // The answer is in the history.
        const kept = truth === null ? lines : lines.filter((line) => !line.startsWith("history:"));
        return tellState?.(kept) ?? kept;
      };
      const difference = compareStates(retold(interruption.reference ?? subject.reference), retold(state));
      if (difference !== null) told.push(...difference.lines);
      if (second.ended === "failed") return result("person");
      if (difference !== null) return result(difference.kind);
      if (behind && !isNearEnd(point)) return result("missed");
      return result(truth === null ? "fine" : "asked");
    });
  } catch (error) {
    told.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return result("broken");
  }
}

/** A database in which `direction` is about to run: seeded, and for down with every up applied. */
export async function withReadyDatabase<T>(
  server: TestServer,
  direction: Direction,
  group: Group,
  body: (ready: { url: string; dir: string }) => Promise<T>,
): Promise<T> {
  return withTestDatabase(server, ({ url }) =>
    withPlacedGroup(group, url, async (dir) => {
      await seed(url);
      if (direction === "down") {
        const up = await runInProcess({ url, dir, direction: "up", limit: TIME_LIMIT });
        if (up.ended !== "done")
          throw new Error(`${server.family} ${group.name}: the up before the down ${describeOutcome(up)}`);
      }
      return body({ url, dir });
    }),
  );
}

function isNearEnd({ subject, command }: Point): boolean {
  return command > subject.commands.length - 12;
}

/** What a run says when all is done and recorded. */
function isFarewell(command: ClientCommand | null, point: Point): boolean {
  if (command === null) return false;
  // The lock is let go in a session that has its settings back.
  const settled = command.text.startsWith("SET SESSION sql_") && isNearEnd(point);
  return command.name === "COM_QUIT" || command.text.startsWith("DO RELEASE_LOCK") || settled;
}

/** Before the run begins there is nothing to go on with. */
function isGreeting(command: ClientCommand | null): boolean {
  const greeting =
    /^SET NAMES|^SELECT VERSION|^SHOW (?:ALL SLAVES|REPLICA) STATUS|^SHOW CREATE TABLE .*migration_history|^SELECT CONCAT_WS\(CHAR\(0 USING utf8mb4\), id, version|GET_LOCK/;
  return greeting.test(command?.text ?? "");
}

function tell({ name, text }: ClientCommand): string {
  return `${name} ${text.replace(/\s+/g, " ").slice(0, 300)}`;
}
