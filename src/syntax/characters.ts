/** White space as the server's lexer and the mysql client see it: blank, \t, \n, \v, \f, \r. */
export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** An ASCII digit. False for NaN, which is what charCodeAt says behind the end. */
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

/** The offset behind the word characters that start at `start`; `start` itself when there are none. */
export function wordEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && isWordCharacter(text.charCodeAt(end))) end++;
  return end;
}
