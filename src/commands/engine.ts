/**
 * What the verbs use of the layers below. A function here loads its module when it is called, not before: a
 * start that only prints help, or only creates a file, must not pay for the driver.
 */
export type { HistoryRow } from "../database/history";
export type { Adoption } from "../plan/adopt";
export type { Collision } from "../plan/collisions";
export type { StatusEntry } from "../plan/status";
export type { FileChange } from "../run/applied-texts";
export type { RunEvent } from "../run/events";
export type { RunOptions, RunResult, TargetInput } from "../run/migrate";
export type { PlannedStep } from "../run/planned-sql";
export type { RepairReport } from "../run/repair";
export type { ShowReport } from "../run/show";
export type { StampReport } from "../run/stamp";
export type { StatusReport } from "../run/status";
export type { CheckReport } from "../scratch/check";
export type { Proposal } from "../scratch/proposal";
export type { VerifiedMigration, VerifyReport } from "../scratch/verify";

/** Applying, reverting and doing both. */
export function loadMigrate(): typeof import("../run/migrate") {
  return require("../run/migrate");
}

/** What is applied, pending and wrong. */
export function loadStatus(): typeof import("../run/status") {
  return require("../run/status");
}

/** Settling a statement that nobody but a person can judge. */
export function loadResolve(): typeof import("../run/resolve") {
  return require("../run/resolve");
}

/** Making the database and the history table. */
export function loadPrepare(): typeof import("../run/prepare") {
  return require("../run/prepare");
}

/** Everything about one migration. */
export function loadShow(): typeof import("../run/show") {
  return require("../run/show");
}

/** Accepting what is on disk. */
export function loadRepair(): typeof import("../run/repair") {
  return require("../run/repair");
}

/** Recording what was not run here. */
export function loadStamp(): typeof import("../run/stamp") {
  return require("../run/stamp");
}

/** What was done, line by line. */
export function loadLog(): typeof import("../run/log") {
  return require("../run/log");
}

/** Where two branches met, and setting them one behind the other. */
export function loadBranches(): typeof import("../run/branches") {
  return require("../run/branches");
}

/** The pair that takes the migrations' schema to schema.sql. */
export function loadProposal(): typeof import("../scratch/proposal") {
  return require("../scratch/proposal");
}

/** Every pair there and back, on a throwaway database. */
export function loadVerify(): typeof import("../scratch/verify") {
  return require("../scratch/verify");
}

/** The database held against what the migrations build. */
export function loadCheck(): typeof import("../scratch/check") {
  return require("../scratch/check");
}

/** The database's schema. */
export function loadLiveSchema(): typeof import("../scratch/live-schema") {
  return require("../scratch/live-schema");
}

/** schema.sql on disk. */
export function loadSchemaFile(): typeof import("../files/schema-file") {
  return require("../files/schema-file");
}

/** Reading the folder, for what needs no database. */
export function loadReadMigrations(): typeof import("../files/read-migrations") {
  return require("../files/read-migrations");
}

/** Writing new migration files. */
export function loadWriteMigrations(): typeof import("../files/write-migrations") {
  return require("../files/write-migrations");
}
