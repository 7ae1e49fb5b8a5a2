import { isDeepStrictEqual } from "node:util";
import type { ServerInfo } from "../server/session";
import type { Change } from "./change";
import { type KeptName, keepConstraintNames } from "./constraint-names";
import {
  diffEvents,
  diffRoutines,
  diffSequences,
  diffTriggers,
  diffViews,
  isSameForAnyDefiner,
} from "./diff-programs";
import { diffTables } from "./diff-tables";
import type { NotCompared, Schema } from "./model";
import { applicableRenames, applyRenames, type Renames } from "./renames";

export interface DiffOptions {
  /** Which both schemas were read from, and which the changes are for. */
  readonly server: ServerInfo;
  readonly renames: Renames;
  /**
   * Whoever runs a migration becomes the definer of what names none. True: any definer will do for those, as in a
   * database that several accounts have migrated. Default false.
   */
  readonly anyDefiner?: boolean;
  /** Names of foreign keys and checks are to be just the wanted ones: on the way back to a schema. Default false. */
  readonly exactNames?: boolean;
}

/** The wanted schema as it will be reached: see `keepConstraintNames`. */
export function reachableSchema(
  from: Schema,
  to: Schema,
  { server, renames }: DiffOptions,
): { readonly schema: Schema; readonly kept: readonly KeptName[] } {
  const applicable = applicableRenames(from, to, renames);
  return keepConstraintNames(applyRenames(from, applicable, server), to, applicable, server);
}

/**
 * What takes one schema to another, in the order in which it can be run: what leans on others goes first and comes
 * last. Empty when they are the same. What could not be read on one side is compared on neither.
 */
export function diffSchemas(fromAll: Schema, toAll: Schema, options: DiffOptions): readonly Change[] {
  const { server, renames } = options;
  const hidden = [...fromAll.notCompared, ...toAll.notCompared];
  const [from, wanted] = [withoutHidden(fromAll, hidden), withoutHidden(toAll, hidden)];
  const applicable = applicableRenames(from, wanted, renames);
  const renamed = applyRenames(from, applicable, server);
  const to =
    options.exactNames === true ? wanted : keepConstraintNames(renamed, wanted, applicable, server).schema;
  const isSame = options.anyDefiner === true ? isSameForAnyDefiner : isDeepStrictEqual;
  const views = diffViews(from, to, isSame);
  const triggers = diffTriggers(renamed, to, isSame);
  const routines = diffRoutines(from, to, isSame, server);
  const events = diffEvents(from, to, isSame);
  const sequences = diffSequences(from, to);
  return [
    ...events.drops,
    ...triggers.drops,
    ...views.drops,
    ...diffTables({ original: from, from: renamed, to, renames: applicable, server }, sequences.adds),
    ...sequences.drops,
    ...routines.drops,
    ...routines.adds,
    ...views.adds,
    ...triggers.adds,
    ...events.adds,
  ];
}

/** A schema less what of it, or of what it is compared with, could not be read: that is neither missing nor new. */
export function withoutHidden(schema: Schema, hidden: readonly NotCompared[]): Schema {
  const objects = new Set(hidden.map(({ object }) => object));
  if (objects.size === 0) return schema;
  const isSeen = (type: string) => (item: { readonly name: string }) => !objects.has(`${type} ${item.name}`);
  return {
    ...schema,
    tables: schema.tables.filter(isSeen("table")),
    views: schema.views.filter(isSeen("view")),
    sequences: schema.sequences.filter(isSeen("sequence")),
    triggers: objects.has("triggers") ? [] : schema.triggers.filter(isSeen("trigger")),
    routines: objects.has("routines")
      ? []
      : schema.routines.filter((routine) => !objects.has(`${routine.type} ${routine.name}`)),
    events: objects.has("events") ? [] : schema.events.filter(isSeen("event")),
  };
}
