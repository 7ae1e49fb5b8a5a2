import type { ObjectRef, PreparedSource, StatementKind, TableName } from "../../src/syntax/classify";

/** A statement's kind in one line, for tables of cases. */
export function renderKind(statement: StatementKind): string {
  switch (statement.kind) {
    case "begin":
      return statement.readOnly ? "begin read only" : "begin";
    case "commit":
    case "rollback":
      return statement.chain ? `${statement.kind} and chain` : statement.kind;
    case "set":
      return [
        "set",
        ...(statement.autocommit === null ? [] : [`autocommit=${statement.autocommit}`]),
        ...(statement.onlyUserVariables ? ["only variables"] : []),
        ...(statement.nextTransaction ? ["next transaction"] : []),
      ].join(" ");
    case "use":
      return `use ${statement.database}`;
    case "prepare":
      return `prepare ${statement.name} from ${renderSource(statement.source)}`;
    case "execute":
    case "deallocate":
      return `${statement.kind} ${statement.name}`;
    case "execute-immediate":
      return `execute ${renderSource(statement.source)}`;
    case "temporary":
      return `temporary ${statement.action} ${renderTables(statement.tables)}${statement.commits ? ", commits" : ""}`;
    case "self-committing":
      return `${statement.verb} ${renderObjects(statement.objects)}`;
    case "repeatable":
    case "unjudgeable":
      return `${statement.kind} ${renderObjects(statement.objects)}${COMMITS[statement.commits]}`
        .replace(" ,", ",")
        .trim();
    case "call":
      return `call ${renderObjects([statement.routine])}`;
    default:
      return statement.kind;
  }
}

const COMMITS = { always: "", perhaps: ", perhaps commits", never: ", never commits" } as const;

function renderTables(tables: readonly TableName[]): string {
  return tables.map(({ database, name }) => (database === null ? name : `${database}.${name}`)).join(", ");
}

function renderSource(source: PreparedSource): string {
  return source.from === "variable" ? `@${source.name}` : `${source.from} ${source.text}`;
}

function renderObjects(objects: readonly ObjectRef[]): string {
  return objects
    .map(({ type, database, name }) => `${type} ${database === null ? name : `${database}.${name}`}`)
    .join(", ");
}
