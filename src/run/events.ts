import type { ServerProgress } from "../server/server-progress";
import type { Verdict } from "./judge-intent";
import type { Blocked } from "./retry";

/** How far a run is, at one moment. */
export interface RunProgress extends StepName {
  /** This is the run's so-many-th migration. */
  readonly migration: number;
  readonly migrations: number;
  /** The statement under way, and how many the file has. */
  readonly statement: number;
  readonly statements: number;
  /** Since the migration began, and since the statement did. */
  readonly elapsedMs: number;
  readonly statementMs: number;
  /** Of the file: how much was read, and how much there is. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** The server's own account of the statement; null when it gives none. */
  readonly server: ServerProgress | null;
  /** Until the server's stage or the file is done, if it goes on like this; null when nothing tells. */
  readonly remainingMs: number | null;
}

/** One migration in one direction, as events and results name it. */
export interface StepName {
  readonly version: number;
  readonly name: string;
  readonly direction: "up" | "down";
}

/** What a run tells while it runs, in order. JSON-ready. */
export type RunEvent =
  /** The server is not up yet, or the database not there. */
  | { readonly event: "waiting-for-server"; readonly reason: string }
  /** The connection was lost; a new session finds out what became of the statement under way, and goes on. */
  | { readonly event: "reconnecting"; readonly reason: string }
  | { readonly event: "waiting-for-lock"; readonly holder: string }
  /** Each node has locks of its own here, so the right to run is a lease in this table. Said once. */
  | { readonly event: "lease"; readonly table: string; readonly cluster: string }
  /** A file too large to be read in one piece is read through before any of it runs. `bytes`: its size on disk. */
  | ({ readonly event: "reading"; readonly bytes: number } & StepName)
  | { readonly event: "plan"; readonly steps: readonly StepName[] }
  | ({
      readonly event: "step-started";
      readonly statements: number;
      /** Statements that earlier runs applied, or null when the step starts from its beginning. */
      readonly resumedAt: number | null;
    } & StepName)
  | ({
      readonly event: "statement-done";
      readonly statement: number;
      readonly statements: number;
      /** Line of the file on which it begins. */
      readonly line: number;
      readonly durationMs: number;
      /** It took effect by itself; others do when the transaction that they share is committed. */
      readonly committed: boolean;
    } & StepName)
  /** Every so often, as asked for by `progressMs`. */
  | ({ readonly event: "progress" } & RunProgress)
  /** A statement could not have its locks in time and will be tried again. */
  | ({ readonly event: "blocked"; readonly statement: number } & Blocked & StepName)
  | ({ readonly event: "judged"; readonly statement: number; readonly verdict: Verdict } & StepName)
  | ({ readonly event: "step-done"; readonly statements: number; readonly durationMs: number } & StepName)
  /** The run was asked to stop: after the current statement, or by ending that on the server. */
  | { readonly event: "stopping"; readonly kill: boolean }
  | { readonly event: "warning"; readonly message: string }
  /** What another program tells while it is waited for: a server that is being fetched. */
  | { readonly event: "note"; readonly message: string };

export type Emit = (event: RunEvent) => void;
