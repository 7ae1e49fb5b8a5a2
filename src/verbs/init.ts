import { constants, copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { MigrateError, RefusedError } from "../errors";
import { countTables, listExisting } from "../history/existing-tables";
import { readHistoryState } from "../history/fold";
import { createHistoryTable } from "../history/table";
import { writePair } from "../migrations/write";
import type { Adoption } from "../plan/adopt";
import { openSession, withSession } from "../server/connection";
import { serverErrno } from "../server/error-numbers";
import { acquireLock } from "../server/lock";
import { withTranslatedErrors } from "../server/translate-error";
import { withWriter } from "../server/writer";
import type { Settings } from "../settings/settings";
import { quoteIdentifier } from "../syntax/quote";
import { packagePath } from "../version";
import type { OptionTable } from "./options";
import { findAdoptions, renderAdoptions } from "./stamp";
import { type Context, defineCommand } from "./verb";

/** One thing that init makes, and whether that was necessary. */
export interface InitStep {
  readonly what: "environment-file" | "folder" | "example" | "database" | "history-table";
  /** Its path or name. */
  readonly name: string;
  readonly outcome: "created" | "there";
}

export interface InitResult {
  readonly steps: readonly InitStep[];
  /** Tables of other migration tools in the database, if this tool has applied nothing there. */
  readonly found: readonly Adoption[];
  /** Tables and views in the database, without ignored ones, if nothing is applied there. */
  readonly existing: readonly string[];
}

/** Makes what a project needs, unless it exists. */
export const init = defineCommand({
  name: "init",
  summary: "Make what is missing: .env, folder, example, database, history table",
  details: [
    "Safe to repeat. This is the only verb that creates a database.",
    "The example is made where nothing else is: no migrations in the folder, no tables in the database.",
  ],
  options: {},
  examples: ["init"],
  run: async (context): Promise<InitResult> => {
    const { dir } = context.folder();
    const files = [...makeEnvironmentFile(context), makeFolder(dir)];
    try {
      const made = await makeDatabase(context);
      const found = await findAdoptions(context.settings());
      const existing = await findExisting(context.settings());
      const example = existing.length > 0 || !isEmpty(dir) ? [] : makeExample(dir);
      return { steps: [...files, ...example, ...made], found, existing };
    } catch (error) {
      throw tellWhatIsDone(error, files);
    }
  },
  render: ({ steps, found, existing }, layout) => [
    ...steps.map(describe),
    ...renderAdoptions(found, null, layout),
    ...renderExisting(existing, found),
  ],
});

const EXAMPLE = ".env.example";

const EXAMPLE_PAIR = {
  up: `-- An example: put your first migration in its place. The down file takes back what the up file does.
CREATE TABLE example (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL
);
`,
  down: "DROP TABLE example;\n",
};

function makeEnvironmentFile(context: Context<OptionTable>): readonly InitStep[] {
  const { environmentFolder } = context;
  if (environmentFolder === null) return [];
  const what = "environment-file";
  const own = join(environmentFolder, EXAMPLE);
  // A project that installed the package has no example of its own; if its settings come from elsewhere, it needs none.
  const example = existsSync(own) || hasSettings(context) ? own : packagePath(EXAMPLE);
  try {
    copyFileSync(example, join(environmentFolder, ".env"), constants.COPYFILE_EXCL);
    return [{ what, name: ".env", outcome: "created" }];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return [{ what, name: ".env", outcome: "there" }];
    // Without an example there is nothing to start from; settings may well come from elsewhere.
    if (code === "ENOENT") return [];
    throw new MigrateError("unwritable", `.env cannot be made from ${EXAMPLE} (${code}).`, { cause: error });
  }
}

function hasSettings(context: Context<OptionTable>): boolean {
  try {
    context.settings();
    return true;
  } catch (error) {
    if (error instanceof RefusedError) return error.problems.some(({ code }) => code !== "missing-setting");
    throw error;
  }
}

function makeFolder(dir: string): InitStep {
  const there = existsSync(dir);
  try {
    mkdirSync(dir, { recursive: true });
    return { what: "folder", name: dir, outcome: there ? "there" : "created" };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MigrateError("unwritable", `The migrations folder ${dir} cannot be made (${code}).`, {
      cause: error,
    });
  }
}

function isEmpty(dir: string): boolean {
  return readdirSync(dir).every((name) => name.startsWith("."));
}

function makeExample(dir: string): readonly InitStep[] {
  const { upPath, downPath } = writePair(dir, "0001", "create_example", EXAMPLE_PAIR);
  return [upPath, downPath].map((name) => ({ what: "example", name, outcome: "created" }));
}

/** What is in a database without history: if there is something, an example would only be in the way. */
async function findExisting(settings: Settings): Promise<readonly string[]> {
  return await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => {
      if ((await readHistoryState(session, settings.table)).rows.length > 0) return [];
      return (await listExisting(session, settings)).tables;
    }),
  );
}

