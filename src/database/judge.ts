import type { DdlVerb } from "../syntax/classify";
import type { Fingerprint, ObjectPrint } from "./fingerprint";

/** `partly`: some objects are as they were, some as the statement leaves them. `unknown`: a person has to look. */
export type Verdict = "applied" | "not-applied" | "partly" | "unknown";

/**
 * Says from what objects were like before a statement, and are now, whether it took effect. Pure, and never a guess.
 * A statement that can only have failed (CREATE of what was there, DROP of what was not) counts as not applied:
 * running it again gives the server's own words.
 * @param before as read before it ran, with the same objects as `after`
 */
export function judge(verb: DdlVerb, before: Fingerprint, after: Fingerprint): Verdict {
  const changes = pair(before, after);
  if (changes === null || changes.some(isUnreadable)) return "unknown";
  switch (verb) {
    case "create":
      if (changes.some(({ was }) => exists(was))) return "not-applied";
      return summarize(changes.map(({ is }) => exists(is)));
    case "drop":
      if (changes.some(({ was }) => !exists(was))) return judgeFailedDrop(changes);
      return summarize(changes.map(({ is }) => !exists(is)));
    case "alter":
      if (changes.some(({ was, is }) => exists(was) && exists(is) && (isHidden(was) || isHidden(is))))
        return "unknown";
      return summarize(changes.map(({ was, is }) => was.state !== is.state));
    case "rename":
      return judgeRename(before.objects, after.objects);
    default:
      return verb satisfies never;
  }
}

interface Change {
  readonly was: ObjectPrint;
  readonly is: ObjectPrint;
}

function pair(before: Fingerprint, after: Fingerprint): readonly Change[] | null {
  if (before.objects.length === 0 || before.objects.length !== after.objects.length) return null;
  const changes: Change[] = [];
  for (const [index, was] of before.objects.entries()) {
    const is = after.objects[index];
    if (is === undefined || is.object !== was.object) return null;
    changes.push({ was, is });
  }
  return changes;
}

function exists(print: ObjectPrint): boolean {
  return print.state !== "absent";
}

function isHidden(print: ObjectPrint): boolean {
  return print.state === "hidden";
}

function isUnreadable({ was, is }: Change): boolean {
  return was.state === "unreadable" || is.state === "unreadable";
}

function summarize(done: readonly boolean[]): Verdict {
  if (done.every((one) => one)) return "applied";
  return done.some((one) => one) ? "partly" : "not-applied";
}

/** MariaDB fails for the missing ones, after it dropped the others. */
function judgeFailedDrop(changes: readonly Change[]): Verdict {
  const dropped = changes.filter(({ was, is }) => exists(was) && !exists(is));
  return dropped.length === 0 ? "not-applied" : "partly";
}

/** What is at each name: by position in `objects`, after each of the renames. */
type Places = ReadonlyMap<string, ObjectPrint>;

/**
 * Plays the renames through, one by one, and looks which of the moments is the present one: the first is "not
 * applied", the last "applied". Which names exist tells them apart, except in a permutation (a swap): then InnoDB's
 * table ids do, or else the definitions.
 */
function judgeRename(before: readonly ObjectPrint[], after: readonly ObjectPrint[]): Verdict {
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
  if (at === moments.length - 1) return "applied";
  return at === 0 ? "not-applied" : "partly";
}

/** Null when a rename must fail: nothing to rename, or its new name taken. */
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
