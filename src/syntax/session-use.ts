import { commentEnd, executableCommentStart, startsLineComment } from "./bytes";
import { type LexOptions, tokens } from "./lexer";

/** What a statement reads from its session, apart from settings. */
export interface SessionUse {
  /** Lower case, without the @, each once. */
  readonly userVariables: readonly string[];
  readonly usesLastInsertId: boolean;
  readonly usesPrevious: boolean;
  /** Calls RELEASE_ALL_LOCKS(). */
  readonly releasesLocks: boolean;
}

/** Where something of interest can be: a quote, a comment, a variable, one of the words. */
const interesting =
  /['"`@]|--|#|\/\*|\b(?:last_insert_id|row_count|found_rows|release_all_locks|diagnostics|warnings|errors)\b/gi;
const worthALook = /@|last_insert_id|row_count|found_rows|release_all_locks|diagnostics|warnings|errors/i;

/** Statements in which `user@host` is an account and not the variable `@host`. */
const namesAccounts =
  /^\s*(?:create|alter|drop|rename|grant|revoke|show|set\s+(?:password|default\s+role|role))\b/i;

/**
 * Scans a statement for what it reads from its session, outside of strings and comments. It jumps from quote to quote
 * instead of making tokens: a data file's INSERT is long, and e-mail addresses are full of `@`.
 */
export function readSessionUse(text: string, options: LexOptions = {}): SessionUse {
  if (!worthALook.test(text)) return NOTHING;
  const found = { variables: new Set<string>(), lastInsertId: false, previous: false, releases: false };
  const accounts = namesAccounts.test(text);
  interesting.lastIndex = 0;
  for (let match = interesting.exec(text); match !== null; match = interesting.exec(text)) {
    const at = match.index;
    const word = match[0].toLowerCase();
    switch (word) {
      case "'":
      case '"':
      case "`":
        interesting.lastIndex = quoteEnd(text, at, word !== "`" && options.noBackslashEscapes !== true);
        break;
      case "--":
        if (startsLineComment(text, at)) interesting.lastIndex = lineEnd(text, at);
        break;
      case "#":
        interesting.lastIndex = lineEnd(text, at);
        break;
      case "/*":
        interesting.lastIndex = executableCommentStart(text, at) ?? commentEnd(text, at);
        break;
      case "@": {
        const { name, end } = readVariable(text, at, options);
        if (name.startsWith("@@")) noteSystemVariable(found, name);
        else if (name.length > 1 && !isHost(text, at, accounts))
          found.variables.add(name.slice(1).toLowerCase());
        interesting.lastIndex = end;
        break;
      }
      case "last_insert_id":
        found.lastInsertId = true;
        break;
      case "release_all_locks":
        found.releases ||= /^\s*\(/.test(text.slice(at + word.length, at + word.length + 100));
        break;
      default:
        found.previous ||= word === "row_count" || word === "found_rows" || isDiagnostics(text, at);
    }
  }
  return {
    userVariables: [...found.variables],
    usesLastInsertId: found.lastInsertId,
    usesPrevious: found.previous,
    releasesLocks: found.releases,
  };
}

const NOTHING: SessionUse = {
  userVariables: [],
  usesLastInsertId: false,
  usesPrevious: false,
  releasesLocks: false,
};

/** `GET DIAGNOSTICS`, `SHOW WARNINGS`, `SHOW COUNT(*) ERRORS`. */
function isDiagnostics(text: string, at: number): boolean {
  return /(?:\bget|\bcurrent|\bstacked|\bshow|\))\s+$/i.test(text.slice(Math.max(0, at - 100), at));
}

function noteSystemVariable(found: { lastInsertId: boolean; previous: boolean }, name: string): void {
  const last = name.slice(2).split(".").at(-1)?.toLowerCase();
  if (last === "last_insert_id" || last === "identity") found.lastInsertId = true;
  if (last === "warning_count" || last === "error_count") found.previous = true;
}

function isHost(text: string, at: number, accounts: boolean): boolean {
  const before = text.charAt(at - 1);
  return /['"`]/.test(before) || (accounts && /[\w$%]/.test(before));
}

/** A name has at most 64 characters, so the token fits in a short piece of the text. */
function readVariable(text: string, at: number, options: LexOptions): { name: string; end: number } {
  const [token] = tokens(text.slice(at, at + 300), options);
  return { name: token?.value ?? "", end: at + (token?.end ?? 1) };
}

function lineEnd(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline === -1 ? text.length : newline + 1;
}

/** The offset after the closing quote; a doubled quote looks like two texts in a row, which makes no difference. */
function quoteEnd(text: string, start: number, escapes: boolean): number {
  const quote = text.charAt(start);
  for (let from = start + 1; ; ) {
    const close = text.indexOf(quote, from);
    if (close === -1) return text.length;
    if (!escapes || !isEscaped(text, start, close)) return close + 1;
    from = close + 1;
  }
}

function isEscaped(text: string, start: number, at: number): boolean {
  let backslashes = 0;
  while (at - 1 - backslashes > start && text.charAt(at - 1 - backslashes) === "\\") backslashes++;
  return backslashes % 2 === 1;
}
