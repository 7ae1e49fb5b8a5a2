import { isDeepStrictEqual } from "node:util";
import type { ServerInfo } from "../server/session";
import type { Change } from "./change";
import { type KeptName, keepConstraintNames } from "./constraint-names";
import { diffTables } from "./diff-tables";
import { KINDS, objectLists } from "./kinds/all-kinds";
import { isSameForAnyDefiner, type Moment } from "./kinds/kind";
import type { Schema } from "./model";
import { applicableRenames, applyRenames, type Renames } from "./renames";
import type { NotCompared } from "./show-create";

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
  const around = { server, isSame, tables: new Set(to.tables.map(({ name }) => name)) };
  const objects = KINDS.map((kind) => ({ kind, ...kind.diff(renamed[kind.list], to[kind.list], around) }));
  // What may use others goes before them.
  const drops = (moment: Moment): readonly Change[] =>
    [...objects].reverse().flatMap((each) => (each.kind.drops === moment ? each.drops : []));
  const adds = (moment: Moment): readonly Change[] =>
    objects.flatMap((each) => (each.kind.adds === moment ? each.adds : []));
  const tables = { original: from, from: renamed, to, renames: applicable, server };
  return [
    ...drops("before tables"),
    ...diffTables(tables, adds("before tables")),
    ...drops("behind tables"),
    ...adds("behind tables"),
  ];
}

/** A schema less what of it, or of what it is compared with, could not be read: that is neither missing nor new. */
export function withoutHidden(schema: Schema, hidden: readonly NotCompared[]): Schema {
  const objects = new Set(hidden.map(({ object }) => object));
  if (objects.size === 0) return schema;
  const isSeen = (label: string): boolean => !objects.has(label);
  return {
    ...schema,
    tables: schema.tables.filter(({ name }) => isSeen(`table ${name}`)),
    // Where nobody may see any, they go by the name of the list.
    ...objectLists(({ list, label }) =>
      isSeen(list) ? schema[list].filter((each) => isSeen(label(each))) : [],
    ),
  };
}
