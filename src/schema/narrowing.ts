import { tokens } from "../syntax/lexer";
import type { Column } from "./model";

interface TypeParts {
  readonly base: string;
  /** Numbers, or the members of ENUM and SET. */
  readonly arguments: readonly string[];
  readonly unsigned: boolean;
}

const INTEGERS = ["tinyint", "smallint", "mediumint", "int", "bigint"] as const;
const INTEGER_BITS: Readonly<Record<string, number>> = {
  tinyint: 8,
  smallint: 16,
  mediumint: 24,
  int: 32,
  bigint: 64,
};
/** Bytes that the types without a declared length hold. */
const CAPACITY: Readonly<Record<string, number>> = {
  tinytext: 255,
  text: 65_535,
  mediumtext: 16_777_215,
  longtext: 4_294_967_295,
  json: 4_294_967_295,
  tinyblob: 255,
  blob: 65_535,
  mediumblob: 16_777_215,
  longblob: 4_294_967_295,
};

/**
 * What changing a type may lose.
 * @param from as the server prints it, as in `decimal(10,2) unsigned`
 * @returns words to follow "changes column …", or null when every value fits
 */
export function typeLoss(from: string, to: string): string | null {
  if (from === to) return null;
  const [before, after] = [parseType(from), parseType(to)];
  const lost = (what: string): string => `${from} to ${to}: ${what}`;
  if (isMembered(before) && before.base === after.base) {
    const missing = before.arguments.filter((member) => !after.arguments.includes(member));
    return missing.length === 0
      ? null
      : lost(`rows with ${missing.map((m) => `'${m}'`).join(", ")} lose the value`);
  }
  if (fits(before, after)) return null;
  if (before.base === after.base || isAlike(before.base, after.base)) {
    return lost("values that are too long or too large are refused or cut");
  }
  return lost("values that cannot be converted are refused or changed");
}

/** Of one family, so that a value either fits or is too long or too large. */
function isAlike(a: string, b: string): boolean {
  const families = [isText, isBytes, isNumber];
  return families.some((isOfFamily) => isOfFamily(a) && isOfFamily(b));
}

function isNumber(base: string): boolean {
  return base in INTEGER_BITS || base === "decimal" || base === "float" || base === "double";
}

function isMembered({ base }: TypeParts): boolean {
  return base === "enum" || base === "set";
}

function parseType(type: string): TypeParts {
  const all = [...tokens(type)];
  const words = all.filter(({ type: kind }) => kind === "word").map(({ value }) => value.toLowerCase());
  const values = all.filter(({ type: kind }) => kind === "number" || kind === "string");
  const unsigned = words.includes("unsigned") || words.includes("zerofill");
  return { base: words[0] ?? "", arguments: values.map(({ value }) => value), unsigned };
}

/** Whether every value of one type is a value of the other. False when in doubt. */
function fits(from: TypeParts, to: TypeParts): boolean {
  const isInteger = ({ base }: TypeParts): boolean => INTEGERS.some((integer) => integer === base);
  if (isInteger(from) && isInteger(to)) return integerFits(from, to);
  if (isInteger(from) && to.base === "decimal") {
    const digits = Math.ceil((INTEGER_BITS[from.base] ?? 64) * Math.log10(2));
    return wholeDigits(to) >= digits && (from.unsigned || !to.unsigned);
  }
  if (from.base === "decimal" && to.base === "decimal") {
    const scale = Number(to.arguments[1] ?? 0) >= Number(from.arguments[1] ?? 0);
    return scale && wholeDigits(to) >= wholeDigits(from) && (from.unsigned || !to.unsigned);
  }
  if (from.base === "float" && to.base === "double") return from.unsigned || !to.unsigned;
  if (isText(from.base) && isText(to.base))
    return capacity(to) >= capacity(from) * bytesPerCharacter(from, to);
  if (isBytes(from.base) && isBytes(to.base)) return from.base !== "binary" && capacity(to) >= capacity(from);
  if (isTemporal(from.base) && (from.base === to.base || (from.base === "date" && to.base === "datetime"))) {
    return Number(to.arguments[0] ?? 0) >= Number(from.arguments[0] ?? 0);
  }
  if (from.base === "timestamp" && to.base === "datetime") {
    return Number(to.arguments[0] ?? 0) >= Number(from.arguments[0] ?? 0);
  }
  // The same base with other words, such as a display width or ZEROFILL.
  const same = from.base === to.base && from.arguments.join() === to.arguments.join();
  if (same) return from.unsigned || !to.unsigned;
  if (from.base === "bit" && to.base === "bit")
    return Number(to.arguments[0] ?? 1) >= Number(from.arguments[0] ?? 1);
  return to.base === "geometry" && SPATIAL.has(from.base);
}

const SPATIAL: ReadonlySet<string> = new Set([
  "point",
  "linestring",
  "polygon",
  "multipoint",
  "multilinestring",
  "multipolygon",
  "geometrycollection",
  "geomcollection",
]);

function integerFits(from: TypeParts, to: TypeParts): boolean {
  const [before, after] = [INTEGER_BITS[from.base] ?? 0, INTEGER_BITS[to.base] ?? 0];
  if (from.unsigned === to.unsigned) return after >= before;
  return from.unsigned && after > before;
}

function wholeDigits({ arguments: [precision, scale] }: TypeParts): number {
  return Number(precision ?? 10) - Number(scale ?? 0);
}

function isText(base: string): boolean {
  return base === "char" || base === "varchar" || (base.endsWith("text") && base in CAPACITY);
}

function isBytes(base: string): boolean {
  return base === "binary" || base === "varbinary" || (base.endsWith("blob") && base in CAPACITY);
}

function isTemporal(base: string): boolean {
  return base === "datetime" || base === "timestamp" || base === "time" || base === "date";
}

/** Characters for CHAR and VARCHAR, bytes for the types without a length. */
function capacity({ base, arguments: [length] }: TypeParts): number {
  return CAPACITY[base] ?? Number(length ?? 1);
}

/** From characters to bytes, a character may take four. */
function bytesPerCharacter(from: TypeParts, to: TypeParts): number {
  return to.base in CAPACITY && !(from.base in CAPACITY) ? 4 : 1;
}

/** What changing a character set may lose, as `typeLoss` says it. */
export function characterLoss(from: Column, to: Column): string | null {
  if (from.charset === null || to.charset === null || from.charset === to.charset) return null;
  if (holds(to.charset, from.charset)) return null;
  return `${from.charset} to ${to.charset}: characters that ${to.charset} does not have are refused or lost`;
}

const UNICODE: ReadonlySet<string> = new Set(["utf8mb4", "utf16", "utf16le", "utf32"]);

function holds(outer: string, inner: string): boolean {
  if (UNICODE.has(outer)) return true;
  if (inner === "ascii") return outer !== "binary" && outer !== "ucs2";
  const isThreeByte = outer === "utf8mb3" || outer === "utf8" || outer === "ucs2";
  return isThreeByte && !UNICODE.has(inner) && inner !== "gb18030";
}
