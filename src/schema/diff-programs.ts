import { isDeepStrictEqual } from "node:util";
import { canReplacePrograms } from "../server/differences";
import type { ServerInfo } from "../server/session";
import type { Change } from "./change";
import type { Routine, ScheduledEvent, Schema, Trigger } from "./model";
import { dependencyOrder, longestAscending } from "./order";
import type { TriggerOrder } from "./render-program";
import { canAlterRoutine } from "./routine-parts";

/** What goes before tables change, and what comes behind. */
export interface ProgramChanges {
  readonly drops: readonly Change[];
  readonly adds: readonly Change[];
}

/** Whether two programs are the same. */
export type IsSame = <T extends { readonly definer: string | null }>(from: T, to: T) => boolean;

/** Without a definer in what is wanted, any definer will do. */
export function isSameForAnyDefiner<T extends { readonly definer: string | null }>(from: T, to: T): boolean {
  const definer = to.definer === null ? null : from.definer;
  return isDeepStrictEqual({ ...from, definer }, to);
}

/** Views, in an order in which each finds those it uses. */
export function diffViews(from: Schema, to: Schema, isSame: IsSame): ProgramChanges {
  const before = new Map(from.views.map((view) => [view.name, view]));
  const after = new Set(to.views.map(({ name }) => name));
  const gone = from.views.filter(({ name }) => !after.has(name));
  const drops = dependencyOrder(gone, ({ uses }) => uses)
    .reverse()
    .map((view): Change => ({ type: "drop-view", view }));
  const adds = dependencyOrder(to.views, ({ uses }) => uses).flatMap((view): Change[] => {
    const old = before.get(view.name);
    // What it uses follows from its text, and from what else exists.
    if (old !== undefined && isSame({ ...old, uses: view.uses }, view)) return [];
    return [{ type: "create-view", view, replace: old !== undefined }];
  });
  return { drops, adds };
}

/** Procedures, functions and packages. */
export function diffRoutines(from: Schema, to: Schema, isSame: IsSame, server: ServerInfo): ProgramChanges {
  const key = ({ type, name }: Routine): string => `${type} ${name.toLowerCase()}`;
  const before = new Map(from.routines.map((routine) => [key(routine), routine]));
  const after = new Map(to.routines.map((routine) => [key(routine), routine]));
  const isSamePart = (old: Routine): boolean => {
    const wanted = after.get(key(old));
    return wanted !== undefined && isSame(old, wanted);
  };
  const packageOf = ({ type, name }: Routine): Routine | undefined =>
    type === "package body" ? before.get(`package ${name.toLowerCase()}`) : undefined;
  // A body goes with its package, also with one that is replaced.
  const losesPackage = (old: Routine): boolean => {
    const outside = packageOf(old);
    return outside !== undefined && !isSamePart(outside);
  };
  const isKept = (old: Routine): boolean => isSamePart(old) && !losesPackage(old);
  const canReplace = (old: Routine): boolean => canReplacePrograms(server) && after.has(key(old));
  const canAlter = (old: Routine): boolean => {
    const wanted = after.get(key(old));
    return wanted !== undefined && !canReplace(old) && canAlterRoutine(old, wanted);
  };
  return {
    drops: from.routines
      .filter((old) => !isKept(old) && !canReplace(old) && !canAlter(old) && !losesPackage(old))
      .map((routine) => ({
        type: "drop-routine",
        routine,
        recreated: after.has(key(routine)),
        grants: null,
      })),
    adds: to.routines.flatMap((routine): Change[] => {
      const old = before.get(key(routine));
      if (old !== undefined && isKept(old)) return [];
      if (old !== undefined && canAlter(old)) return [{ type: "alter-routine", from: old, routine }];
      return [{ type: "create-routine", routine, replace: old !== undefined && canReplace(old) }];
    }),
  };
}

/**
 * Triggers, with the order in which those of one table, timing and event fire. As many as possible stay; a new one
 * says where it goes unless it is the last.
 * @param from with its tables already renamed
 */
