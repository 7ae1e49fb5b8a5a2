import { isDeepStrictEqual } from "node:util";
import type { ServerInfo } from "../../server/session";
import type { ScriptStatement } from "../script";
import type { Listed, Reader } from "../show-create";

/**
 * A kind of object that is not a table, with all that is known about it: whatever reads, compares or writes schemas
 * goes over the list of kinds and asks these questions.
 */
export interface Kind<T extends NamedObject = NamedObject, L extends string = string> {
  /** Where a schema has them. */
  readonly list: L;
  /** What follows CREATE: `VIEW`; several where one list has several types. */
  readonly types: readonly string[];
  /** Holds statements, with comments of their own. */
  readonly hasBody: boolean;
  /** As information_schema.tables calls those that share the tables' name space; null: these names are apart. */
  readonly tableType: string | null;
  /** The privileges one of which an account needs to be shown them; empty where no server leaves any out in silence. */
  readonly shownTo: readonly string[];
  /** When those that go are dropped, and new ones made, seen from the tables. */
  readonly drops: Moment;
  readonly adds: Moment;
  /** What messages call one: `procedure p`. */
  label(object: T): string;
  /**
   * Whether they may be others than those that were read before.
   * @param programs stored programs may have changed since; tables and views may have in any case
   */
  mayDiffer(known: readonly T[], programs: boolean): boolean;
  /** Reads all of the reader's database. What cannot be read is added to `notCompared`. */
  read(reader: Reader, found: Found): Promise<readonly T[]>;
  /** What makes one list the other, in order. */
  diff(from: readonly T[], to: readonly T[], around: Around): ObjectChanges;
  /** What makes them all, in order. */
  create(objects: readonly T[]): readonly ScriptStatement[];
}

export type Moment = "before tables" | "behind tables";

export interface NamedObject {
  readonly name: string;
  /** The table that it is on, and goes with. */
  readonly table?: string;
}

/** What a database was found to have. */
export interface Found {
  /** Tables, and what shares their name space. */
  readonly listed: readonly Listed[];
  /** Tables that are left out, with what is on them. */
  readonly except: ReadonlySet<string>;
}

/** What a comparison has to know beside the objects. */
export interface Around {
  readonly server: ServerInfo;
  /** Names of the tables that are wanted. */
  readonly tables: ReadonlySet<string>;
  readonly isSame: IsSame;
}

/** Whether two objects are the same. */
export type IsSame = <T extends { readonly definer: string | null }>(from: T, to: T) => boolean;

export interface ObjectChanges {
  readonly drops: readonly ObjectChange[];
  readonly adds: readonly ObjectChange[];
}

/** One statement about an object that is not a table. */
export interface ObjectChange {
  readonly type: "object";
  readonly statement: ScriptStatement;
  /** See `lossesOf`. */
  readonly losses: readonly string[];
  /** The routine that is dropped to be made again, with which its grants end. */
  readonly endsGrantsOn: { readonly type: string; readonly name: string } | null;
}

/** A change that is just this statement; `more` is what else is to be said of it. */
export function objectChange(
  statement: ScriptStatement,
  more: Partial<Pick<ObjectChange, "losses" | "endsGrantsOn">> = {},
): ObjectChange {
  return { type: "object", statement, losses: [], endsGrantsOn: null, ...more };
}

/** Without a definer in what is wanted, any definer will do. */
export function isSameForAnyDefiner<T extends { readonly definer: string | null }>(from: T, to: T): boolean {
  const definer = to.definer === null ? null : from.definer;
  return isDeepStrictEqual({ ...from, definer }, to);
}
