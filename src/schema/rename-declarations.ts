import { tokens } from "../syntax/lexer";
import {
  type DeclaredObject,
  type DeclaredTextOptions,
  type PlacedToken,
  readDeclaredObjects,
} from "./declared-objects";

/** A comment in schema.sql that says what something used to be called. */
export interface RenameDeclaration {
  /** 1-based line of the comment. */
  readonly line: number;
  readonly from: string;
  /** What it is about; null: that is unclear, or cannot be renamed. */
  readonly subject: RenamedObject | null;
  /** Why there is no subject, for people; null when there is one. */
  readonly problem: string | null;
}

const RENAMED = ["table", "column", "index", "foreign key", "check"] as const;

/** What can be renamed. */
export interface RenamedObject {
  readonly kind: (typeof RENAMED)[number];
  /** The table itself, or the one it belongs to. */
  readonly table: string;
  readonly name: string;
}

interface Comment {
  readonly start: number;
  /** Offset after it. */
  readonly end: number;
  readonly line: number;
  readonly from: string;
}

const DECLARATION = /(?:--[ \t]+|#[ \t]*|(\/\*)[ \t]*)renamed from\b[ \t]*([^\r\n]*)/gi;

/**
 * Finds `-- renamed from old_name` in SQL text. It is about the thing on its line, or, alone on a line, about the thing
 * that begins below it. If that is not a single thing, the declaration says why it is refused.
 * @throws MigrateError when the text cannot be cut into statements
 */
export function readRenameDeclarations(
  sql: string,
  options: DeclaredTextOptions = {},
): readonly RenameDeclaration[] {
  if (!/renamed from/i.test(sql)) return [];
  const placed = readDeclaredObjects(sql, options);
  const lineOf = lineFinder(sql);
  const bound = new Map<DeclaredObject, RenameDeclaration>();
  const found: RenameDeclaration[] = [];
  for (const comment of findComments(sql, placed, lineOf, options)) {
    const object = subjectOf(comment, sql, placed, lineOf);
    if (object === "body") continue;
    const declared = declare(comment, object);
    const earlier = typeof object === "string" ? undefined : bound.get(object);
    if (typeof object !== "string") bound.set(object, declared);
    if (earlier === undefined || declared.problem !== null) found.push(declared);
    else
      found.push({
        ...declared,
        subject: null,
        problem: `line ${earlier.line} says "renamed from ${earlier.from}" about the same ${describe(object as DeclaredObject)}`,
      });
  }
  return found;
}

function findComments(
  sql: string,
  placed: readonly PlacedToken[],
  lineOf: (offset: number) => number,
  options: DeclaredTextOptions,
): readonly Comment[] {
  const comments: Comment[] = [];
  for (const match of sql.matchAll(DECLARATION)) {
    const start = match.index;
    if (placed.some((token) => token.start <= start && start < token.end)) continue; // inside a string
    const isBlock = match[1] !== undefined;
    const rest = isBlock ? (match[2] ?? "").replace(/\*\/.*$/, "") : (match[2] ?? "");
    const [name] = tokens(rest, options);
    const close = sql.indexOf("*/", start);
    const end = isBlock && close !== -1 ? close + 2 : start + match[0].length;
    comments.push({ start, end, line: lineOf(start), from: name?.value ?? "" });
  }
  return comments;
}

/**
 * What a comment is about; `body`: it belongs to a program's text; otherwise a text that says why it is about nothing.
 */
function subjectOf(
  comment: Comment,
  sql: string,
  placed: readonly PlacedToken[],
  lineOf: (offset: number) => number,
): DeclaredObject | string {
  const behind = placed.findIndex((token) => token.start >= comment.end);
  const next = behind === -1 ? undefined : placed[behind];
  const before = placed[behind === -1 ? placed.length - 1 : behind - 1];
  const isInside = before !== undefined && before.object === next?.object;
  if (isInside && before.object.hasBody) return "body";
  const onLine = new Set(
    placed.flatMap(({ type, start, end, object }) =>
      type !== "punctuation" && lineOf(start) <= comment.line && lineOf(end - 1) >= comment.line
        ? [object]
        : [],
    ),
  );
  if (onLine.size === 1) return [...onLine][0] as DeclaredObject;
  if (onLine.size > 1) {
    const names = [...onLine].map(describe).join(" and ");
    return `its line has ${names}: it does not show which one is meant. Give each a line of its own`;
  }
  const lineStart = sql.lastIndexOf("\n", comment.start) + 1;
  const isAlone = sql.slice(lineStart, comment.start).trim() === "";
  if (!isAlone || next === undefined || next.start !== next.object.start) {
    return "neither its line nor the one below has a table, column, index or constraint";
  }
  const below = new Set(
    placed.flatMap(({ object }) =>
      object.table === next.object.table && lineOf(object.start) === lineOf(next.start) ? [object] : [],
    ),
  );
  // Above CREATE TABLE it is about the table, even if the whole statement is on one line.
  if (next.object.kind === "table" || below.size === 1) return next.object;
  const names = [...below].map(describe).join(" and ");
  return `the line below has ${names}: it does not show which one is meant. Give each a line of its own`;
}

function declare({ line, from }: Comment, object: DeclaredObject | string): RenameDeclaration {
  const refused = (problem: string): RenameDeclaration => ({ line, from, subject: null, problem });
  if (typeof object === "string") return refused(object);
  const { kind, table, name } = object;
  if (from === "") return refused("it gives no name");
  const renamed = RENAMED.find((each) => each === kind);
  if (renamed === undefined) return refused(`it is about ${describe(object)}, which cannot be renamed so`);
  if (name === null) return refused(`the ${kind} has no name. Give it one`);
  return { line, from, subject: { kind: renamed, table, name }, problem: null };
}

/** For people: `column a of t`. */
function describe({ kind, table, name }: DeclaredObject): string {
  const what = name === null ? `a ${kind}` : `${kind} ${name}`;
  return kind === "table" || table === "" ? what : `${what} of ${table}`;
}

/** 1-based line of an offset. */
function lineFinder(sql: string): (offset: number) => number {
  const starts = [0];
  for (let at = sql.indexOf("\n"); at !== -1; at = sql.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
