import assert from "node:assert/strict";
import { test } from "node:test";
import { createNormalizer, isBlank, normalizeWhole, type TextFault } from "../../src/migrations/text";

function show(result: Buffer | TextFault): string {
  if (!("kind" in result)) return JSON.stringify(result.toString("utf8"));
  return result.kind === "utf-16" ? "utf-16" : `${result.kind} at ${result.offset}`;
}

function whole(bytes: Buffer): string {
  return show(normalizeWhole(Buffer.from(bytes)));
}

/** Pushes pieces of the given size through one buffer that is overwritten, as a reader does. */
function inPieces(bytes: Buffer, size: number): string {
  const normalizer = createNormalizer();
  const buffer = Buffer.alloc(size);
  const parts: Buffer[] = [];
  for (let at = 0; ; at += size) {
    const length = bytes.copy(buffer, 0, at, Math.min(at + size, bytes.length));
    const part = normalizer.push(buffer.subarray(0, length), length < size);
    if ("kind" in part) return show(part);
    parts.push(Buffer.from(part));
    if (length < size) return show(Buffer.concat(parts));
  }
}

const bom = "\ufeff";
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const utf8 = (text: string): Buffer => Buffer.from(text, "utf8");

const cases: readonly (readonly [name: string, bytes: Buffer, expected: string])[] = [
  ["nothing", utf8(""), '""'],
  ["one byte", utf8("a"), '"a"'],
  ["plain", utf8("SELECT 1;\n"), '"SELECT 1;\\n"'],
  ["a byte-order mark", utf8(`${bom}SELECT 1;`), '"SELECT 1;"'],
  ["a byte-order mark alone", utf8(bom), '""'],
  ["the second of two byte-order marks stays", utf8(`${bom}${bom}a`), `"${bom}a"`],
  ["a byte-order mark further in stays", utf8(`a${bom}b`), `"a${bom}b"`],
  ["CRLF", utf8("a\r\nb\r\n"), '"a\\nb\\n"'],
  ["a CR alone stays", utf8("a\rb\r"), '"a\\rb\\r"'],
  ["CR CR LF loses one CR", utf8("a\r\r\nb"), '"a\\r\\nb"'],
  ["LF CR stays", utf8("a\n\rb"), '"a\\n\\rb"'],
  ["2, 3 and 4 bytes a character", utf8("é€😀é€😀"), '"é€😀é€😀"'],
  ["everything at once", utf8(`${bom}é\r\n€\r\n😀\r\r\nx`), '"é\\n€\\n😀\\r\\nx"'],

  ["UTF-16 LE with its mark", hex("fffe 5300 4500"), "utf-16"],
  ["UTF-16 BE with its mark", hex("feff 0053 0045"), "utf-16"],
  ["UTF-16 LE without one", hex("5300 4500 4c00"), "utf-16"],
  ["UTF-16 BE without one", hex("0053 0045 004c"), "utf-16"],
  ["a NUL byte", utf8("abcd\0e"), "nul at 4"],
  ["a NUL byte after a mark: the mark counts", utf8(`${bom}ab\0`), "nul at 5"],
  ["a byte that starts nothing", hex("61 62 63 64 ff 65"), "invalid-utf8 at 4"],
  ["a continuation alone", hex("61 80 62 63 64"), "invalid-utf8 at 1"],
  ["Latin-1", Buffer.from("caf\u00e9 au lait", "latin1"), "invalid-utf8 at 3"],
  ["an overlong form", hex("61 c0 af 62"), "invalid-utf8 at 1"],
  ["a surrogate", hex("61 62 ed a0 80 63"), "invalid-utf8 at 2"],
  ["beyond Unicode", hex("61 62 f4 90 80 80"), "invalid-utf8 at 2"],
  ["cut in the middle of a character", hex("61 62 63 e2 82"), "invalid-utf8 at 3"],
  ["a character that another one interrupts", hex("61 e2 82 c3 a9 62"), "invalid-utf8 at 1"],
  ["the first of two faults: NUL", hex("61 62 00 ff"), "nul at 2"],
  ["the first of two faults: UTF-8", hex("61 62 ff 00"), "invalid-utf8 at 2"],
];

for (const [name, bytes, expected] of cases) {
  test(`normalize: ${name}`, () => {
    assert.equal(whole(bytes), expected);
    // A fault that is cut by pieces is found no later than the piece that completes it.
    for (let size = 1; size <= bytes.length + 1; size += 1) {
      assert.equal(inPieces(bytes, size), expected, `in pieces of ${size}`);
    }
  });
}

test("isBlank", () => {
  assert.ok(isBlank(utf8("")));
  assert.ok(isBlank(utf8(" \t\r\n\v\f")));
  assert.ok(!isBlank(utf8(" \n;")));
  assert.ok(!isBlank(utf8("\b")));
});
