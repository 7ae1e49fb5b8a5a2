import type { HistoryRow } from "../history/lines";
import type { Direction } from "../migrations/names";
import type { Migration, MigrationFile } from "../migrations/read-migrations";
import type { JudgedVersion } from "./version-state";

/** Everything a run will do, decided before its first statement. */
export interface Plan {
  readonly direction: Direction;
  /** The database's version; null: base. A version that is applied only in part does not count. */
  readonly from: number | null;
  /** The version it will have afterwards. */
  readonly to: number | null;
  /** In the order in which they run. Empty: there is nothing to do. */
  readonly steps: readonly Step[];
  /** Problems that were found but let pass. */
  readonly warnings: readonly string[];
}

/** One migration in one direction. */
export interface Step {
  readonly direction: Direction;
  readonly version: number;
  readonly name: string;
  readonly migration: Migration;
  /** The file that runs. */
  readonly file: MigrationFile;
  /** Where to go on when an earlier run ended half-way; null: at the first statement. */
  readonly resume: Resume | null;
}

export interface Resume {
  readonly row: HistoryRow;
}

export interface PlanOptions {
  /** Apply pending versions below the newest applied one as well. Default false. */
  readonly allowOutOfOrder?: boolean;
  /** Leave versions alone that are newer than the folder, instead of refusing. Default false. */
  readonly allowAhead?: boolean;
}

/** What both directions are planned from. */
export interface Situation {
  /** By rising version. */
  readonly judgedVersions: readonly JudgedVersion[];
  readonly current: number | null;
}
