import type { ServerInfo } from "../database/session";
import type { Change } from "./change";
import { diffEvents, diffRoutines, diffSequences, diffTriggers, diffViews } from "./diff-programs";
import { diffTables } from "./diff-tables";
import type { Schema } from "./model";
import { withoutHidden } from "./not-compared";
import { applicableRenames, applyRenames, type Renames } from "./renames";

export interface DiffOptions {
  /** Which both schemas were read from, and which the changes are for. */
  readonly server: ServerInfo;
  readonly renames: Renames;
}

/**
 * What takes one schema to another, in the order in which it can be run: what leans on others goes first and comes
 * last. Empty when they are the same. What could not be read on one side is compared on neither.
 */
export function diffSchemas(
  fromAll: Schema,
  toAll: Schema,
  { server, renames }: DiffOptions,
): readonly Change[] {
  const hidden = [...fromAll.notCompared, ...toAll.notCompared];
  const [from, to] = [withoutHidden(fromAll, hidden), withoutHidden(toAll, hidden)];
  const applicable = applicableRenames(from, to, renames);
  const renamed = applyRenames(from, applicable, server);
  const views = diffViews(from, to);
  const triggers = diffTriggers(renamed, to);
  const routines = diffRoutines(from, to, server);
  const events = diffEvents(from, to);
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
