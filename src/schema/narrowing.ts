import { tokens } from "../syntax/lexer";
import type { Column } from "./model";

interface TypeParts {
  readonly base: string;
  /** Numbers, or the members of ENUM and SET. */
  readonly arguments: readonly string[];
  readonly unsigned: boolean;
}

const INTEGER_BITS: Readonly<Record<string, number>> = {
  tinyint: 8,
  smallint: 16,
  mediumint: 24,
  int: 32,
  bigint: 64,
};
/** How many bytes fit into the types without a declared length. */
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
 * What a change of type may lose.
 * @param from as the server prints it, as in `decimal(10,2) unsigned`
 * @returns words to follow "changes column …", or null when every value fits
 */
export function typeLoss(from: string, to: string): string | null {
  if (withoutReference(from) === withoutReference(to)) return null;
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

/** MariaDB stores a reference system but does nothing with it. */
function withoutReference(type: string): string {
  return type.replace(/ REF_SYSTEM_ID=\d+$/, "");
}

/** Whether both are of one family, so that a value either fits or is too long or too large. */
function isAlike(a: string, b: string): boolean {
  const families = [isText, isBytes, isNumber];
  return families.some((isOfFamily) => isOfFamily(a) && isOfFamily(b));
}

function isNumber(base: string): boolean {
  return isExact(base) || isFloating(base);
}

function isExact(base: string): boolean {
  return base in INTEGER_BITS || base === "decimal" || base === "year";
}

function isFloating(base: string): base is keyof typeof MANTISSA_BITS {
  return base === "float" || base === "double";
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
  const [before, after] = [from.base, to.base];
  if (isExact(before) && isNumber(after)) return numberFits(from, to);
  if (isFloating(before) && isFloating(after)) return floatFits(from, to);
  if (isText(after) && !isText(before)) return printedLength(from) <= characters(to);
  // CHAR removes blanks at the end of a value, BINARY adds zeros there.
  if (isText(before) && isText(after)) {
    if (after === "char" && before !== "char") return false;
    return capacity(to) >= capacity(from) * bytesPerCharacter(from, to);
  }
  if (isBytes(before) && isBytes(after)) {
    return after === "binary"
      ? hasSameArguments(from, to) && before === after
      : capacity(to) >= capacity(from);
  }
  if (isTemporal(before) && (before === after || (before === "date" && after === "datetime"))) {
    return fractionFits(from, to);
  }
  if (before === "timestamp" && after === "datetime") return fractionFits(from, to);
  // The same base type with other attributes, such as a display width or ZEROFILL.
  if (before === after && hasSameArguments(from, to)) return from.unsigned || !to.unsigned;
  if (before === "bit" && after === "bit") {
    return Number(to.arguments[0] ?? 1) >= Number(from.arguments[0] ?? 1);
  }
  return after === "geometry" && SPATIAL.has(before);
}

function hasSameArguments(a: TypeParts, b: TypeParts): boolean {
  return a.arguments.join() === b.arguments.join();
}

function fractionFits(from: TypeParts, to: TypeParts): boolean {
  return Number(to.arguments[0] ?? 0) >= Number(from.arguments[0] ?? 0);
}

/**
 * For whole numbers and DECIMAL. An approximate type can hold the whole numbers that fit its bits, but few fractions.
 */
function numberFits(from: TypeParts, to: TypeParts): boolean {
  if (to.base === "year") return from.base === "year";
  // 1901 to 2155
  if (from.base === "year") return numberFits({ base: "decimal", arguments: ["4"], unsigned: true }, to);
  const isInteger = from.base in INTEGER_BITS;
  const scale = isInteger ? 0 : Number(from.arguments[1] ?? 0);
  const sign = from.unsigned || !to.unsigned;
  if (isInteger && to.base in INTEGER_BITS) return integerFits(from, to);
  const digits = isInteger ? integerDigits(from) : wholeDigits(from);
  if (isFloating(to.base)) {
    const bits = isInteger
      ? (INTEGER_BITS[from.base] ?? 64) - (from.unsigned ? 0 : 1)
      : digits / Math.log10(2);
    return sign && scale === 0 && bits <= MANTISSA_BITS[to.base] && floatingDigits(to) >= digits;
  }
  if (to.base === "decimal")
    return sign && wholeDigits(to) >= digits && Number(to.arguments[1] ?? 0) >= scale;
  // A type whose greatest number has n + 1 digits holds all numbers of n digits.
  return sign && scale === 0 && to.base in INTEGER_BITS && digits < integerDigits(to);
}

/** `float(10,5)` is a FLOAT whose values are rounded when stored. */
function floatFits(from: TypeParts, to: TypeParts): boolean {
  if (from.base === "double" && to.base === "float") return false;
  if (!from.unsigned && to.unsigned) return false;
  if (to.arguments.length < 2) return true;
  const fraction = Number(to.arguments[1]) >= Number(from.arguments[1] ?? Number.POSITIVE_INFINITY);
  return from.arguments.length === 2 && fraction && wholeDigits(to) >= wholeDigits(from);
}

/** Characters of the longest value as the server prints it. Infinite when the text is not exact. */
function printedLength(from: TypeParts): number {
  const fraction = Number(from.arguments[0] ?? 0);
  const point = fraction === 0 ? 0 : fraction + 1;
  const sign = from.unsigned ? 0 : 1;
  switch (from.base) {
    case "decimal":
      return Number(from.arguments[0] ?? 10) + sign + (Number(from.arguments[1] ?? 0) > 0 ? 2 : 0);
    case "date":
      return 10;
    case "datetime":
      return 19 + point;
    case "time":
      return 10 + point;
    case "enum":
      return Math.max(...from.arguments.map((member) => member.length));
    case "set":
      return from.arguments.join().length;
    case "json":
      return CAPACITY.json ?? 0;
    default:
      // ZEROFILL pads to the declared width.
      if (from.base in INTEGER_BITS) return Math.max(integerDigits(from) + sign, fraction);
      return PRINTED[from.base] ?? Number.POSITIVE_INFINITY;
  }
}

const PRINTED: Readonly<Record<string, number>> = { year: 4, uuid: 36, inet4: 15, inet6: 39 };

/** How many characters a text type holds for certain. */
function characters(to: TypeParts): number {
  if (to.base === "longtext") return capacity(to);
  return to.base in CAPACITY ? capacity(to) / 4 : capacity(to);
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

const MANTISSA_BITS = { float: 24, double: 53 } as const;

/** Digits of the greatest whole number. */
function integerDigits({ base, unsigned }: TypeParts): number {
  const bits = (INTEGER_BITS[base] ?? 64) - (unsigned ? 0 : 1);
  return Math.ceil(bits * Math.log10(2));
}

/** How many digits before the point fit into `float(10,5)`. */
function floatingDigits(to: TypeParts): number {
  return to.arguments.length < 2 ? Number.POSITIVE_INFINITY : wholeDigits(to);
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

/** In characters for CHAR and VARCHAR, in bytes for types without a length. */
function capacity({ base, arguments: [length] }: TypeParts): number {
  return CAPACITY[base] ?? Number(length ?? 1);
}

/** When characters become bytes, one character can take four. */
function bytesPerCharacter(from: TypeParts, to: TypeParts): number {
  return to.base in CAPACITY && !(from.base in CAPACITY) ? 4 : 1;
}

/** What a change of character set may lose, in the form of `typeLoss`. */
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
