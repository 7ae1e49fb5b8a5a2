import { tokens } from "../syntax/lexer";
import type { Column, Index, Table } from "./model";
import { expression, withoutBinary, withoutIntroducers } from "./parse-expression";

/** Where in a table an expression is. */
export type Place =
  | { readonly kind: "default" | "generated" | "column-check"; readonly column: Column }
  | { readonly kind: "check"; readonly name: string }
  | { readonly kind: "key"; readonly index: Index; readonly part: number };

/**
 * The table with each of its expressions, including defaults that are plain values, replaced by what `write` returns.
 */
export function mapExpressions(table: Table, write: (place: Place, text: string) => string): Table {
  return {
    ...table,
    columns: table.columns.map((column) => mapColumn(column, write)),
    indexes: table.indexes.map((index) => ({
      ...index,
      parts: index.parts.map((part, at) =>
        "expression" in part
          ? { ...part, expression: write({ kind: "key", index, part: at }, part.expression) }
          : part,
      ),
    })),
    checks: table.checks.map((check) => ({
      ...check,
      expression: write({ kind: "check", name: check.name }, check.expression),
    })),
  };
}

function mapColumn(column: Column, write: (place: Place, text: string) => string): Column {
  const { default: value, generated, check } = column;
  const isPeriod = generated?.expression.startsWith("ROW ") ?? false;
  return {
    ...column,
    default: value === null ? null : write({ kind: "default", column }, value),
    generated:
      generated === null || isPeriod
        ? generated
        : { ...generated, expression: write({ kind: "generated", column }, generated.expression) },
    check: check === null ? null : write({ kind: "column-check", column }, check),
  };
}

/** Writes each expression as a person would: see `expression`. */
export function tidyExpressions(table: Table): Table {
  const bytes = new Set(table.columns.filter(isBinary).map(({ name }) => name));
  return mapExpressions(table, (_, text) => {
    if (!text.startsWith("(")) return withoutIntroducers(text);
    return expression(comparesBytes(text, table, bytes) ? withoutBinary(text) : text);
  });
}

function isBinary({ type }: Column): boolean {
  return /^(?:(?:var)?binary|\w*blob)\b/.test(type);
}

/**
 * Whether an expression uses only binary columns: then MySQL turns its strings into bytes when the table is altered.
 */
function comparesBytes(text: string, table: Table, binary: ReadonlySet<string>): boolean {
  if (binary.size === 0 || !text.includes("_binary")) return false;
  const names = new Set(table.columns.map(({ name }) => name));
  const used = [...tokens(text)].filter(
    ({ type, value }) => type === "quoted-identifier" && names.has(value),
  );
  return used.length > 0 && used.every(({ value }) => binary.has(value));
}
