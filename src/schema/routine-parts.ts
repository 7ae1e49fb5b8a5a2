import { tokens } from "../syntax/lexer";
import { quoteString } from "../syntax/quote";
import type { Routine } from "./model";

/** What ALTER PROCEDURE and ALTER FUNCTION can change. */
interface Characteristics {
  readonly dataAccess: string;
  readonly security: string;
  readonly comment: string;
}

interface RoutineParts extends Characteristics {
  /** Parameters, RETURNS, DETERMINISTIC and the body. */
  readonly rest: string;
}

const DEFAULTS: Characteristics = { dataAccess: "CONTAINS SQL", security: "DEFINER", comment: "" };
const LINE =
  /^ {4}(?:(NO SQL|READS SQL DATA|MODIFIES SQL DATA)|SQL SECURITY (INVOKER)|(DETERMINISTIC)|COMMENT (?='))/;

/** Takes a definition apart as the server prints it: each characteristic on a line of its own, before the body. */
function takeApart(definition: string): RoutineParts {
  let depth = 0;
  let at = 0;
  for (const { type, value, end } of tokens(definition)) {
    if (type === "punctuation" && value === "(") depth++;
    if (type === "punctuation" && value === ")") depth--;
    at = end;
    if (depth === 0) break;
  }
  let line = definition.indexOf("\n", at) + 1;
  if (line === 0) return { ...DEFAULTS, rest: definition };
  let rest = definition.slice(0, line);
  let found = DEFAULTS;
  for (
    let match = LINE.exec(definition.slice(line));
    match !== null;
    match = LINE.exec(definition.slice(line))
  ) {
    const [text, dataAccess, security, deterministic] = match;
    let end = line + text.length;
    if (dataAccess !== undefined) found = { ...found, dataAccess };
    else if (security !== undefined) found = { ...found, security };
    else if (deterministic !== undefined) rest += `${text}\n`;
    else {
      const [comment] = tokens(definition.slice(end));
      if (comment === undefined) break;
      found = { ...found, comment: comment.value };
      end += comment.end;
    }
    line = end + 1;
  }
  return { ...found, rest: rest + definition.slice(line) };
}

/** Whether ALTER makes one routine the other, so that it need not be dropped. It takes no comment away (COMMENT ''). */
export function canAlterRoutine(from: Routine, to: Routine): boolean {
  const [before, after] = [takeApart(from.definition), takeApart(to.definition)];
  if (before.comment !== "" && after.comment === "") return false;
  return before.rest === after.rest && from.definer === to.definer && from.sqlMode === to.sqlMode;
}

/** The characteristics in which two routines differ, as ALTER takes them. */
export function changedCharacteristics(from: Routine, to: Routine): string {
  const [before, after] = [takeApart(from.definition), takeApart(to.definition)];
  return [
    ...(before.comment === after.comment ? [] : [`COMMENT ${quoteString(after.comment)}`]),
    ...(before.dataAccess === after.dataAccess ? [] : [after.dataAccess]),
    ...(before.security === after.security ? [] : [`SQL SECURITY ${after.security}`]),
  ].join(" ");
}
