import type { Problem } from "../errors";
import { alterParts } from "../syntax/alter-wish";
import type { StatementKind } from "../syntax/classify";
import type { LexOptions } from "../syntax/lexer";
import type { Statement } from "../syntax/statement";

/** A statement marked `online` must be an ALTER TABLE that does not itself say how it is to be done. */
export function judgeMark(fileName: string, statement: Statement, options: LexOptions): Problem | null {
  if (statement.online !== true) return null;
  const parts = alterParts(statement.text, options);
  if (parts !== null && !parts.wishes) return null;
  const why =
    parts === null ? "is no ALTER TABLE" : "says itself how it is to be done (ALGORITHM, LOCK, IGNORE)";
  return {
    code: "cannot-online",
    file: fileName,
    message: `${fileName}:${statement.line}:${statement.column}: this statement ${why}, and the line above it says "migrate: online".`,
    hint: parts === null ? "Take the mark away, or write it as an ALTER TABLE." : "Keep one of the two.",
  };
}

/** What a file tells about its statements marked `online`. */
export interface Marks {
  /** Those with no altering statement before them in the file; left out: there are none. */
  readonly marked?: readonly Pick<Statement, "line" | "column" | "text">[];
  /** Whether something in the file may alter the objects of a later statement. */
  readonly altersMore?: true;
}

/** Gathers a file's marked statements. */
export function createMarks(): {
  see(statement: Statement, kind: StatementKind): void;
  result(): Marks;
} {
  const marked: Pick<Statement, "line" | "column" | "text">[] = [];
  let altersMore = false;
  return {
    see({ online, line, column, text }, { kind }) {
      if (online === true && !altersMore) marked.push({ line, column, text });
      else altersMore ||= online !== true && !LEAVES_TABLES.includes(kind);
    },
    result: () => ({
      ...(marked.length === 0 ? {} : { marked }),
      ...(altersMore ? { altersMore } : {}),
    }),
  };
}

/** Kinds of statements that change no table and no trigger. */
const LEAVES_TABLES: readonly StatementKind["kind"][] = [
  "transactional",
  "set",
  "use",
  "begin",
  "commit",
  "rollback",
];
