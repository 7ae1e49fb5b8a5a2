import { MigrateError, type Problem, RefusedError } from "../errors";
import { type FileScan, scanFile } from "../migrations/judge-statements";
import type { Migration, MigrationFile } from "../migrations/read-migrations";
import { readStatements } from "../migrations/read-statements";
import { createTransactionTracker } from "../migrations/transaction-tracker";
import { createBatchSizes, gatherBatch, type Work } from "../run/group";
import { createStays, type Leftovers, leftoversOf, more } from "../run/leftovers";
import { type StopOptions, watchForStop } from "../run/stop";
import type { Schema } from "../schema/model";
import type { Session } from "../server/session";
import type { DatabaseSettings } from "../settings/database";
import type { Settings } from "../settings/settings";
import { type Classified, classify, createClassifier } from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import { type ChangedObjects, createChangedObjects } from "./changed-objects";
import { type FailedAt, failedOnScratch, stoppedOnScratch } from "./scratch-failure";
import { openScratchSession, readSchemaOf, runStatement, runText } from "./scratch-session";

/**
 * Runs files on a throwaway database, straight through: nothing is recorded, since nobody will resume it. A file sees
 * what it would see in a run: its own session, and its statements one after another.
 */
export interface Replay {
  /** @throws RefusedError with everything in the files that must not run */
  refuseProblems(files: readonly MigrationFile[]): Promise<void>;
  /** @throws StatementError as `failedOnScratch`; MigrateError `interrupted`, `file-changed` */
  run(file: MigrationFile): Promise<void>;
  /** Runs SQL text, one statement after another. @param fileName for messages @throws as `run` */
  runScript(fileName: string, sql: string): Promise<void>;
  /** Reads the database's schema; only what may have changed since it was last read. */
  readSchema(): Promise<Schema>;
  /** Reads the whole schema. */
  readWhole(): Promise<Schema>;
}

/** How a caller stops work on scratch databases. */
export type Stop = Pick<StopOptions, "signal" | "killSignal">;

/** Gives the body a way to run files on a scratch database, and closes its sessions afterwards. */
export async function withReplay<T>(
  settings: Settings,
  scratch: DatabaseSettings,
  stop: Stop,
  body: (replay: Replay) => Promise<T>,
): Promise<T> {
  let session: Session | null = null;
  const running = { statement: false };
  const reader = await openScratchSession(scratch);
  const watch = watchForStop(
    stop,
    () => (running.statement ? session : null),
    () => {},
  );
  const close = async (): Promise<void> => {
    await session?.close();
    session = null;
  };
  const withRunning = async (
    fileName: string,
    work: (session: Session) => Promise<Leftovers>,
  ): Promise<void> => {
    session ??= await openScratchSession(scratch);
    running.statement = true;
    let left: Leftovers = "anything";
    try {
      left = await work(session);
    } finally {
      running.statement = false;
      // The next file must not see anything that this one left in its session.
      if (!(await stays(session, left))) await close();
    }
    refuseIfStopped(fileName, stop);
  };
  const stays = createStays();
  const changed = createChangedObjects();
  let last: Schema | null = null;
  const scans = new Map<string, FileScan>();
  const scan = async (file: MigrationFile): Promise<FileScan> => {
    const found = scans.get(file.path) ?? (await scanFor(reader, settings, file));
    scans.set(file.path, found);
    return found;
  };
  try {
    return await body({
      async refuseProblems(files) {
        const problems: Problem[] = [];
        for (const file of files) problems.push(...(await scan(file)).problems);
        if (problems.length > 0) throw new RefusedError(problems);
      },
      run: (file) =>
        withRunning(file.fileName, async (own) => runFile(own, file, await scan(file), changed, stop)),
      runScript: (fileName, sql) =>
        withRunning(fileName, async (own) => {
          const { noBackslashEscapes } = own.server;
          let left: Leftovers = "nothing";
          await runText(own, fileName, sql, (statement) => {
            refuseIfStopped(fileName, stop);
            const classified = classify(statement.text, { noBackslashEscapes });
            changed.see(classified.statement);
            left = more(left, leftoversOf({ statement, classified }, { noBackslashEscapes }));
          });
          return left;
        }),
      async readSchema() {
        last = await readSchemaOf(reader, settings, last === null ? null : changed.since(last));
        changed.clear();
        return last;
      },
      readWhole: () => readSchemaOf(reader, settings),
    });
  } finally {
    await watch.end();
    await close();
    await reader.close();
  }
}

