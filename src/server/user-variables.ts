import { quoteIdentifier } from "../syntax/quote";
import type { Session, TypedValue } from "./session";

/** A user variable's value in a form that can be set in a new session: nothing in it is ever run as SQL text. */
export type SavedValue =
  | { readonly type: "null" }
  /** Too large to be saved. */
  | { readonly type: "large" }
  | { readonly type: "integer" | "decimal" | "double"; readonly text: string }
  | {
      readonly type: "string";
      readonly hex: string;
      readonly charset: string;
      readonly collation: string;
    };

const FIELDS = 4;

/**
 * At most this many bytes of variables are saved; in hexadecimal they are twice as long, and their column holds 16 MiB.
 */
const MOST_SAVED = 6 * 1024 * 1024;
/** Bytes in a packet beside the values: once, and for each. */
const AROUND = 1024;
const AROUND_EACH = 128;

/** Reads the values of user variables (names without the @), one query for all. */
export async function readUserVariables(
  session: Session,
  names: readonly string[],
): Promise<Record<string, SavedValue>> {
  if (names.length === 0) return {};
  // They must fit into one packet, in both directions.
  const room = Math.min(MOST_SAVED, session.server.maxPacketBytes / 2) - AROUND - AROUND_EACH * names.length;
  const most = Math.max(0, Math.floor(room / names.length));
  const fields = names.map((name) => {
    const variable = `@${quoteIdentifier(name)}`;
    const fitting = `IF(OCTET_LENGTH(${variable}) > ${most}, NULL, ${variable})`;
    return `${variable}, HEX(${fitting}), CHARSET(${variable}), COLLATION(${variable})`;
  });
  const typed = await session.queryTyped(`SELECT ${fields.join(", ")}`);
  return Object.fromEntries(names.map((name, index) => [name, savedValue(typed, index * FIELDS)]));
}

function savedValue(typed: readonly TypedValue[], at: number): SavedValue {
  const [value, hex, charset, collation] = typed.slice(at, at + FIELDS);
  if (value === undefined || value.value === null) return { type: "null" };
  switch (value.type) {
    case "null":
      return { type: "null" };
    case "integer":
    case "decimal":
    case "double":
      return { type: value.type, text: value.value };
    case "string":
      if (hex === undefined || hex.value === null) return { type: "large" };
      return {
        type: "string",
        hex: hex.value,
        charset: charset?.value ?? "utf8mb4",
        collation: collation?.value ?? "utf8mb4_bin",
      };
    default:
      return value.type satisfies never;
  }
}

/** Gives one user variable a saved value, with its type, character set and collation; one that was too large becomes NULL. */
export async function restoreUserVariable(session: Session, name: string, value: SavedValue): Promise<void> {
  await session.query(`SET @${quoteIdentifier(name)} = ${literal(value)}`);
}

/** The history table is not trusted: a value that is not a number, hex or a plain name becomes NULL or is refused. */
function literal(value: SavedValue): string {
  switch (value.type) {
    case "null":
    case "large":
      return "NULL";
    case "integer":
      return matching(/^-?\d+$/, value.text);
    case "decimal":
      return matching(/^-?\d+(\.\d+)?$/, value.text);
    case "double":
      // An exponent makes it a double literal; without one the server would read a decimal.
      return matching(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i, value.text).replace(/^([^e]+)$/i, "$1e0");
    case "string": {
      const bytes = `x'${matching(/^([0-9A-F]{2})*$/i, value.hex)}'`;
      if (value.charset === "binary") return bytes;
      const charset = matching(/^\w+$/, value.charset);
      return `CONVERT(${bytes} USING ${charset}) COLLATE ${matching(/^\w+$/, value.collation)}`;
    }
    default:
      return value satisfies never;
  }
}

function matching(pattern: RegExp, text: string): string {
  if (typeof text === "string" && pattern.test(text)) return text;
  throw new TypeError(`a saved value in the history table is malformed: ${JSON.stringify(text)}`);
}

/** The text of a saved string, read as utf8mb4 (which the runner's sessions use); null when it is not a string. */
export function savedText(value: SavedValue | undefined): string | null {
  return value?.type === "string" ? Buffer.from(value.hex, "hex").toString("utf8") : null;
}
