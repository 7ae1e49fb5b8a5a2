import type { Position } from "./position";
import { modifiers, openers, operators, verbs, withHeader } from "./program-words";

/** A block that waits for its END. */
export interface OpenBlock extends Position {
  /** The word that opened it: BEGIN, IF, CASE, LOOP, WHILE, REPEAT or FOR. */
  readonly word: string;
}

/**
 * Reads the words of one statement and knows whether a `;` ends it or is inside a stored program's body. The caller
 * leaves out white space and comments.
 */
export interface ProgramTracker {
  /** A keyword, an unquoted identifier or a number, in upper case. */
  word(word: string): void;
  /** A quoted identifier or a string. */
  quoted(): void;
  /** Any other character, by its code. */
  symbol(code: number): void;
  /** A `;`: true when it ends the statement. */
  semicolon(): boolean;
  /** False once it is certain that the first `;` ends the statement: then it needs to see no more. */
  watching(): boolean;
  /** The innermost block without END, or null. */
  unclosed(): OpenBlock | null;
}

interface Block extends OpenBlock {
  /** CASE as part of an expression: it ends with a plain END, and expressions follow its THEN and ELSE. */
  readonly expression: boolean;
  /** How many parentheses are around it. */
  readonly depth: number;
  /** Whether we are between its first word and its THEN or DO. */
  header: boolean;
  /** REPEAT: whether we are between UNTIL and END REPEAT. */
  until: boolean;
}

type Phase =
  /** Between CREATE, ALTER or BEGIN and the word that says what this is. */
  | "kind"
  /** Name, parameters, characteristics, schedule. */
  | "header"
  | "body"
  /** Not a stored program. */
  | "plain";

/** How far `DECLARE … HANDLER FOR condition, … statement` has been read. */
type HandlerPart = "none" | "declare" | "handler" | "condition" | "not" | "sqlstate" | "complete";

/** What the previous token was, as far as the meaning of the next one depends on it. */
type Previous = "operand" | "operator" | "qualifier" | "closer";

/** Whether a statement that starts with this word (in upper case) can have a body, and needs a tracker. */
export function mayHoldBody(word: string): boolean {
  return word === "CREATE" || word === "ALTER" || openers.has(word);
}

/** What is known about the statement so far. */
interface BodyState {
  readonly where: () => Position;
  readonly blocks: Block[];
  phase: Phase;
  first: string;
  kind: string;
  previous: Previous;
  previousWord: string;
  depth: number;
  parameters: boolean;
  /** The next token begins a statement of the body. */
  statementStart: boolean;
  /** The last token began a statement; a colon makes it a label. */
  maybeLabel: boolean;
  /** FOLLOWS or PRECEDES was read, so another trigger's name comes next. */
  otherTrigger: boolean;
  handler: HandlerPart;
}

/**
 * A tracker for one statement.
 * @param where says where in the file the current word is
 * @see https://dev.mysql.com/doc/refman/8.4/en/sql-compound-statements.html
 * @see https://mariadb.com/kb/en/using-compound-statements-outside-of-stored-programs/
 */
export function createProgramTracker(where: () => Position): ProgramTracker {
  const state: BodyState = {
    where,
    blocks: [],
    phase: "kind",
    first: "",
    kind: "",
    previous: "operator",
    previousWord: "",
    depth: 0,
    parameters: false,
    statementStart: false,
    maybeLabel: false,
    otherTrigger: false,
    handler: "none",
  };
  return {
    word: (word) => readWord(state, word),
    quoted: () => readQuoted(state),
    symbol: (code) => readSymbol(state, code),
    semicolon: () => readSemicolon(state),
    watching: () => state.phase !== "plain",
    unclosed: () => state.blocks.at(-1) ?? null,
  };
}

function readWord(state: BodyState, word: string): void {
  const blocksBefore = state.blocks.length;
  const expression = state.blocks.at(-1)?.expression === true;
  state.maybeLabel = false;
  if (state.phase === "kind") readKind(state, word);
  else if (state.phase === "header") readHeader(state, word);
  else if (state.phase === "body") readBody(state, word);
  state.previous = meaningOf(state, word, blocksBefore);
  // CASE … END is an operand; only a statement's END is followed by the block's name.
  if (state.previous === "closer" && expression) state.previous = "operand";
  state.previousWord = word;
}

function readQuoted(state: BodyState): void {
  state.maybeLabel = state.statementStart;
  state.statementStart = state.otherTrigger;
  state.otherTrigger = false;
  if (state.handler === "condition" || state.handler === "sqlstate") state.handler = "complete";
  state.previous = "operand";
  state.previousWord = "";
}

function readSymbol(state: BodyState, code: number): void {
  if (code === 0x28 /* ( */) {
    state.depth++;
  } else if (code === 0x29 /* ) */) {
    state.depth--;
    if (state.depth === 0) state.parameters = true;
  }
  if (code === 0x2c /* , */ && state.handler === "complete") state.handler = "condition";
  state.statementStart = code === 0x3a /* : */ && state.maybeLabel;
  state.maybeLabel = false;
  if (code === 0x29) state.previous = "operand";
  else if (code === 0x2e /* . */ || code === 0x40 /* @ */) state.previous = "qualifier";
  else state.previous = code === 0x3d /* = */ && state.phase === "kind" ? "qualifier" : "operator";
  state.previousWord = "";
}

