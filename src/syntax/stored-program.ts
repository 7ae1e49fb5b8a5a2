import type { Position } from "./position";

/** A block that waits for its END. */
export interface OpenBlock extends Position {
  /** The word that opened it: BEGIN, IF, CASE, LOOP, WHILE, REPEAT or FOR. */
  readonly word: string;
}

/**
 * Reads the words of one statement and knows whether a `;` ends it or lies inside a stored program's body.
 * The caller leaves out white space and comments.
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
  /** False once it is certain that the first `;` ends the statement: nothing more need be told. */
  watching(): boolean;
  /** The innermost block without END, or null. */
  unclosed(): OpenBlock | null;
}

interface Block extends OpenBlock {
  /** CASE as part of an expression: ends with END alone, and its THEN and ELSE are followed by expressions. */
  readonly expression: boolean;
  /** Parentheses around it. */
  readonly depth: number;
  /** Between its first word and its THEN or DO. */
  header: boolean;
  /** REPEAT: between UNTIL and END REPEAT. */
  until: boolean;
}

type Phase =
  /** Between CREATE, ALTER or BEGIN and the word that says what this is. */
  | "kind"
  /** Name, parameters, characteristics, schedule. */
  | "header"
  | "body"
  /** No stored program. */
  | "plain";

/** How far `DECLARE … HANDLER FOR condition, … statement` has been read. */
type HandlerPart = "none" | "declare" | "handler" | "condition" | "not" | "sqlstate" | "complete";

/** What the previous token was, as far as it decides what the next one means. */
type Previous = "operand" | "operator" | "qualifier" | "closer";

