import type { ServerProgress } from "../server/server-progress";
import type { Verdict } from "./judge-intent";
import type { Blocked } from "./retry";

/** How far a run has come, at one moment. */
export interface RunProgress extends StepName {
  /** Number of the migration within this run. */
  readonly migration: number;
  readonly migrations: number;
  /** Number of the running statement, and how many the file has. */
  readonly statement: number;
  readonly statements: number;
  /** Since the migration began, and since the statement did. */
  readonly elapsedMs: number;
  readonly statementMs: number;
  /** How much of the file was read, and its size. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** The server's own account of the statement; null when it gives none. */
  readonly server: ServerProgress | null;
  /** Time until the server's stage or the file is done, at this speed; null when unknown. */
  readonly remainingMs: number | null;
}

/** One migration in one direction, as events and results name it. */
export interface StepName {
  readonly version: number;
  readonly name: string;
  readonly direction: "up" | "down";
}

/** What a run reports while it runs, in order. JSON-ready. */
export type RunEvent =
  /** The server is not up yet, or the database is not there. */
  | { readonly event: "waiting-for-server"; readonly reason: string }
  /** The connection was lost; a new session finds out what became of the running statement, and goes on. */
  | { readonly event: "reconnecting"; readonly reason: string }
  | { readonly event: "waiting-for-lock"; readonly holder: string }
  /** Each node has locks of its own here, so the right to run is a lease in this table. Said once. */
  | { readonly event: "lease"; readonly table: string; readonly cluster: string }
  /**
   * A file too large to be read in one piece is checked to its end before any of it runs. `bytes`: its size on disk.
   */
  | ({ readonly event: "reading"; readonly bytes: number } & StepName)
  | { readonly event: "plan"; readonly steps: readonly StepName[] }
  | ({
      readonly event: "step-started";
      readonly statements: number;
      /** How many statements earlier runs applied; null when the step starts from its beginning. */
      readonly resumedAt: number | null;
    } & StepName)
  | ({
      readonly event: "statement-done";
      readonly statement: number;
      readonly statements: number;
      /** Line of the file on which it begins. */
      readonly line: number;
      readonly durationMs: number;
      /** Whether it took effect by itself; others do when the transaction that they share is committed. */
      readonly committed: boolean;
    } & StepName)
  /** Sent every `progressMs` milliseconds. */
  | ({ readonly event: "progress" } & RunProgress)
  /** A statement could not get its locks in time and will be tried again. */
  | ({ readonly event: "blocked"; readonly statement: number } & Blocked & StepName)
  | ({ readonly event: "judged"; readonly statement: number; readonly verdict: Verdict } & StepName)
  | ({ readonly event: "step-done"; readonly statements: number; readonly durationMs: number } & StepName)
  /** The run was asked to stop: after the current statement, or by killing that on the server. */
  | { readonly event: "stopping"; readonly kill: boolean }
  | { readonly event: "warning"; readonly message: string }
  /** News of work that we wait for, such as a server being downloaded. */
  | { readonly event: "note"; readonly message: string };

export type Emit = (event: RunEvent) => void;