/** @returns whether it ends the statement */
function readSemicolon(state: BodyState): boolean {
  while (state.blocks.at(-1)?.expression === true) state.blocks.pop();
  state.depth = 0;
  state.handler = "none";
  state.maybeLabel = false;
  state.previous = "operator";
  state.previousWord = "";
  state.statementStart = true;
  return state.blocks.length === 0;
}

function open(state: BodyState, word: string, expression: boolean): void {
  const header = !expression && withHeader.has(word);
  state.blocks.push({ word, expression, depth: state.depth, header, until: false, ...state.where() });
  state.statementStart = !expression && !header;
}

function readKind(state: BodyState, word: string): void {
  if (state.first === "") {
    state.first = word;
    // MariaDB runs IF, LOOP and the like outside of programs, too, but a plain BEGIN starts a transaction.
    if (word !== "BEGIN" && openers.has(word)) startBody(state, word);
  } else if (state.first === "BEGIN") {
    if (word === "ATOMIC" && state.previousWord === "NOT") {
      state.phase = "body";
      open(state, state.first, false);
    } else if (word !== "NOT") state.phase = "plain";
  } else if (state.previous === "qualifier" || modifiers.has(word)) {
    // the account of DEFINER = account, or a word that decides nothing
  } else if (word === "EVENT" || (state.first === "CREATE" && isRoutineOrTrigger(word))) {
    state.kind = word;
    state.phase = "header";
    state.parameters = false; // CURRENT_USER() also has parentheses
  } else state.phase = "plain";
}

function startBody(state: BodyState, word: string): void {
  state.phase = "body";
  state.statementStart = true;
  readBody(state, word);
}

function readHeader(state: BodyState, word: string): void {
  if (state.previous === "qualifier" || state.depth > 0) return;
  if (state.kind === "TRIGGER") {
    if (word === "ROW" && state.previousWord === "EACH") {
      state.phase = "body";
      state.statementStart = true;
    }
  } else if (state.kind === "EVENT") {
    // An event can itself be called `do`.
    if (word === "DO" && state.previousWord !== "EVENT" && state.previousWord !== "EXISTS") {
      state.phase = "body";
      state.statementStart = true;
    }
  } else if (state.parameters) {
    if (openers.has(word)) startBody(state, word);
    else if (verbs.has(word) && !isType(state, word)) state.phase = "body";
  } else if (word === "SONAME") state.phase = "plain";
}

/** Whether SET is a type's name, or part of CHARACTER SET. */
function isType(state: BodyState, word: string): boolean {
  return word === "SET" && ["RETURNS", "CHARACTER", "CHAR"].includes(state.previousWord);
}

function readBody(state: BodyState, word: string): void {
  if (state.otherTrigger) {
    state.otherTrigger = false;
    state.statementStart = true;
    return;
  }
  if (state.previous === "qualifier") return;
  if (state.handler !== "none") readHandler(state, word);
  if (state.statementStart) readStatementStart(state, word);
  else readInside(state, word);
}

function readStatementStart(state: BodyState, word: string): void {
  const block = state.blocks.at(-1);
  state.statementStart = false;
  if (word === "END") {
    state.blocks.pop();
  } else if (openers.has(word)) {
    open(state, word, false);
  } else if (word === "ELSE") {
    state.statementStart = true;
  } else if (word === "ELSEIF" || word === "WHEN") {
    if (block !== undefined) block.header = true;
  } else if (word === "UNTIL") {
    if (block !== undefined) block.until = true;
  } else if (word === "DECLARE") {
    state.handler = "declare";
  } else if (
    (word === "FOLLOWS" || word === "PRECEDES") &&
    state.kind === "TRIGGER" &&
    state.blocks.length === 0
  ) {
    state.otherTrigger = true;
  } else {
    state.maybeLabel = true;
  }
}

function readInside(state: BodyState, word: string): void {
  const block = state.blocks.at(-1);
  if (word === "CASE") {
    if (state.previous !== "closer") open(state, word, true);
  } else if (word === "ATOMIC") {
    if (state.previousWord === "NOT" && block?.word === "BEGIN") state.statementStart = true;
  } else if (block === undefined || block.depth !== state.depth) {
    // not a word of the block itself
  } else if (word === "END") {
    if ((block.expression || block.until) && state.previous === "operand") state.blocks.pop();
  } else if ((word === "THEN" || word === "DO") && block.header) {
    block.header = false;
    state.statementStart = true;
  }
}

function readHandler(state: BodyState, word: string): void {
  if (state.handler === "declare") {
    if (word === "HANDLER") state.handler = "handler";
  } else if (state.handler === "handler") {
    if (word === "FOR") state.handler = "condition";
  } else if (state.handler === "condition") {
    state.handler = word === "SQLSTATE" ? "sqlstate" : word === "NOT" ? "not" : "complete";
  } else if (state.handler === "not") {
    state.handler = "complete";
  } else if (state.handler === "complete") {
    state.handler = "none";
    state.statementStart = true;
  }
}

/** What END means right after this word. */
function meaningOf(state: BodyState, word: string, blocksBefore: number): Previous {
  if (state.previous === "qualifier") return "operand";
  if (word === "END" && state.blocks.length < blocksBefore && state.phase === "body") return "closer";
  return operators.has(word) ? "operator" : "operand";
}

function isRoutineOrTrigger(word: string): boolean {
  return word === "PROCEDURE" || word === "FUNCTION" || word === "TRIGGER";
}
