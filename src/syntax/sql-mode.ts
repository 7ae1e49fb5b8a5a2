import { type Token, tokens } from "./lexer";

/** Follows whether NO_BACKSLASH_ESCAPES is in force while the statements of a file go by. */
export interface SqlMode {
  noBackslashEscapes(): boolean;
  /** Notes a SET statement: of `sql_mode`, and of user variables that save its value. */
  set(text: string): void;
}

const modeName = "NO_BACKSLASH_ESCAPES";

/** Its bit in a numeric sql_mode, the same on MySQL and MariaDB. */
const modeBit = 2 ** 20;

const scopes = new Set(["GLOBAL", "SESSION", "LOCAL", "PERSIST", "PERSIST_ONLY"]);

/** @param initial whether the session starts with NO_BACKSLASH_ESCAPES */
export function createSqlMode(initial: boolean): SqlMode {
  let current = initial;
  /** User variables that hold a sql_mode, such as mysqldump's @OLD_SQL_MODE. */
  const saved = new Map<string, boolean>();

  function variableValue(name: string): boolean | null {
    if (!name.startsWith("@@")) return saved.get(name) ?? null;
    if (!name.endsWith("SQL_MODE")) return null;
    return name.startsWith("@@GLOBAL.") ? initial : current;
  }

  function tokenValue(token: Token): boolean | null {
    const value = token.value.toUpperCase();
    if (token.type === "variable") return variableValue(value);
    if (token.type === "number") return Math.floor(Number(value) / modeBit) % 2 === 1;
    if (value === "DEFAULT") return initial;
    return value.includes(modeName);
  }

  /** Whether a value of sql_mode contains the mode; null when the text does not say. */
  function evaluate(expression: readonly Token[]): boolean | null {
    const [only] = expression;
    if (only === undefined) return null;
    if (expression.length === 1) return tokenValue(only);
    // CONCAT(@@sql_mode, ',…') adds to the mode, REPLACE(@@sql_mode, '…', '') takes away.
    const mentioned = expression.some((token) => token.value.toUpperCase().includes(modeName));
    if (mentioned) return !expression.some((token) => token.value.toUpperCase() === "REPLACE");
    const known = expression.filter((token) => token.type === "variable").map(tokenValue);
    return known.includes(true) ? true : known.includes(false) ? false : null;
  }

  function assign(scope: string, target: Token, value: boolean | null): void {
    const name = target.value.toUpperCase();
    if (name.startsWith("@") && !name.startsWith("@@")) {
      if (value === null) saved.delete(name);
      else saved.set(name, value);
      return;
    }
    const [qualifier, variable] = name.startsWith("@@") ? splitScope(name) : [scope, name];
    const ofSession = qualifier === "" || qualifier === "SESSION" || qualifier === "LOCAL";
    if (variable === "SQL_MODE" && ofSession) current = value ?? current;
  }

  return {
    noBackslashEscapes: () => current,
    set(text) {
      // The tokens are read like the statement itself: with the mode in force before it.
      const [, ...rest] = tokens(text, { noBackslashEscapes: current });
      let scope = "";
      for (const assignment of splitAtCommas(rest)) {
        const [first] = assignment;
        if (first?.type === "word" && scopes.has(first.value.toUpperCase())) {
          scope = first.value.toUpperCase(); // for the following assignments, too
          assignment.shift();
        }
        const [target, equals, ...value] = assignment;
        if (target === undefined || (equals?.value !== "=" && equals?.value !== ":=")) continue;
        assign(scope, target, evaluate(value));
      }
    },
  };
}

/** Splits `@@SESSION.SQL_MODE` into scope and name; without a scope it is the session's. */
function splitScope(name: string): readonly [scope: string, name: string] {
  const dot = name.indexOf(".");
  return dot === -1 ? ["", name.slice(2)] : [name.slice(2, dot), name.slice(dot + 1)];
}

/** Commas inside parentheses separate arguments, not assignments. */
function splitAtCommas(list: Iterable<Token>): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of list) {
    const mark = token.type === "punctuation" ? token.value : "";
    if (mark === "(") depth++;
    if (mark === ")") depth--;
    if (mark === "," && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
