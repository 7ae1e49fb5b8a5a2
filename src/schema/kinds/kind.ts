import { isDeepStrictEqual } from "node:util";
import type { ServerInfo } from "../../server/session";
import type { ScriptStatement } from "../script";
import type { Listed, Reader } from "../show-create";

/**
 * A kind of object other than tables, with all we know about it: the code that reads, compares or writes schemas goes
 * through the list of kinds and asks these questions.
 */
export interface Kind<T extends NamedObject = NamedObject, L extends string = string> {
  /** The property of a schema that has them. */
  readonly list: L;
  /** The word after CREATE: `VIEW`; several when one list has several types. */
  readonly types: readonly string[];
  /** Contains statements, with comments of their own. */
  readonly hasBody: boolean;
  /** The type in information_schema.tables, for objects in the tables' name space; null: their names are separate. */
  readonly tableType: string | null;
  /** An account needs one of these privileges to see them; empty when no server silently leaves any out. */
  readonly shownTo: readonly string[];
  /** When old ones are dropped and new ones made, relative to tables. */
  readonly drops: Moment;
  readonly adds: Moment;
  /** Its name in messages: `procedure p`. */
  label(object: T): string;
  /**
   * Whether they may have changed since they were read.
   * @param programs whether stored programs may have changed since; tables and views may have in any case
   */
  mayDiffer(known: readonly T[], programs: boolean): boolean;
  /** Reads all of the reader's database. What cannot be read is added to `notCompared`. */
  read(reader: Reader, found: Found): Promise<readonly T[]>;
  /** The changes that turn one list into the other, in order. */
  diff(from: readonly T[], to: readonly T[], around: Around): ObjectChanges;
  /** The statements that create them all, in order. */
  create(objects: readonly T[]): readonly ScriptStatement[];
}

export type Moment = "before tables" | "behind tables";

export interface NamedObject {
  readonly name: string;
  /** The table that it is on, and is dropped with. */
  readonly table?: string;
}

/** What was found in a database. */
export interface Found {
  /** Tables, and everything else in their name space. */
  readonly listed: readonly Listed[];
  /** Tables that are left out, with the objects on them. */
  readonly except: ReadonlySet<string>;
}

/** What a comparison must know besides the objects. */
export interface Around {
  readonly server: ServerInfo;
  /** Names of the wanted tables. */
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
  /** The routine that is dropped and made again, which ends its grants. */
  readonly endsGrantsOn: { readonly type: string; readonly name: string } | null;
}

/** A change that is just this statement; `more` has the other facts about it. */
export function objectChange(
  statement: ScriptStatement,
  more: Partial<Pick<ObjectChange, "losses" | "endsGrantsOn">> = {},
): ObjectChange {
  return { type: "object", statement, losses: [], endsGrantsOn: null, ...more };
}

/** If the wanted object names no definer, any definer will do. */
export function isSameForAnyDefiner<T extends { readonly definer: string | null }>(from: T, to: T): boolean {
  const definer = to.definer === null ? null : from.definer;
  return isDeepStrictEqual({ ...from, definer }, to);
}
