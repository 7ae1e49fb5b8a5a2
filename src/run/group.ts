import type { Classified } from "../syntax/classify";
import type { Statement } from "../syntax/statement";
import { gatherCompanions, hasCompanions, type Work } from "./companions";

export type { Work };

/** How many statements are sent to the server together. */
export interface BatchSize {
  readonly statements: number;
  /** Learns from statements that were just run, alone or together. @param ms how long they took, in milliseconds */
  learn(count: number, ms: number): void;
}

/** With fewer, telling the server that several are coming costs as much as it saves. */
const MIN_BATCH = 4;
const GROWTH = 16;
const MAX_BATCH = 2_000;

/** How long a batch should take, in milliseconds: a signal and the end of a transaction have to wait for it. */
const BATCH_MS = 100;

/** The same for statements that commit by themselves: for these the server needs more time than the network. */
const COMPANIONS_MS = 250;
/** More would be too much to judge after a crash. */
const MOST_COMPANIONS = 200;

/** The most characters in a batch. */
const BATCH_LENGTH = 64 * 1024;

/** Starts with a single statement, which may be slow, and adapts to the server's speed. */
export function createBatchSize(batchMs = BATCH_MS, most = MAX_BATCH): BatchSize {
  let statements = 1;
  return {
    get statements() {
      return statements;
    },
    learn(count, ms) {
      const fitting = Math.floor((batchMs * count) / Math.max(ms, 0.1));
      // A single quick statement says little.
      statements = Math.max(1, Math.min(fitting, count * GROWTH, most));
    },
  };
}

/** For statements that are announced together, across all files of a run. */
export function createCompanionsSize(): BatchSize {
  return createBatchSize(COMPANIONS_MS, MOST_COMPANIONS);
}

/**
 * What is known about the speed of a file's statements, by kind: quick inserts say nothing about an UPDATE after them.
 */
export interface BatchSizes {
  of(statement: Statement): BatchSize;
  /** Learns from what just ran, alone or together. @param ms how long it took, in milliseconds */
  learn(works: readonly Work[], ms: number): void;
}

export function createBatchSizes(): BatchSizes {
  const rows = createBatchSize();
  const others = createBatchSize();
  const of = (statement: Statement): BatchSize => (isRows(statement) ? rows : others);
  return {
    of,
    learn(works, ms) {
      const changes = works.filter(({ statement, classified }) => maySendTogether(statement, classified));
      for (const size of new Set(changes.map(({ statement }) => of(statement)))) size.learn(works.length, ms);
    },
  };
}

/** An INSERT of nothing but literals: others like it show what it costs. */
function isRows({ head, text }: Statement): boolean {
  return head.length < text.length;
}

/** Statements that the server gets without anything of the runner's own in between. */
export interface Group {
  /** `announced`: with one record for all of them; `unit`: the first one, and those that read what it left. */
  readonly how: "alone" | "together" | "announced" | "unit";
  readonly works: readonly Work[];
}

/** Groups a file's statements. */
export interface Grouping {
  /** Cuts them without splitting a group. */
  cut(chunks: Chunks): Chunks;
  /**
   * The statements, from a given one on, that form a group.
   * @param preparedText the text of a prepared statement, or null when it is not known
   * @param may what can be done together, if the statements are of the right kind
   */
  gather(
    statements: readonly Statement[],
    at: number,
    preparedText: (name: string) => string | null,
    may: { readonly join: boolean; readonly announce: boolean },
  ): Group;
  /** Learns how long a group took, in milliseconds. */
  learn(group: Group, ms: number): void;
}

type Chunks = AsyncIterable<readonly Statement[]> | Iterable<readonly Statement[]>;

/**
 * @param usesPrevious a statement of the file reads what the one before it left, so none are sent together
 * @param companions how many statements are announced together
 */
export function createGrouping(
  usesPrevious: boolean,
  classify: (statement: Statement) => Classified,
  maxPacketBytes: number,
  companions: BatchSize,
): Grouping {
  const sizes = createBatchSizes();
  return {
    cut: (chunks) => (usesPrevious ? keepUnits(chunks, classify) : chunks),
    gather(statements, at, preparedText, may) {
      if (usesPrevious) {
        const works = gatherUnit(statements, at, classify, preparedText);
        return { how: works.length > 1 ? "unit" : "alone", works };
      }
      const works = may.join ? gatherBatch(statements, at, classify, sizes, maxPacketBytes) : [];
      if (works.length > 0) return { how: "together", works };
      const announced = may.announce
        ? gatherCompanions(worksFrom(statements, at, classify), companions.statements, maxPacketBytes)
        : [];
      if (announced.length > 0) return { how: "announced", works: announced };
      return { how: "alone", works: [...worksFrom(statements.slice(at, at + 1), 0, classify)] };
    },
    learn({ works }, ms) {
      sizes.learn(works, ms);
      if (works.every(hasCompanions)) companions.learn(works.length, ms);
    },
  };
}

