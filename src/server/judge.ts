import type { DdlVerb } from "../syntax/classify";
import { exists, type Fingerprint, type ObjectPrint } from "./fingerprint";

/** `partly`: some objects are as they were, others as the statement makes them. `unknown`: a person has to look. */
export type Verdict = "applied" | "not-applied" | "partly" | "unknown";

/**
 * Decides whether a statement took effect, from what its objects were like before it, are like now, and would be like
 * after it. Pure, and never a guess: an object that is neither as it was nor as the statement makes it is, at least in
 * part, somebody else's work. A statement that must have failed (CREATE of something that was there, DROP of something
 * that was not) counts as not applied: run again, it gives the server's own error.
 * @param before as read before it ran, with the same objects as `after`
 * @param made what the statement makes of them, for the same objects; null when that has not been worked out
 */
export function judge(
  verb: DdlVerb,
  before: Fingerprint,
  after: Fingerprint,
  made: Fingerprint | null,
): Verdict {
  const changes = pair(before, after, made);
  if (changes === null || changes.some(isUnreadable)) return "unknown";
  switch (verb) {
    case "create":
      return judgeCreate(changes);
    case "replace":
      return judgeReplace(changes);
    case "drop":
      return judgeDrop(changes);
    case "alter":
      return judgeAlter(changes);
    case "rename":
      return judgeRename(before.objects, after.objects, made);
    case "truncate":
      return judgeTruncate(changes);
    case "exchange":
      return judgeExchange(changes);
    default:
      return verb satisfies never;
  }
}

interface Change {
  readonly was: ObjectPrint;
  readonly is: ObjectPrint;
  /** As the statement makes it, where that is known. */
  readonly made: ObjectPrint | null;
}

function pair(before: Fingerprint, after: Fingerprint, made: Fingerprint | null): readonly Change[] | null {
  if (before.objects.length === 0 || before.objects.length !== after.objects.length) return null;
  const changes: Change[] = [];
  for (const [index, was] of before.objects.entries()) {
    const is = after.objects[index];
    if (is === undefined || is.object !== was.object) return null;
    changes.push({ was, is, made: made?.objects[index] ?? null });
  }
  return changes;
}

function isHidden(print: ObjectPrint): boolean {
  return print.state === "hidden";
}

function isUnreadable({ was, is }: Change): boolean {
  return was.state === "unreadable" || is.state === "unreadable";
}

/** What is hidden could be anything, so it is equal to nothing. */
function same(a: ObjectPrint | null, b: ObjectPrint): boolean {
  return a !== null && a.state === b.state && !isHidden(a);
}

/** Whether it is still the very same object. @returns null when nothing tells */
function isSameOne({ was, is }: Change): boolean | null {
  return was.id === null || is.id === null ? null : was.id === is.id;
}

function summarize(done: readonly (boolean | null)[]): Verdict {
  if (done.includes(null)) return "unknown";
  if (done.every((one) => one)) return "applied";
  return done.some((one) => one) ? "partly" : "not-applied";
}

function judgeCreate(changes: readonly Change[]): Verdict {
  if (changes.some(({ was }) => exists(was))) return "not-applied";
  return summarize(changes.map(({ is, made }) => (exists(is) ? same(made, is) || null : false)));
}

/** MariaDB drops first, so an object that is gone has not been made again yet. */
function judgeReplace(changes: readonly Change[]): Verdict {
  return summarize(
    changes.map((change) => {
      const { was, is, made } = change;
      if (!exists(is)) return false;
      if (!exists(was)) return same(made, is) || null;
      const one = isSameOne(change);
      if (same(was, is) && one === true) return false;
      if (same(made, is) && (one === false || !same(was, is))) return true;
      return same(was, is) && made !== null && !same(made, is) ? false : null;
    }),
  );
}

/** If it is there again, or for the first time, somebody else made it. */
function judgeDrop(changes: readonly Change[]): Verdict {
  const done = changes.map((change) => {
    const { was, is } = change;
    if (!exists(was)) return exists(is) ? null : "nothing to drop";
    if (!exists(is)) return true;
    return same(was, is) || (isHidden(was) && isHidden(is))
      ? isSameOne(change) === false
        ? null
        : false
      : null;
  });
  const dropped = done.filter((one) => one !== "nothing to drop");
  if (dropped.length === done.length || dropped.includes(null)) return summarize(dropped);
  // MariaDB fails for the missing ones, after it dropped the others.
  return dropped.includes(true) ? "partly" : "not-applied";
}