/** Words that open a block where a statement may begin. Anywhere else IF and REPEAT are functions. */
const openers = new Set(["BEGIN", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR"]);

/** Openers with a condition between them and their THEN or DO. */
const withHeader = new Set(["IF", "CASE", "WHILE", "FOR"]);

/** Words of a routine's body that is a single statement; none of them occurs in a routine's header. */
const verbs = new Set(
  (
    "ALTER ANALYZE CACHE CALL CHANGE CHECK CHECKSUM COMMIT CREATE DEALLOCATE DELETE DESC DESCRIBE DO DROP EXECUTE " +
    "EXPLAIN FLUSH GET GRANT HANDLER HELP INSERT INSTALL KILL LOAD LOCK OPTIMIZE PREPARE PURGE RELEASE RENAME " +
    "REPAIR REPLACE RESET RESIGNAL RETURN REVOKE ROLLBACK SAVEPOINT SELECT SET SHOW SIGNAL START STOP TABLE " +
    "TRUNCATE UNINSTALL UNLOCK UPDATE VALUES WITH XA"
  ).split(" "),
);

/** Words after which an operand follows, so that END is then a column's name: it is no reserved word. */
const operators = new Set(
  (
    "AND BETWEEN BINARY CASE COLLATE DIV ELSE ESCAPE IN INTERVAL LIKE MOD NOT OR REGEXP RLIKE SOUNDS THEN UNTIL " +
    "WHEN XOR"
  ).split(" "),
);

/** Words between CREATE or ALTER and what is created. */
const modifiers = new Set(["OR", "REPLACE", "AGGREGATE", "DEFINER", "CURRENT_USER", "CURRENT_ROLE"]);

/** Whether a statement that starts with this word (in upper case) can hold a body, and needs a tracker. */
export function mayHoldBody(word: string): boolean {
  return word === "CREATE" || word === "ALTER" || openers.has(word);
}

/**
 * A tracker for one statement.
 * @param where says where in the file the word is that is being told
 * @see https://dev.mysql.com/doc/refman/8.4/en/sql-compound-statements.html
 * @see https://mariadb.com/kb/en/using-compound-statements-outside-of-stored-programs/
 */
export function createProgramTracker(where: () => Position): ProgramTracker {
  const blocks: Block[] = [];
  let phase: Phase = "kind";
  let first = "";
  let kind = "";
  let previous: Previous = "operator";
  let previousWord = "";
  let depth = 0;
  let parameters = false;
  /** The next token begins a statement of the body. */
  let statementStart = false;
  /** The last token began a statement; a colon makes it a label. */
  let maybeLabel = false;
  /** FOLLOWS or PRECEDES was read, and another trigger's name comes. */
  let otherTrigger = false;
  let handler: HandlerPart = "none";

  function open(word: string, expression: boolean): void {
    const header = !expression && withHeader.has(word);
    blocks.push({ word, expression, depth, header, until: false, ...where() });
    statementStart = !expression && !header;
  }

  function readKind(word: string): void {
    if (first === "") {
      first = word;
      // MariaDB runs IF, LOOP and the like outside of programs too, but BEGIN alone starts a transaction.
      if (word !== "BEGIN" && openers.has(word)) startBody(word);
    } else if (first === "BEGIN") {
      if (word === "ATOMIC" && previousWord === "NOT") {
        phase = "body";
        open(first, false);
      } else if (word !== "NOT") phase = "plain";
    } else if (previous === "qualifier" || modifiers.has(word)) {
      // the account of DEFINER = account, or nothing that decides
    } else if (word === "EVENT" || (first === "CREATE" && isRoutineOrTrigger(word))) {
      kind = word;
      phase = "header";
      parameters = false; // CURRENT_USER() has parentheses too
    } else phase = "plain";
  }

  function startBody(word: string): void {
    phase = "body";
    statementStart = true;
    readBody(word);
  }

  function readHeader(word: string): void {
    if (previous === "qualifier" || depth > 0) return;
    if (kind === "TRIGGER") {
      if (word === "ROW" && previousWord === "EACH") {
        phase = "body";
        statementStart = true;
      }
    } else if (kind === "EVENT") {
      // An event may itself be called `do`.
      if (word === "DO" && previousWord !== "EVENT" && previousWord !== "EXISTS") {
        phase = "body";
        statementStart = true;
      }
    } else if (parameters) {
      if (openers.has(word)) startBody(word);
      else if (verbs.has(word) && !isType(word)) phase = "body";
    } else if (word === "SONAME") phase = "plain";
  }

  /** SET as a type's name, or as part of CHARACTER SET. */
  function isType(word: string): boolean {
    return word === "SET" && ["RETURNS", "CHARACTER", "CHAR"].includes(previousWord);
  }

  function readBody(word: string): void {
    if (otherTrigger) {
      otherTrigger = false;
      statementStart = true;
      return;
    }
    if (previous === "qualifier") return;
    if (handler !== "none") readHandler(word);
    if (statementStart) readStatementStart(word);
    else readInside(word);
  }

  function readStatementStart(word: string): void {
    const block = blocks.at(-1);
    statementStart = false;
    if (word === "END") {
      blocks.pop();
    } else if (openers.has(word)) {
      open(word, false);
    } else if (word === "ELSE") {
      statementStart = true;
    } else if (word === "ELSEIF" || word === "WHEN") {
      if (block !== undefined) block.header = true;
    } else if (word === "UNTIL") {
      if (block !== undefined) block.until = true;
    } else if (word === "DECLARE") {
      handler = "declare";
    } else if ((word === "FOLLOWS" || word === "PRECEDES") && kind === "TRIGGER" && blocks.length === 0) {
      otherTrigger = true;
    } else {
      maybeLabel = true;
    }
  }

  function readInside(word: string): void {
    const block = blocks.at(-1);
    if (word === "CASE") {
      if (previous !== "closer") open(word, true);
    } else if (word === "ATOMIC") {
      if (previousWord === "NOT" && block?.word === "BEGIN") statementStart = true;
    } else if (block === undefined || block.depth !== depth) {
      // nothing of the block's own
    } else if (word === "END") {
      if ((block.expression || block.until) && previous === "operand") blocks.pop();
    } else if ((word === "THEN" || word === "DO") && block.header) {
      block.header = false;
      statementStart = true;
    }
  }

  function readHandler(word: string): void {
    if (handler === "declare") {
      if (word === "HANDLER") handler = "handler";
    } else if (handler === "handler") {
      if (word === "FOR") handler = "condition";
    } else if (handler === "condition") {
      handler = word === "SQLSTATE" ? "sqlstate" : word === "NOT" ? "not" : "complete";
    } else if (handler === "not") {
      handler = "complete";
    } else if (handler === "complete") {
      handler = "none";
      statementStart = true;
    }
  }

  /** What END means right behind this word. */
  function meaningOf(word: string, blocksBefore: number): Previous {
    if (previous === "qualifier") return "operand";
    if (word === "END" && blocks.length < blocksBefore && phase === "body") return "closer";
    return operators.has(word) ? "operator" : "operand";
  }

  return {
    word(word) {
      const blocksBefore = blocks.length;
      const expression = blocks.at(-1)?.expression === true;
      maybeLabel = false;
      if (phase === "kind") readKind(word);
      else if (phase === "header") readHeader(word);
      else if (phase === "body") readBody(word);
      previous = meaningOf(word, blocksBefore);
      // CASE … END is an operand; only a statement's END is followed by the block's name.
      if (previous === "closer" && expression) previous = "operand";
      previousWord = word;
    },
    quoted() {
      maybeLabel = statementStart;
      statementStart = otherTrigger;
      otherTrigger = false;
      if (handler === "condition" || handler === "sqlstate") handler = "complete";
      previous = "operand";
      previousWord = "";
    },
    symbol(code) {
      if (code === 0x28 /* ( */) {
        depth++;
      } else if (code === 0x29 /* ) */) {
        depth--;
        if (depth === 0) parameters = true;
      }
      if (code === 0x2c /* , */ && handler === "complete") handler = "condition";
      statementStart = code === 0x3a /* : */ && maybeLabel;
      maybeLabel = false;
      if (code === 0x29) previous = "operand";
      else if (code === 0x2e /* . */ || code === 0x40 /* @ */) previous = "qualifier";
      else previous = code === 0x3d /* = */ && phase === "kind" ? "qualifier" : "operator";
      previousWord = "";
    },
    semicolon() {
      while (blocks.at(-1)?.expression === true) blocks.pop();
      depth = 0;
      handler = "none";
      maybeLabel = false;
      previous = "operator";
      previousWord = "";
      statementStart = true;
      return blocks.length === 0;
    },
    watching: () => phase !== "plain",
    unclosed: () => blocks.at(-1) ?? null,
  };
}

function isRoutineOrTrigger(word: string): boolean {
  return word === "PROCEDURE" || word === "FUNCTION" || word === "TRIGGER";
}
