import type { Token } from "../lexer";
import { refused, repeatable, type StatementKind, unjudgeable } from "../statement-kind";
import { hasSequence, isKeyword, splitAtCommas, type TokenReader } from "../token-reader";
import { readSetPassword } from "./accounts";

/** What one assignment of a SET is about. */
interface Assignment {
  readonly scope: "user" | "session" | "global";
  /** Lower case, without `@`, `@@` or scope. */
  readonly name: string;
  readonly value: readonly Token[];
}

/** Reads on after SET (but not SET STATEMENT). */
export function readSet(reader: TokenReader): StatementKind {
  if (reader.sees("PASSWORD") && !isKeyword(reader.peek(1), ".")) {
    reader.next();
    return readSetPassword(reader);
  }
  if (reader.accept("DEFAULT", "ROLE")) return repeatable();
  if (reader.sees("ROLE") || reader.sees("RESOURCE", "GROUP")) return sessionOnly();
  if (reader.keyword() === "TRANSACTION") return readSetTransaction(reader, true);
  if (reader.keyword(1) === "TRANSACTION") {
    if (reader.accept("GLOBAL")) return repeatable([], "never");
    reader.next();
    return readSetTransaction(reader, false);
  }
  return describe(readAssignments(reader.rest()));
}

/** @see https://dev.mysql.com/doc/refman/8.4/en/set-transaction.html */
function readSetTransaction(reader: TokenReader, nextTransaction: boolean): StatementKind {
  if (hasSequence(reader.rest(), "READ", "ONLY")) return refused(READ_ONLY);
  return { ...sessionOnly(), nextTransaction };
}

const READ_ONLY =
  "In a read-only session progress cannot be recorded; START TRANSACTION READ ONLY can be used instead.";

const RELEASE = "With it every COMMIT ends the session that has to record the statement.";

function isRelease([only]: readonly Token[]): boolean {
  return only?.value === "2" || only?.value.toUpperCase() === "RELEASE";
}

function sessionOnly(): Extract<StatementKind, { kind: "set" }> {
  return { kind: "set", autocommit: null, onlyUserVariables: false, nextTransaction: false };
}

function describe(assignments: readonly Assignment[]): StatementKind {
  if (assignments.some(({ scope, value }) => scope === "global" && addsToItself(value))) {
    return unjudgeable("it makes the new value out of the old one", [], "never");
  }
  if (assignments.every(({ scope }) => scope === "global")) return repeatable([], "never");
  const inSession = assignments.filter(({ scope }) => scope === "session");
  const readOnly = inSession.find(({ name }) => name === "transaction_read_only" || name === "tx_read_only");
  if (readOnly !== undefined && readSwitch(readOnly.value) !== false) return refused(READ_ONLY);
  const completion = inSession.find(({ name }) => name === "completion_type");
  if (completion !== undefined && isRelease(completion.value)) return refused(RELEASE);
  const autocommit = inSession.findLast(({ name }) => name === "autocommit");
  return {
    kind: "set",
    autocommit: autocommit === undefined ? null : readSwitch(autocommit.value),
    onlyUserVariables: assignments.every(({ scope }) => scope === "user"),
    nextTransaction: false,
  };
}

/** `@@max_connections * 2` gives something else the second time; `@@max_connections` alone does not. */
function addsToItself(value: readonly Token[]): boolean {
  return (
    value.length > 1 && value.some(({ type, value: name }) => type === "variable" && name.startsWith("@@"))
  );
}

/** A boolean variable's value, or "unknown" for an expression. */
function readSwitch(value: readonly Token[]): boolean | "unknown" {
  const [only, more] = value;
  if (only === undefined || more !== undefined) return "unknown";
  switch (only.value.toUpperCase()) {
    case "1":
    case "ON":
    case "TRUE":
      return true;
    case "0":
    case "OFF":
    case "FALSE":
      return false;
    default:
      return "unknown";
  }
}

/** A scope keyword applies to all assignments after it, `@@scope.` only to its own. */
function readAssignments(list: readonly Token[]): readonly Assignment[] {
  let inherited: Assignment["scope"] = "session";
  return splitAtCommas(list).map((part) => {
    const keyword = SCOPES[part[0]?.value.toUpperCase() ?? ""];
    const scoped = part[0]?.type === "word" && keyword !== undefined && !isAssignment(part[1]);
    if (scoped) inherited = keyword;
    return readAssignment(scoped ? part.slice(1) : part, inherited);
  });
}

const SCOPES: Readonly<Record<string, Assignment["scope"]>> = {
  GLOBAL: "global",
  PERSIST: "global",
  PERSIST_ONLY: "global",
  SESSION: "session",
  LOCAL: "session",
};

function readAssignment(part: readonly Token[], inherited: Assignment["scope"]): Assignment {
  const equals = part.findIndex(isAssignment);
  const value = equals === -1 ? [] : part.slice(equals + 1);
  const [target] = part;
  if (target?.type !== "variable") {
    return { scope: inherited, name: target?.value.toLowerCase() ?? "", value };
  }
  if (!target.value.startsWith("@@"))
    return { scope: "user", name: target.value.slice(1).toLowerCase(), value };
  const [first = "", ...others] = target.value.slice(2).split(".");
  const scope = others.length === 0 ? undefined : SCOPES[first.toUpperCase()];
  const name = scope === undefined ? target.value.slice(2) : others.join(".");
  return { scope: scope ?? "session", name: name.toLowerCase(), value };
}

function isAssignment(token: Token | undefined): boolean {
  return isKeyword(token, "=") || isKeyword(token, ":=");
}
