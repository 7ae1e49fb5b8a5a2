import { type LexOptions, type Token, tokens } from "./lexer";
import { isKeyword } from "./token-reader";

/** The words right before a password: IDENTIFIED BY, PASSWORD ('…'), OPTIONS (PASSWORD '…'), CONNECTION = '…'. */
const BEFORE_A_SECRET = ["BY", "PASSWORD", "CONNECTION", "MASTER_PASSWORD", "SOURCE_PASSWORD"];

/** The words right before a password's hash, or before the old password. */
const BEFORE_A_HASH = ["AS", "USING", "REPLACE"];

/** A statement's text without its passwords, so that it can be kept and shown. */
export function withoutSecrets(text: string, options: LexOptions = {}): string {
  if (!/\b(IDENTIFIED|PASSWORD|CONNECTION|MASTER_PASSWORD|SOURCE_PASSWORD)\b/i.test(text)) return text;
  const all = [...tokens(text, options)];
  const hashes = all.some((token) => isKeyword(token, "IDENTIFIED"));
  const words = hashes ? [...BEFORE_A_SECRET, ...BEFORE_A_HASH] : BEFORE_A_SECRET;
  let end = 0;
  let kept = "";
  for (const [index, token] of all.entries()) {
    if (token.type !== "string" || !follows(all, index, words)) continue;
    kept += `${text.slice(end, token.start)}'…'`;
    end = token.end;
  }
  return kept + text.slice(end);
}

function follows(all: readonly Token[], index: number, words: readonly string[]): boolean {
  let at = index - 1;
  while (isKeyword(all[at], "=") || isKeyword(all[at], "(")) at--;
  if (words.some((word) => isKeyword(all[at], word))) return true;
  // SET PASSWORD FOR 'user'@'host' = '…'
  return at < index - 1 && isKeyword(all[0], "SET") && isKeyword(all[1], "PASSWORD");
}
