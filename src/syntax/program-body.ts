import { classifyKind } from "./classify-kind";
import type { LexOptions } from "./lexer";
import type { StatementKind } from "./statement-kind";
import { createReader, isKeyword, type TokenReader } from "./token-reader";

/** What a stored program's body can do, on the path that does most. */
export interface BodyEffect {
  /** How many of its statements commit by themselves or end a transaction; 2 means several. */
  readonly commits: 0 | 1 | 2;
  /** Whether it may write rows. */
  readonly writes: boolean;
}

/** What one simple statement in a body does; null when that is unknown, which makes the whole body unknown. */
export type Leaf = (statement: StatementKind, verb: string, text: string) => BodyEffect | null;

/** Does nothing that matters. */
export const NONE: BodyEffect = { commits: 0, writes: false };

/**
 * Works out what a body does: one statement, or BEGIN … END with whatever is inside.
 * @returns null when it cannot be followed, or the leaf returned null
 */
export function readBody(text: string, leaf: Leaf, options: LexOptions = {}): BodyEffect | null {
  const body: Body = { reader: createReader(text, options), leaf, options };
  const effect = readStatement(body);
  body.reader.accept(";");
  return body.reader.peek() === null ? effect : null;
}

interface Body {
  readonly reader: TokenReader;
  readonly leaf: Leaf;
  readonly options: LexOptions;
}

function inTurn(first: BodyEffect | null, second: BodyEffect | null): BodyEffect | null {
  if (first === null || second === null) return null;
  const commits = Math.min(2, first.commits + second.commits) as BodyEffect["commits"];
  return { commits, writes: first.writes || second.writes };
}

function oneOf(first: BodyEffect | null, second: BodyEffect | null): BodyEffect | null {
  if (first === null || second === null) return null;
  const commits = first.commits > second.commits ? first.commits : second.commits;
  return { commits, writes: first.writes || second.writes };
}

function repeated(effect: BodyEffect | null): BodyEffect | null {
  return inTurn(effect, effect);
}

/** Reads one statement up to, not including, its semicolon. */
function readStatement(body: Body): BodyEffect | null {
  const { reader } = body;
  if (isKeyword(reader.peek(1), ":")) {
    reader.next();
    reader.next();
  }
  switch (reader.keyword()) {
    case "BEGIN":
      reader.next();
      reader.accept("NOT", "ATOMIC");
      return closed(body, readList(body), "");
    case "IF":
      reader.next();
      return readBranches(body, "THEN", "ELSEIF", "IF");
    case "CASE":
      reader.next();
      if (!skipTo(reader, "WHEN")) return null;
      return readBranches(body, "THEN", "WHEN", "CASE");
    case "LOOP":
      reader.next();
      return repeated(closed(body, readList(body), "LOOP"));
    case "WHILE":
      if (!skipTo(reader, "DO")) return null;
      return repeated(closed(body, readList(body), "WHILE"));
    case "FOR":
      if (!skipTo(reader, "DO")) return null;
      return repeated(closed(body, readList(body), "FOR"));
    case "REPEAT": {
      reader.next();
      const effect = readList(body);
      if (!reader.accept("UNTIL")) return null;
      while (reader.peek() !== null && !reader.sees("END", "REPEAT")) reader.next();
      return repeated(closed(body, effect, "REPEAT"));
    }
    case "DECLARE":
      return readDeclare(body);
    default:
      return readSimple(body);
  }
}

/** Statements up to the word that ends the list. */
function readList(body: Body): BodyEffect | null {
  let effect: BodyEffect | null = NONE;
  while (body.reader.peek() !== null && !ENDS.includes(body.reader.keyword())) {
    effect = inTurn(effect, readStatement(body));
    if (!body.reader.accept(";")) return null;
  }
  return effect;
}

const ENDS = ["END", "ELSE", "ELSEIF", "WHEN", "UNTIL"];

/** The branches of IF and CASE; the reader is at the first condition. */
function readBranches(body: Body, then: string, again: string, end: string): BodyEffect | null {
  const { reader } = body;
  let effect: BodyEffect | null = NONE;
  do {
    if (!skipTo(reader, then)) return null;
    effect = oneOf(effect, readList(body));
  } while (reader.accept(again));
  if (reader.accept("ELSE")) effect = oneOf(effect, readList(body));
  return closed(body, effect, end);
}

/** Consumes END, the repeated word, and a label. */
function closed(body: Body, effect: BodyEffect | null, word: string): BodyEffect | null {
  const { reader } = body;
  if (!reader.accept("END") || (word !== "" && !reader.accept(word))) return null;
  if (reader.peek() !== null && !reader.sees(";")) reader.next();
  return effect;
}

/** Consumes an expression and the keyword after it. CASE expressions have words of their own. */
function skipTo(reader: TokenReader, word: string): boolean {
  let cases = 0;
  for (let token = reader.next(); token !== null; token = reader.next()) {
    if (cases === 0 && isKeyword(token, word)) return true;
    if (isKeyword(token, "CASE")) cases++;
    else if (isKeyword(token, "END") && cases > 0) cases--;
  }
  return false;
}

/** Variables, conditions and cursors do nothing by themselves; a handler contains a statement. */
function readDeclare(body: Body): BodyEffect | null {
  const { reader } = body;
  reader.next();
  const handler = ["CONTINUE", "EXIT", "UNDO"].includes(reader.keyword()) && reader.keyword(1) === "HANDLER";
  if (!handler) {
    while (reader.peek() !== null && !reader.sees(";")) reader.next();
    return NONE;
  }
  for (let words = 0; words < 3; words++) reader.next(); // EXIT HANDLER FOR
  do {
    if (reader.accept("SQLSTATE")) reader.accept("VALUE");
    else reader.accept("NOT");
    reader.next();
  } while (reader.accept(","));
  return repeated(readStatement(body));
}

const HARMLESS = ["RETURN", "LEAVE", "ITERATE", "OPEN", "FETCH", "CLOSE"];

function readSimple(body: Body): BodyEffect | null {
  const { reader } = body;
  const first = reader.peek();
  if (first === null) return null;
  const verb = reader.keyword();
  let end = first.end;
  while (reader.peek() !== null && !reader.sees(";")) end = reader.next()?.end ?? end;
  if (HARMLESS.includes(verb)) return NONE;
  const text = reader.text.slice(first.start, end);
  return body.leaf(classifyKind(text, body.options), verb, text);
}
