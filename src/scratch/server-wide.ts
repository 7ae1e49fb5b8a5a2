import type { Token } from "../syntax/lexer";
import { isKeyword } from "../syntax/token-reader";

/**
 * Statements about the server instead of one database, by their first words; an inner list means any one of its words.
 */
const SERVER_WIDE: readonly (readonly (string | readonly string[])[])[] = [
  ["USE"],
  [
    ["CREATE", "DROP"],
    ["DATABASE", "SCHEMA"],
  ],
  [
    ["CREATE", "ALTER", "DROP", "RENAME"],
    ["USER", "ROLE", "SERVER", "TABLESPACE", "INSTANCE"],
  ],
  [
    ["CREATE", "ALTER", "DROP"],
    ["UNDO", "LOGFILE", "RESOURCE", "SPATIAL"],
    ["TABLESPACE", "GROUP", "REFERENCE"],
  ],
  ["GRANT"],
  ["REVOKE"],
  ["KILL"],
  ["XA"],
  ["SET", ["GLOBAL", "PERSIST", "PERSIST_ONLY", "PASSWORD"]],
  ["SET", "DEFAULT", "ROLE"],
  ["FLUSH"],
  ["RESET", ["MASTER", "SLAVE", "REPLICA", "BINARY", "QUERY", "PERSIST"]],
  ["PURGE", ["BINARY", "MASTER"]],
  ["CHANGE", ["MASTER", "REPLICATION"]],
  [
    ["START", "STOP"],
    ["SLAVE", "REPLICA", "GROUP_REPLICATION", "ALL"],
  ],
  [
    ["INSTALL", "UNINSTALL"],
    ["PLUGIN", "SONAME", "COMPONENT"],
  ],
  ["CLONE", ["LOCAL", "INSTANCE"]],
  ["IMPORT", "TABLE"],
  ["CACHE", "INDEX"],
  [["LOCK", "UNLOCK"], "INSTANCE"],
  ["BACKUP", ["STAGE", "LOCK", "UNLOCK"]],
  ["BINLOG"],
  ["SHUTDOWN"],
  ["RESTART"],
];

/** The longest of them, with OR REPLACE. */
const LONGEST = 5;

/** ALTER DATABASE without a name is about the current one. These words are reserved, so they cannot be a name. */
const NO_DATABASE_NAME = ["CHARACTER", "COLLATE", "DEFAULT"];

/** Words that alone identify a statement; in a body they can also be names. */
const ALONE = ["SHUTDOWN", "RESTART", "BINLOG", "XA", "FLUSH"];

/**
 * Finds a statement whose effect is not confined to one database.
 * @param list tokens of a statement
 * @param inside whether statements may begin anywhere, as in a stored program's body; otherwise only the first word
 * counts
 * @returns its first words, for a message, or null
 */
export function findServerWide(list: readonly Token[], inside: boolean): string | null {
  for (let at = 0; at < list.length; at++) {
    if (at > 0 && (!inside || !mayBegin(list, at))) continue;
    const found = serverWideAt(list, at);
    if (found !== null) return found;
    if (!inside) break;
  }
  return null;
}

function serverWideAt(list: readonly Token[], at: number): string | null {
  if (list[at]?.type !== "word") return null;
  const words = list
    .slice(at, at + LONGEST)
    .map((token) => (token.type === "word" ? token.value.toUpperCase() : ""));
  const plain = words[1] === "OR" && words[2] === "REPLACE" ? [words[0] ?? "", ...words.slice(3)] : words;
  if (plain[0] === "ALTER" && ["DATABASE", "SCHEMA"].includes(plain[1] ?? "")) {
    return NO_DATABASE_NAME.includes(plain[2] ?? "") ? null : `ALTER ${plain[1]}`;
  }
  const form = SERVER_WIDE.find((each) =>
    each.every((word, index) => (typeof word === "string" ? [word] : word).includes(plain[index] ?? "")),
  );
  if (form === undefined) return null;
  if (at > 0 && plain[0] === "USE" && ["INDEX", "KEY"].includes(plain[1] ?? "")) return null;
  // In a body these words can be the name of a column.
  if (at > 0 && ALONE.includes(plain[0] ?? "") && isKeyword(list[at + 1], ",")) return null;
  return plain.slice(0, form.length).join(" ");
}