function* worksFrom(
  statements: readonly Statement[],
  at: number,
  classify: (statement: Statement) => Classified,
): Iterable<Work> {
  for (let next = at; next < statements.length; next++) {
    const statement = statements[next];
    if (statement !== undefined) yield { statement, classified: classify(statement) };
  }
}

/**
 * The statements, from the first on, that can be sent together; none when the first one must go alone.
 * @param from index of the first
 * @param maxPacketBytes the largest command that the server takes
 */
export function gatherBatch(
  statements: readonly Statement[],
  from: number,
  classify: (statement: Statement) => Classified,
  sizes: BatchSizes,
  maxPacketBytes: number,
): readonly Work[] {
  // A UTF-16 unit of a string takes at most three bytes, and the server needs some of the packet for itself.
  const longest = Math.min(BATCH_LENGTH, maxPacketBytes / 4);
  const batch: Work[] = [];
  let length = 0;
  let most = MAX_BATCH;
  for (let at = from; at < statements.length; at++) {
    const statement = statements[at];
    if (statement === undefined) break;
    const classified = classify(statement);
    if (!maySendTogether(statement, classified)) break;
    most = Math.min(most, sizes.of(statement).statements);
    if (batch.length >= most) break;
    length += statement.text.length;
    if (length > longest) break;
    batch.push({ statement, classified });
  }
  return batch.length < MIN_BATCH ? [] : batch;
}

/**
 * Changes rows and returns none. Whether it reads the outcome of the statement before it (ROW_COUNT()) does not matter
 * here: a file with such statements is sent one by one.
 */
function maySendTogether({ head }: Statement, { statement: { kind } }: Classified): boolean {
  return (
    kind === "transactional" &&
    /^(?:INSERT|REPLACE|UPDATE|DELETE)\b/i.test(head) &&
    !/\bRETURNING\b/i.test(head) &&
    // With another delimiter it may be two statements, which the server refuses only when they come alone.
    !head.includes(";")
  );
}

/**
 * A statement and those right after it that read what it left, such as ROW_COUNT(): nothing of the runner's own may be
 * sent between them.
 * @param preparedText the text of a prepared statement, or null when it is not known
 * @returns one statement alone when nothing reads what it left
 */
function gatherUnit(
  statements: readonly Statement[],
  at: number,
  classify: (statement: Statement) => Classified,
  preparedText: (name: string) => string | null,
): readonly Work[] {
  const unit: Work[] = [];
  for (const statement of statements.slice(at)) {
    const classified = classify(statement);
    if (unit.length > 0 && !readsPrevious(classified, preparedText)) break;
    unit.push({ statement, classified });
  }
  return unit;
}

/** Whether a statement reads what the one before it left. A body that is only being defined reads nothing yet. */
export function readsPrevious(
  { statement, usesPrevious }: Classified,
  preparedText: (name: string) => string | null = () => null,
): boolean {
  switch (statement.kind) {
    case "transactional":
    case "temporary":
    case "set":
    case "call":
      return usesPrevious;
    case "execute":
      return usesPrevious || READS_PREVIOUS.test(preparedText(statement.name) ?? "");
    case "execute-immediate":
      return (
        usesPrevious || READS_PREVIOUS.test(statement.source.from === "text" ? statement.source.text : "")
      );
    case "begin":
    case "commit":
    case "rollback":
    case "use":
    case "prepare":
    case "deallocate":
    case "lock-tables":
    case "unlock-tables":
    case "self-committing":
    case "repeatable":
    case "unjudgeable":
    case "refused":
      return false;
    default:
      return statement satisfies never;
  }
}

const READS_PREVIOUS = /\b(?:row_count|found_rows|diagnostics|warnings|errors|warning_count|error_count)\b/i;

/** Whether it leaves nothing behind; then it does not matter what it reads. */
export function leavesNothing({ text }: Statement): boolean {
  return /^\s*(?:SHOW|SELECT)\b/i.test(text) && !/\bINTO\b|:=/i.test(text);
}

/** Cuts a file's statements without separating one from those whose outcome it reads. */
async function* keepUnits(
  chunks: Chunks,
  classify: (statement: Statement) => Classified,
): AsyncGenerator<readonly Statement[]> {
  let held: readonly Statement[] = [];
  for await (const chunk of chunks) {
    const all = [...held, ...chunk];
    let from = all.length - 1;
    while (from > 0 && mayRead(classify(all[from] as Statement))) from--;
    held = all.slice(Math.max(from, 0));
    if (from > 0) yield all.slice(0, from);
  }
  if (held.length > 0) yield held;
}

/** Before a text is prepared, nobody knows what it reads. */
function mayRead(classified: Classified): boolean {
  return readsPrevious(classified) || classified.statement.kind.startsWith("execute");
}
