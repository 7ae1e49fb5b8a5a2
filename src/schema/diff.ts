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
  /** The server that both schemas were read from and that the changes are for. */
  readonly server: ServerInfo;
  readonly renames: Renames;
  /**
   * The account that runs a migration becomes the definer of objects that name none. True: any definer will do for
   * those, as in a database that several accounts have migrated. Default false.
   */
  readonly anyDefiner?: boolean;
  /** Foreign keys and checks must get exactly the wanted names: on the way back to a schema. Default false. */
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
 * The changes that turn one schema into another, in an order that can be run: dependent objects are dropped first and
 * created last. Empty when the schemas are the same. What could not be read on one side is not compared.
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
  // Objects that may use others are dropped before those.
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

/** A schema without what could not be read, in it or in the other one: that is neither missing nor new. */
export function withoutHidden(schema: Schema, hidden: readonly NotCompared[]): Schema {
  const objects = new Set(hidden.map(({ object }) => object));
  if (objects.size === 0) return schema;
  const isSeen = (label: string): boolean => !objects.has(label);
  return {
    ...schema,
    tables: schema.tables.filter(({ name }) => isSeen(`table ${name}`)),
    // If the account may see none of a kind, the name of the list stands for all.
    ...objectLists(({ list, label }) =>
      isSeen(list) ? schema[list].filter((each) => isSeen(label(each))) : [],
    ),
  };
}