/** What comes before a word that is a column, a table or part of an expression, not the first word of a statement. */
const WITHIN = [",", "(", ".", "=", "<", ">", "+", "-", "*", "/", "%", ":="];
const WITHIN_WORDS = ["SELECT", "AS", "BY", "FROM", "JOIN", "INTO", "TABLE", "COLUMN", "DISTINCT", "WHERE"];

function mayBegin(list: readonly Token[], at: number): boolean {
  const before = list[at - 1];
  if (before === undefined || isKeyword(list[at + 1], ".")) return before === undefined;
  return (
    !WITHIN.some((mark) => isKeyword(before, mark)) && !WITHIN_WORDS.some((word) => isKeyword(before, word))
  );
}

/** Engines whose tables are stored elsewhere. */
const REMOTE_ENGINES = ["FEDERATED", "FEDERATEDX", "CONNECT", "SPIDER", "S3"];
const ENGINE_VARIABLES = ["DEFAULT_STORAGE_ENGINE", "STORAGE_ENGINE", "DEFAULT_TMP_STORAGE_ENGINE"];

/** Functions that change something outside of all databases, by the beginning of their names. */
const SERVER_FUNCTIONS =
  /^(?:spider_|group_replication_|asynchronous_connection_failover_|keyring_|audit_log_|version_tokens_|mysql_firewall_|set_firewall_|sys_exec|sys_eval)/i;

/** Finds parts of a statement that leave the database in other ways than by a name. @returns a clause, or null */
export function findWayOut(list: readonly Token[]): string | null {
  let definesTable = false;
  for (const [at, token] of list.entries()) {
    const next = list[at + 1];
    const word = token.type === "word" ? token.value.toUpperCase() : "";
    if (word === "TABLE") definesTable ||= DEFINES.some((verb) => isKeyword(list[at - 1], verb));
    if (isKeyword(token, ";")) definesTable = false;
    if (word === "INTO" && (isKeyword(next, "OUTFILE") || isKeyword(next, "DUMPFILE"))) {
      return `INTO ${next?.value.toUpperCase()} writes a file on the server`;
    }
    if (word === "SONAME" && next?.type === "string") return "SONAME loads a library into the server";
    if (isKeyword(next, "(") && SERVER_FUNCTIONS.test(token.value)) {
      return `${token.value}() acts on the whole server`;
    }
    const found = definesTable ? remoteTable(word, valueAt(list, at)) : setsServer(list, at);
    if (found !== null) return found;
  }
  return null;
}

const DEFINES = ["CREATE", "ALTER", "REPLACE", "TEMPORARY", "IGNORE", "ONLINE"];

/** The token after a name, with or without an equals sign between. */
function valueAt(list: readonly Token[], at: number): Token | undefined {
  return isAssignment(list[at + 1]) ? list[at + 2] : list[at + 1];
}

function isAssignment(token: Token | undefined): boolean {
  return isKeyword(token, "=") || isKeyword(token, ":=");
}

function remoteTable(word: string, value: Token | undefined): string | null {
  const engine = value?.value.toUpperCase() ?? "";
  if (word === "ENGINE" && REMOTE_ENGINES.includes(engine)) {
    return `a table of ENGINE=${engine} is kept somewhere else`;
  }
  return word === "CONNECTION" && value?.type === "string" ? "CONNECTION leads to another server" : null;
}

function setsServer(list: readonly Token[], at: number): string | null {
  const token = list[at];
  if (token === undefined) return null;
  const variable = token.type === "variable" || token.type === "word" ? token.value.toUpperCase() : "";
  if (isAssignment(list[at + 1])) {
    if (/^@@(?:GLOBAL|PERSIST|PERSIST_ONLY)\./.test(variable)) return `it sets ${token.value}`;
    const name = variable.replace(/^@@/, "").split(".").at(-1) ?? "";
    const engine = valueAt(list, at)?.value.toUpperCase() ?? "";
    if (ENGINE_VARIABLES.includes(name) && REMOTE_ENGINES.includes(engine)) {
      return `a table of ENGINE=${engine} is kept somewhere else`;
    }
  }
  const scoped = token.type === "word" && ["GLOBAL", "PERSIST", "PERSIST_ONLY"].includes(variable);
  return scoped && isKeyword(list[at - 1], ",") && isAssignment(list[at + 2]) ? `it sets ${variable}` : null;
}
