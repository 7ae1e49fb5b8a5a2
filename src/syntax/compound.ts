import type { LexOptions } from "./lexer";
import { type BodyEffect, NONE, readBody } from "./program-body";
import { type ObjectRef, type StatementKind, transactional, unjudgeable } from "./statement-kind";
import { createReader, isKeyword } from "./token-reader";

/** What a simple statement does, as far as its text says; null for a CALL, and for a text that is run from a value. */
export function simpleEffect(statement: StatementKind, verb: string): BodyEffect | null {
  switch (statement.kind) {
    case "transactional":
      return { commits: 0, writes: !READS.includes(verb) };
    case "temporary":
      return statement.commits ? { commits: 1, writes: false } : NONE;
    case "prepare":
    case "deallocate":
      return NONE;
    case "set":
      return statement.autocommit === null ? NONE : { commits: 2, writes: false };
    case "self-committing":
      // A swap does not show in the schema, so it counts as something that nothing can judge.
      return { commits: statement.verb === "rename" ? 2 : 1, writes: false };
    case "repeatable":
      return statement.commits === "never" ? NONE : { commits: 1, writes: false };
    case "call":
      return null;
    default:
      return { commits: 2, writes: false };
  }
}

const READS = [
  "SELECT",
  "SHOW",
  "SIGNAL",
  "RESIGNAL",
  "GET",
  "VALUES",
  "TABLE",
  "EXPLAIN",
  "DESCRIBE",
  "DESC",
  "HELP",
];

/** Finds the procedures that a body calls. */
export function readCalls(text: string, options: LexOptions = {}): readonly ObjectRef[] {
  const calls: ObjectRef[] = [];
  readBody(
    text,
    (statement) => {
      if (statement.kind === "call") calls.push(statement.routine);
      return NONE;
    },
    options,
  );
  return calls;
}

/** Whether a statement of a file is a compound one, which only MariaDB allows. */
export function startsCompound(text: string, options: LexOptions = {}): boolean {
  const reader = createReader(text, options);
  const word = reader.keyword();
  if (word === "BEGIN") return isKeyword(reader.peek(1), "NOT");
  return STARTS.includes(word) || (word !== "" && isKeyword(reader.peek(1), ":"));
}

const STARTS = ["IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR"];

/** A compound statement with nothing but DML is like DML. */
export function compoundKind(text: string, options: LexOptions = {}): StatementKind {
  const effect = readBody(text, simpleEffect, options);
  if (effect?.commits === 0) return transactional();
  return unjudgeable("a compound statement may stop half-way", [], "perhaps");
}
