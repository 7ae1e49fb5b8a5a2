/** White space as the server's lexer and the mysql client see it: blank, \t, \n, \v, \f, \r. */
export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** An ASCII digit. False for NaN, which charCodeAt returns past the end. */
export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** A character of an unquoted identifier or keyword: letters, digits, `_`, `$`, everything beyond ASCII. */
export function isWordCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x24 ||
    code >= 0x80
  );
}

/** The offset after the word characters that start at `start`; `start` itself when there are none. */
export function wordEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && isWordCharacter(text.charCodeAt(end))) end++;
  return end;
}

// /*! and MariaDB's /*M!, with an optional five or six digit version.
// https://dev.mysql.com/doc/refman/8.4/en/comments.html, https://mariadb.com/kb/en/comment-syntax/
const executableComment = /\/\*M?!([0-9]{5,6})?/y;

/**
 * Where the code inside an executable comment begins.
 * @param at offset of the comment's slash
 * @returns the offset after `/*!` and its version, or null for an ordinary comment. With a version that no server
 *   reaches (99999 and 999999, as in mariadb-dump's sandbox line) it is an ordinary one.
 */
export function executableCommentStart(text: string, at: number): number | null {
  executableComment.lastIndex = at;
  const match = executableComment.exec(text);
  if (match === null || match[1] === "99999" || match[1] === "999999") return null;
  return executableComment.lastIndex;
}

/** The offset after the ordinary comment that starts at `at`; the end of the text when the comment is not closed. */
export function commentEnd(text: string, at: number): number {
  const end = text.indexOf("*/", at + 2);
  return end === -1 ? text.length : end + 2;
}

/** Whether `--` at `at` starts a comment: white space, a control character or the end of the text must follow. */
export function startsLineComment(text: string, at: number): boolean {
  if (!text.startsWith("--", at)) return false;
  const next = text.charCodeAt(at + 2);
  return Number.isNaN(next) || next <= 0x20 || next === 0x7f;
}
