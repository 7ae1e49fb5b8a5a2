import type { Problem } from "../errors";
import { alterParts } from "../syntax/alter-wish";
import type { LexOptions } from "../syntax/lexer";
import type { Statement } from "../syntax/statement";

/** What is marked `online` is an ALTER TABLE, which says nothing of how it is to be done. */
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
