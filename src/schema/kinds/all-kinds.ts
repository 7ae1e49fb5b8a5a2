import { events } from "./event";
import type { Kind, NamedObject } from "./kind";
import { routines } from "./routine";
import { sequences } from "./sequence";
import { triggers } from "./trigger";
import { views } from "./view";

/** Each may use those before it. */
const LIST = [routines, sequences, views, triggers, events] as const;

/** The objects of a schema that are not tables, one list per kind, sorted by name or as the kind says. */
export type ObjectLists = {
  readonly [K in (typeof LIST)[number] as K["list"]]: Awaited<ReturnType<K["read"]>>;
};

/** Every kind of object except tables; earlier kinds may be used by later ones. */
export const KINDS: readonly Kind<NamedObject, keyof ObjectLists>[] = LIST;

/** Types of objects that contain statements, as they follow CREATE. */
export const PROGRAM_TYPES: readonly string[] = KINDS.flatMap(({ types, hasBody }) => (hasBody ? types : []));

/** Makes a list of objects for each kind. */
export function objectLists(
  of: (kind: Kind<NamedObject, keyof ObjectLists>) => readonly NamedObject[],
): ObjectLists {
  return Object.fromEntries(KINDS.map((kind) => [kind.list, of(kind)])) as unknown as ObjectLists;
}