function renderExisting(existing: readonly string[], found: readonly Adoption[]): readonly string[] {
  if (existing.length === 0) return [];
  return [
    `The database has ${countTables(existing)} and no history. If the schema is to become the first migration:`,
    "  npm run migrate:baseline -- <name>",
    ...(found.length > 0
      ? []
      : ["If migrations of this folder made it, say up to which:", "  npm run migrate:stamp -- <version>"]),
  ];
}

async function makeDatabase(context: Context<OptionTable>): Promise<readonly InitStep[]> {
  const settings = context.settings();
  const { createdDatabase, createdTable } = await prepareDatabase(settings);
  return [
    { what: "database", name: settings.database.database, outcome: createdDatabase ? "created" : "there" },
    { what: "history-table", name: settings.table, outcome: createdTable ? "created" : "there" },
  ];
}

/** The files were made although no database could be reached: says so in the error. */
function tellWhatIsDone(error: unknown, files: readonly InitStep[]): unknown {
  const created = files.filter(({ outcome }) => outcome === "created").map(({ name }) => name);
  if (!(error instanceof MigrateError) || created.length === 0) return error;
  const done = `Created so far: ${created.join(", ")}. Then run init again:\n  npm run migrate:init`;
  const hint = error.hint === null ? done : `${error.hint}\n${done}`;
  if (error instanceof RefusedError) {
    return new MigrateError(error.code, error.message, { hint, cause: error });
  }
  return new MigrateError(error.code, error.message, { hint, cause: error.cause });
}

const NOUNS: Readonly<Record<InitStep["what"], string>> = {
  "environment-file": "",
  folder: "folder ",
  example: "",
  database: "database ",
  "history-table": "history table ",
};

function describe({ what, name, outcome }: InitStep): string {
  return `${outcome === "created" ? "Created    " : "Was there  "}${NOUNS[what]}${name}`;
}

export interface Prepared {
  readonly createdDatabase: boolean;
  readonly createdTable: boolean;
}

const LOCK_TIMEOUT_MS = 60_000;

/** Creates the database and the history table unless they exist. Only `init` creates databases. */
export async function prepareDatabase(settings: Settings): Promise<Prepared> {
  return await withTranslatedErrors(async () => {
    const createdDatabase = await ensureDatabase(settings);
    return { createdDatabase, createdTable: await ensureHistoryTable(settings) };
  });
}

async function ensureDatabase(settings: Settings): Promise<boolean> {
  try {
    const session = await openSession(settings.database);
    await session.close();
    return false;
  } catch (error) {
    if (!(error instanceof MigrateError) || error.code !== "unknown-database") throw error;
  }
  return await withSession(
    settings.database,
    async (session) => {
      try {
        await session.execute(
          `CREATE DATABASE ${quoteIdentifier(settings.database.database)} CHARACTER SET utf8mb4`,
        );
        return true;
      } catch (error) {
        // Another init was faster.
        if (serverErrno(error) === ER_DB_CREATE_EXISTS) return false;
        throw error;
      }
    },
    { withoutDatabase: true },
  );
}

async function ensureHistoryTable(settings: Settings): Promise<boolean> {
  return await withWriter(settings.database, settings.allowReplica === true, async (session) => {
    if ((await readHistoryState(session, settings.table)).exists) return false;
    const lock = await acquireLock(session, settings.table, { timeoutMs: LOCK_TIMEOUT_MS });
    try {
      if ((await readHistoryState(session, settings.table)).exists) return false;
      await createHistoryTable(session, settings.table);
      return true;
    } finally {
      await lock.release();
    }
  });
}

const ER_DB_CREATE_EXISTS = 1007;