function judgeAlter(changes: readonly Change[]): Verdict {
  if (changes.every(({ was, is }) => same(was, is))) return "not-applied";
  return changes.every(({ is, made }) => same(made, is)) ? "applied" : "unknown";
}

/** A hotfix rebuilds a table too, but leaves another definition. */
function judgeTruncate(changes: readonly Change[]): Verdict {
  return summarize(
    changes.map((change) => {
      if (!exists(change.was) && !exists(change.is)) return false;
      const one = same(change.was, change.is) ? isSameOne(change) : null;
      return one === null ? null : !one;
    }),
  );
}

function judgeExchange(changes: readonly Change[]): Verdict {
  const [table, other, another] = changes;
  if (table === undefined || other === undefined || another !== undefined) return "unknown";
  if (changes.some((change) => !same(change.was, change.is) || isSameOne(change) === null)) return "unknown";
  if (changes.every((change) => isSameOne(change))) return "not-applied";
  const swapped = (table.was.id ?? "").split(", ").find((part) => part.endsWith(`=${other.is.id}`));
  const after = swapped?.replace(/=\d+$/, `=${other.was.id}`);
  const expected = (table.was.id ?? "").split(", ").map((part) => (part === swapped ? after : part));
  return swapped !== undefined && expected.join(", ") === table.is.id ? "applied" : "unknown";
}

/** What is at each name, at one moment between the renames. */
type Places = ReadonlyMap<string, ObjectPrint>;

/**
 * Plays the renames through, one by one, and finds the moment that looks like now: the first means "not applied", the
 * last "applied". The names that exist tell the moments apart, except after a permutation (a swap): then InnoDB's table
 * ids decide, or else the definitions.
 */
function judgeRename(
  before: readonly ObjectPrint[],
  after: readonly ObjectPrint[],
  made: Fingerprint | null,
): Verdict {
  const moments = playRenames(before);
  const now = placesOf(after);
  if (moments === null) return samePlaces(placesOf(before), now, exists) ? "not-applied" : "unknown";
  const likely = moments.filter((moment) => samePlaces(moment, now, exists));
  const byId = [...now.values()].every(({ state, id }) => state === "absent" || id !== null);
  // What is hidden could be anything, so it is equal to nothing.
  const byState = (print: ObjectPrint): unknown => (isHidden(print) ? Symbol() : print.state);
  const tell = byId ? (print: ObjectPrint): unknown => print.id : byState;
  const matching = likely.length > 1 ? likely.filter((moment) => samePlaces(moment, now, tell)) : likely;
  const [only, another] = matching;
  if (only === undefined || another !== undefined) return "unknown";
  const at = moments.indexOf(only);
  const last = at === moments.length - 1;
  // A definition stays the same under the table's new name, except for names that the server derives from the table's.
  const known = [...only].every(([name, print]) =>
    isAsMoved(print, now.get(name), last ? madeAt(made, name) : null),
  );
  if (!known) return "unknown";
  if (last) return "applied";
  return at === 0 ? "not-applied" : "partly";
}

function madeAt(made: Fingerprint | null, name: string): ObjectPrint | null {
  return made?.objects.find(({ object }) => object === name) ?? null;
}

function isAsMoved(moved: ObjectPrint, now: ObjectPrint | undefined, made: ObjectPrint | null): boolean {
  if (now === undefined) return false;
  if (!exists(moved)) return !exists(now);
  if (moved.id !== null && now.id !== null) return moved.id === now.id;
  return same(moved, now) || same(made, now) || (isHidden(moved) && isHidden(now));
}

/** Null when a rename must fail: there is nothing to rename, or the new name is taken. */
function playRenames(objects: readonly ObjectPrint[]): readonly Places[] | null {
  const moments = [placesOf(objects)];
  for (let index = 0; index + 1 < objects.length; index += 2) {
    const from = objects[index];
    const to = objects[index + 1];
    const places = new Map(moments.at(-1));
    const moved = from === undefined ? undefined : places.get(from.object);
    const taken = to === undefined ? undefined : places.get(to.object);
    if (from === undefined || to === undefined || moved === undefined || !exists(moved)) return null;
    if (taken !== undefined && exists(taken)) return null;
    places.set(from.object, { ...moved, state: "absent", id: null });
    places.set(to.object, moved);
    moments.push(places);
  }
  return moments;
}

function placesOf(objects: readonly ObjectPrint[]): Places {
  return new Map(objects.map((print) => [print.object, print]));
}

function samePlaces(a: Places, b: Places, tell: (print: ObjectPrint) => unknown): boolean {
  return [...a].every(([name, print]) => {
    const other = b.get(name);
    return other !== undefined && tell(print) === tell(other);
  });
}