export function isStopped({ signal, killSignal }: Stop): boolean {
  return signal?.aborted === true || killSignal?.aborted === true;
}

function refuseIfStopped(fileName: string, stop: Stop): void {
  if (isStopped(stop)) throw stoppedOnScratch(fileName);
}

/** Both files of each migration. */
export function filesOf(migrations: readonly Migration[]): readonly MigrationFile[] {
  return migrations.flatMap(({ up, down }) => (down === null ? [up] : [up, down]));
}

async function scanFor(session: Session, settings: Settings, file: MigrationFile): Promise<FileScan> {
  return await scanFile(file, {
    noBackslashEscapes: session.server.noBackslashEscapes,
    historyTable: settings.table,
    database: settings.database.database,
  });
}

async function runFile(
  session: Session,
  file: MigrationFile,
  { total, usesPrevious, problems }: FileScan,
  changed: ChangedObjects,
  stop: Stop,
): Promise<Leftovers> {
  if (problems.length > 0) throw new RefusedError(problems);
  const { noBackslashEscapes } = session.server;
  const place = { fileName: file.fileName, total, database: session.database };
  const runner = createRunner(session, place, !usesPrevious, changed);
  for await (const statements of readStatements(file, { noBackslashEscapes })) {
    for (let at = 0; at < statements.length; ) {
      refuseIfStopped(file.fileName, stop);
      at += await runner.runSome(statements, at);
    }
  }
  await runner.end();
  return runner.left();
}

interface Runner {
  /** Runs the statement at this index, perhaps together with some that follow. @returns how many */
  runSome(statements: readonly Statement[], at: number): Promise<number>;
  /** Call when there are no more. */
  end(): Promise<void>;
  left(): Leftovers;
}

/**
 * Consecutive changes of rows share a transaction and are sent together, as in a run: alone, each would cost a commit.
 * @param mayBatch no statement reads what the one before it left
 */
function createRunner(
  session: Session,
  place: Omit<FailedAt, "statement">,
  mayBatch: boolean,
  changed: ChangedObjects,
): Runner {
  const options = { noBackslashEscapes: session.server.noBackslashEscapes };
  const classify = createClassifier(options);
  const transactions = createTransactionTracker();
  const sizes = createBatchSizes();
  let left: Leftovers = "nothing";
  /** Whether a transaction of ours is open. */
  let own = false;
  /** The file locks tables or does something similar, which a transaction of ours would end. */
  let onItsOwn = false;

  async function begin(works: readonly Work[], following: number): Promise<void> {
    const joins =
      mayBatch &&
      !onItsOwn &&
      transactions.open() === null &&
      works.every(({ classified }) => classified.statement.kind === "transactional");
    if (joins && !own && following > 1) await session.execute("START TRANSACTION");
    else if (!joins && own) await session.execute("COMMIT");
    own = joins && (own || following > 1);
  }

  async function send(works: readonly Work[]): Promise<void> {
    let ran = 0;
    try {
      const [only] = works;
      if (works.length === 1 && only !== undefined) await runStatement(session, only.statement.text);
      else
        await session.runTogether(
          works.map(({ statement }) => statement.text),
          () => void ran++,
        );
    } catch (error) {
      const failed = works[Math.min(ran, works.length - 1)];
      if (failed === undefined || error instanceof MigrateError) throw error;
      throw failedOnScratch({ ...place, statement: failed.statement }, error);
    }
  }

  return {
    async runSome(statements, at) {
      const statement = statements[at];
      if (statement === undefined) return 1;
      const { maxPacketBytes } = session.server;
      const batch = mayBatch ? gatherBatch(statements, at, classify, sizes, maxPacketBytes) : [];
      const works = batch.length > 0 ? batch : [{ statement, classified: classify(statement) }];
      for (const { classified } of works) changed.see(classified.statement);
      await begin(works, statements.length - at);
      const started = performance.now();
      await send(works);
      sizes.learn(works, performance.now() - started);
      for (const work of works) {
        left = more(left, leftoversOf(work, options));
        onItsOwn ||= HOLDS.includes(work.classified.statement.kind) || setsAutocommit(work.classified);
        transactions.see(work.statement, work.classified.statement);
      }
      return works.length;
    },
    async end() {
      if (own) await session.execute("COMMIT");
      own = false;
    },
    left: () => left,
  };
}

const HOLDS: readonly Classified["statement"]["kind"][] = [
  "lock-tables",
  "call",
  "execute",
  "execute-immediate",
];

function setsAutocommit({ statement }: Classified): boolean {
  return statement.kind === "set" && statement.autocommit !== null;
}
