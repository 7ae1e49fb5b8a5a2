import { canReplacePrograms } from "../../server/differences";
import { tokens } from "../../syntax/lexer";
import { quoteIdentifier, quoteString } from "../../syntax/quote";
import { byName } from "../order";
import type { ScriptStatement } from "../script";
import { type Reader, showCreate, text } from "../show-create";
import { sqlCursor } from "../sql-cursor";
import { definerClause, parseHead, remembered, type StoredProgram, skipName } from "./definer";
import { type Around, type Kind, type ObjectChange, type ObjectChanges, objectChange } from "./kind";

export interface Routine extends StoredProgram {
  readonly type: RoutineType;
  /** MariaDB: CREATE AGGREGATE FUNCTION. */
  readonly aggregate: boolean;
  /** From after the name to the end of the body. */
  readonly definition: string;
}

/**
 * MariaDB's packages have a specification and a separate body. Dropping a package drops its body, and a package may
 * have none.
 */
type RoutineType = "procedure" | "function" | "package" | "package body";

/** Procedures, functions and packages, a package before its body. */
export const routines: Kind<Routine, "routines"> = {
  list: "routines",
  types: ["PROCEDURE", "FUNCTION", "PACKAGE"],
  hasBody: true,
  tableType: null,
  shownTo: ["SHOW_ROUTINE", "SHOW CREATE ROUTINE", "EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE"],
  drops: "behind tables",
  adds: "behind tables",
  label: ({ type, name }) => `${type} ${name}`,
  mayDiffer: (_, programs) => programs,
  read,
  diff,
  create: (all) => all.map((routine) => createRoutine(routine, "CREATE")),
};

const ROUTINES = `
  SELECT routine_name AS name, routine_type AS type
  FROM information_schema.routines
  WHERE routine_schema = ?`;

/** What can be shown, with the column in which SHOW CREATE answers, in the order of the list. */
const SHOWN: readonly (readonly [type: RoutineType, column: string])[] = [
  ["function", "Create Function"],
  ["package", "Create Package"],
  ["package body", "Create Package Body"],
  ["procedure", "Create Procedure"],
];

async function read(reader: Reader): Promise<readonly Routine[]> {
  const rows = await reader.session.query(ROUTINES, [reader.database]);
  const listed = rows.map((row) => ({ name: text(row, "name"), type: text(row, "type").toLowerCase() }));
  const known = new Set<string>(SHOWN.map(([type]) => type));
  for (const { type, name } of listed.filter((each) => !known.has(each.type))) {
    reader.notCompared.push({ object: `${type} ${name}`, why: "this kind of routine is not supported" });
  }
  const all: Routine[] = [];
  for (const [type, column] of SHOWN) {
    const names = listed.flatMap((each) => (each.type === type ? [each.name] : []));
    const shown = await showCreate(reader, type.toUpperCase(), column, names);
    const read = shown.map(({ name, row }): Routine => {
      const { definer, aggregate, definition } = parseRoutine(text(row, column));
      return { type, name, aggregate, definition, ...remembered(reader, definer, row) };
    });
    all.push(...read.sort(byName));
  }
  return all;
}

/** Reads SHOW CREATE PROCEDURE, FUNCTION, PACKAGE or PACKAGE BODY. */
function parseRoutine(shown: string): Omit<Routine, "name" | "type" | "sqlMode"> {
  const cursor = sqlCursor(shown);
  const { definer, aggregate } = parseHead(cursor, new Set(routines.types));
  if (cursor.next().value.toUpperCase() === "PACKAGE") cursor.accept("BODY");
  cursor.accept("IF", "NOT", "EXISTS");
  skipName(cursor);
  return { definer, aggregate, definition: cursor.rest() };
}