export function diffTriggers(from: Schema, to: Schema, isSame: IsSame): ProgramChanges {
  const tables = new Set(to.tables.map(({ name }) => name));
  const drops: Change[] = [];
  const adds: Change[] = [];
  const before = groupTriggers(from.triggers);
  const after = groupTriggers(to.triggers);
  const kept = new Set<Trigger>();
  for (const [group, wanted] of after) {
    const old = before.get(group) ?? [];
    const positions = wanted.map((trigger) => old.findIndex((other) => isSame(other, trigger)));
    const same = wanted.filter((_, index) => (positions[index] ?? -1) >= 0);
    const staying = longestAscending(positions.filter((position) => position >= 0)).map(
      (index) => same[index],
    );
    const current = new Set(staying.flatMap((trigger) => trigger ?? []));
    for (const other of old) if ([...current].some((trigger) => trigger.name === other.name)) kept.add(other);
    for (const [index, trigger] of wanted.entries()) {
      if (current.has(trigger)) continue;
      adds.push({ type: "create-trigger", trigger, order: orderOf(trigger, index, wanted, current) });
      current.add(trigger);
    }
  }
  for (const trigger of from.triggers) {
    // Those of a table that is dropped go with it.
    if (!kept.has(trigger) && tables.has(trigger.table)) drops.push({ type: "drop-trigger", trigger });
  }
  return { drops, adds };
}

function orderOf(
  trigger: Trigger,
  index: number,
  wanted: readonly Trigger[],
  current: ReadonlySet<Trigger>,
): TriggerOrder | null {
  const present = wanted.filter((other) => other !== trigger && current.has(other));
  const behind = wanted.slice(index + 1).find((other) => current.has(other));
  if (present.length === 0 || behind === undefined) return null;
  const previous = wanted[index - 1];
  if (previous === undefined) return { word: "PRECEDES", trigger: behind.name };
  return { word: "FOLLOWS", trigger: previous.name };
}

function groupTriggers(triggers: readonly Trigger[]): Map<string, Trigger[]> {
  const groups = new Map<string, Trigger[]>();
  for (const trigger of triggers) {
    const group = JSON.stringify([trigger.table, trigger.timing, trigger.event]);
    groups.set(group, [...(groups.get(group) ?? []), trigger]);
  }
  return groups;
}

/** Scheduled events. */
export function diffEvents(from: Schema, to: Schema, isSame: IsSame): ProgramChanges {
  const before = new Map(from.events.map((event) => [event.name.toLowerCase(), event]));
  const after = new Set(to.events.map(({ name }) => name.toLowerCase()));
  return {
    drops: from.events
      .filter(({ name }) => !after.has(name.toLowerCase()))
      .map((event) => ({ type: "drop-event", event })),
    adds: to.events.flatMap((event): Change[] => {
      const old = before.get(event.name.toLowerCase());
      if (old === undefined) return [{ type: "create-event", event }];
      const newSchedule = !isSameSchedule(old, event);
      const rest = { schedule: event.schedule, delay: event.delay };
      if (!newSchedule && isSame({ ...old, ...rest }, event)) return [];
      return [{ type: "alter-event", from: old, event, newSchedule }];
    }),
  };
}

/** `AT CURRENT_TIMESTAMP + INTERVAL 1 DAY` is another moment each time it is run, but always as far away. */
function isSameSchedule(from: ScheduledEvent, to: ScheduledEvent): boolean {
  // An event gets the session's time zone with its schedule, and only then.
  if (from.timeZone !== to.timeZone) return false;
  return from.schedule === to.schedule || (from.delay !== null && from.delay === to.delay);
}

/** MariaDB's sequences: new ones before the tables that may use them. */
export function diffSequences(from: Schema, to: Schema): ProgramChanges {
  const before = new Map(from.sequences.map((sequence) => [sequence.name, sequence]));
  const after = new Set(to.sequences.map(({ name }) => name));
  return {
    drops: from.sequences
      .filter(({ name }) => !after.has(name))
      .map((sequence) => ({ type: "drop-sequence", sequence })),
    adds: to.sequences.flatMap((sequence): Change[] => {
      const old = before.get(sequence.name);
      if (old === undefined) return [{ type: "create-sequence", sequence }];
      const { engine, comment } = old;
      const isTable = engine !== sequence.engine || comment !== sequence.comment;
      const isValues = !isDeepStrictEqual(old, { ...sequence, engine, comment });
      return [
        ...(isValues ? [{ type: "alter-sequence" as const, from: old, sequence }] : []),
        ...(isTable ? [{ type: "alter-sequence-table" as const, from: old, sequence }] : []),
      ];
    }),
  };
}