function diff(from: readonly Routine[], to: readonly Routine[], { server, isSame }: Around): ObjectChanges {
  const key = ({ type, name }: Routine): string => `${type} ${name.toLowerCase()}`;
  const before = new Map(from.map((routine) => [key(routine), routine]));
  const after = new Map(to.map((routine) => [key(routine), routine]));
  const isSamePart = (old: Routine): boolean => {
    const wanted = after.get(key(old));
    return wanted !== undefined && isSame(old, wanted);
  };
  const packageOf = ({ type, name }: Routine): Routine | undefined =>
    type === "package body" ? before.get(`package ${name.toLowerCase()}`) : undefined;
  // A body is dropped with its package, even when the package is replaced.
  const losesPackage = (old: Routine): boolean => {
    const outside = packageOf(old);
    return outside !== undefined && !isSamePart(outside);
  };
  const isKept = (old: Routine): boolean => isSamePart(old) && !losesPackage(old);
  const canReplace = (old: Routine): boolean => canReplacePrograms(server) && after.has(key(old));
  const canAlter = (old: Routine): boolean => {
    const wanted = after.get(key(old));
    return wanted !== undefined && !canReplace(old) && canAlterRoutine(old, wanted);
  };
  return {
    drops: from
      .filter((old) => !isKept(old) && !canReplace(old) && !canAlter(old) && !losesPackage(old))
      .map((old) => dropRoutine(old, after.has(key(old)))),
    adds: to.flatMap((routine): ObjectChange[] => {
      const old = before.get(key(routine));
      if (old !== undefined && isKept(old)) return [];
      if (old !== undefined && canAlter(old)) return [objectChange({ text: alterRoutine(old, routine) })];
      const verb = old !== undefined && canReplace(old) ? "CREATE OR REPLACE" : "CREATE";
      return [objectChange(createRoutine(routine, verb))];
    }),
  };
}

/**
 * What is lost when a routine is dropped and made again. MySQL has no CREATE OR REPLACE for routines.
 * https://dev.mysql.com/doc/refman/8.4/en/drop-procedure.html
 * @param grants grants on this routine alone, as statements; null: unknown
 */
export function grantLosses(
  { type, name }: Pick<Routine, "name"> & { readonly type: string },
  grants: readonly string[] | null,
): string[] {
  const what = `drops ${type} ${name} to make it again`;
  if (grants === null)
    return [`${what}: what was granted on it alone (GRANT EXECUTE ON ${type.toUpperCase()}) is lost`];
  return grants.map((grant) => `${what}: lost is ${grant}`);
}

function createRoutine(routine: Routine, verb: "CREATE" | "CREATE OR REPLACE"): ScriptStatement {
  const type = `${routine.aggregate ? "AGGREGATE " : ""}${routine.type.toUpperCase()}`;
  const name = quoteIdentifier(routine.name);
  return { text: `${verb} ${definerClause(routine)}${type} ${name}${routine.definition}`, program: routine };
}

/** Up to MariaDB 11.3 the word PACKAGE works only in Oracle mode. https://mariadb.com/kb/en/drop-package/ */
function dropRoutine(routine: Routine, recreated: boolean): ObjectChange {
  const text = `DROP ${routine.type.toUpperCase()} ${quoteIdentifier(routine.name)}`;
  const statement = routine.type.startsWith("package") ? { text, program: routine } : { text };
  if (!recreated) return objectChange(statement);
  return objectChange(statement, { losses: grantLosses(routine, null), endsGrantsOn: routine });
}

/** The characteristics in which two routines differ, as ALTER takes them. */
function alterRoutine(from: Routine, to: Routine): string {
  const [before, after] = [takeApart(from.definition), takeApart(to.definition)];
  const characteristics = [
    ...(before.comment === after.comment ? [] : [`COMMENT ${quoteString(after.comment)}`]),
    ...(before.dataAccess === after.dataAccess ? [] : [after.dataAccess]),
    ...(before.security === after.security ? [] : [`SQL SECURITY ${after.security}`]),
  ];
  return `ALTER ${to.type.toUpperCase()} ${quoteIdentifier(to.name)} ${characteristics.join(" ")}`;
}

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

/**
 * Whether ALTER can turn one routine into the other, so that it need not be dropped. ALTER cannot remove a comment
 * (COMMENT '').
 */
function canAlterRoutine(from: Routine, to: Routine): boolean {
  const [before, after] = [takeApart(from.definition), takeApart(to.definition)];
  if (before.comment !== "" && after.comment === "") return false;
  return before.rest === after.rest && from.definer === to.definer && from.sqlMode === to.sqlMode;
}
