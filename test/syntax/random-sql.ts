/** A statement of a random file, and what the splitter must find. */
export interface Truth {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** Whether NO_BACKSLASH_ESCAPES is in force where it stands. */
  readonly noBackslashEscapes: boolean;
}

export interface RandomFile {
  readonly text: string;
  readonly statements: readonly Truth[];
}

export interface RandomOptions {
  /**
   * Only what the mysql client gets right as well: no stored programs under the default delimiter, no delimiter beyond
   * ASCII, no block comments in executable ones nor slashes in block comments, no quotes and the like in executable
   * comments of a version that never runs, no backslash at the end of a line (MySQL's swallows it).
   */
  readonly forClient: boolean;
}

/** What makes splitting hard, for strings, names and comments. */
const nasty =
  "a|b|'|\"|`|\\|;|;;|--|-- |#|/*|*/|/*!50000|//|$$|\n|\r\n|\nDELIMITER ;\n|\ndelimiter //\n|é|🐬| |END|BEGIN|\\g".split(
    "|",
  );

const delimiters = [";", ";", "//", "$$", ";;", "^", "@@@", "END_X"];

/**
 * Composes a file of valid statements, for MySQL and MariaDB alike.
 * @param random gives numbers in [0, 1)
 */
export function randomFile(random: () => number, options: RandomOptions): RandomFile {
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const chance = (probability: number): boolean => random() < probability;
  const times = (limit: number, make: () => string): string[] => Array.from({ length: below(limit) }, make);
  function noise(): string {
    const made = times(6, () => pick(nasty)).join("");
    return options.forClient ? made.replaceAll(/\\+(?=\r?\n)/g, "") : made;
  }
  let modeSet = false;
  let delimiter = ";";
  /** Servers do not nest executable comments. */
  let inExecutable = false;

  const line = (): string => noise().replaceAll(/[\r\n]/g, " ");
  const unpaired = (): string => noise().replaceAll(/\*\/|\/\*/g, "");
  const lineComment = (): string => pick([` -- ${line()}\n`, ` # ${line()}\n`, "--\n"]);
  const closed = (): string =>
    options.forClient ? noise().replaceAll("/", "") : noise().replaceAll("*/", "* /");
  const blockComment = (): string => pick([`/* ${closed()}*/`, "/**/"]);
  const neverComment = (): string => `/*!99999 ${options.forClient ? "never" : unpaired()} */`;

  /** Inside of a statement. */
  function comment(): string {
    if (!inExecutable) return pick([lineComment, blockComment, neverComment])();
    return options.forClient ? lineComment() : pick([lineComment, blockComment])();
  }

  /** Between statements. The client that keeps comments finds DELIMITER only behind those that are whole lines. */
  const remark = (): string => (options.forClient ? `\n-- ${line()}\n` : comment());

  const gap = (): string => (chance(0.8) ? pick([" ", " ", "\n", "\t", "\r\n  "]) : ` ${comment()} `);
  const join = (parts: readonly string[]): string => parts.join("\0").replaceAll("\0", () => gap());

  function quoted(quote: "'" | '"'): string {
    const inside = [...noise()].map((character) => {
      if (character === quote) return modeSet || chance(0.5) ? quote + quote : `\\${quote}`;
      return character === "\\" && !modeSet ? pick(["\\\\", "\\;", "\\'", '\\"', "\\n"]) : character;
    });
    return quote + inside.join("") + quote;
  }

  // Names cannot hold characters outside of the basic plane, nor end in white space.
  const name = (): string => `\`${noise().replaceAll("`", "``").replaceAll("🐬", "d")}n\``;
  const executable = (code: string): string =>
    inExecutable ? code : pick([`/*!50000 ${code} */`, `/*! ${code}*/`, "/*M! + 1 */"]);

  function insideExecutable(make: () => string): string {
    inExecutable = true;
    const code = make();
    inExecutable = false;
    return code;
  }

  function expression(depth = 2): string {
    const nested = (): string => (depth === 0 ? "1" : expression(depth - 1));
    return pick([
      () => quoted("'"),
      () => quoted('"'),
      () => String(below(1000) / 8),
      () => "@end",
      () => join(["(", nested(), "+", nested(), ")"]),
      () => join(["CASE", "WHEN", nested(), "THEN", nested(), "ELSE", nested(), "END"]),
      () => join(["CASE", nested(), "WHEN", nested(), "THEN", nested(), "END"]),
      () => `IF(${join([nested(), ",", nested(), ",", nested()])})`,
      () => `REPEAT(${join([nested(), ",", nested()])})`,
      () => join(["(", "SELECT", "d.end", "FROM", "(", "SELECT", nested(), "AS", "end", ")", "AS", "d", ")"]),
      () => `${nested()} ${executable(`+ ${below(9)}`)}`,
    ])();
  }

  const select = (): string =>
    join([
      "SELECT",
      ...(chance(0.1) ? ["/*+ NO_ICP(`;`) */"] : []),
      expression(),
      "AS",
      name(),
      ...(chance(0.3) ? [",", expression(), "AS", pick(["begin", "end"])] : []),
    ]);

  const inner = (depth: number, kind: "procedure" | "function"): string =>
    pick([
      () => join(["SET", pick(["@x", "@`b;`", "@end"]), "=", expression()]),
      () => (kind === "function" ? join(["SET", "@y", "=", "1"]) : select()),
      () => compound(depth, kind),
    ])();

  const block = (depth: number, kind: "procedure" | "function"): string =>
    Array.from({ length: 1 + below(3) }, () => `${inner(depth, kind)}${gap()};${gap()}`).join("");

  function compound(depth: number, kind: "procedure" | "function"): string {
    if (depth === 0) return "DO 1";
    const body = (): string => block(depth - 1, kind);
    const label = chance(0.3) ? `l${depth}${pick(["", " "])}: ` : "";
    return pick([
      () => `${label}${join(["BEGIN", handler() + body(), "END"])}`,
      () => join(["IF", expression(), "THEN", body(), "END", "IF"]),
      () =>
        join([
          "IF",
          expression(),
          "THEN",
          body(),
          "ELSEIF",
          expression(),
          "THEN",
          body(),
          "ELSE",
          body(),
          "END",
          "IF",
        ]),
      () => join(["CASE", expression(), "WHEN", expression(), "THEN", body(), "ELSE", body(), "END", "CASE"]),
      () => join(["CASE", "WHEN", expression(), "THEN", body(), "END", "CASE"]),
      () => `${label}${join(["LOOP", body(), "END", "LOOP"])}`,
      () => `${label}${join(["WHILE", expression(), "DO", body(), "END", "WHILE"])}`,
      () => `${label}${join(["REPEAT", body(), "UNTIL", expression(), "END", "REPEAT"])}`,
    ])();
  }

  const handler = (): string =>
    chance(0.3)
      ? `${join(["DECLARE", "EXIT", "HANDLER", "FOR", pick(["NOT FOUND", "SQLEXCEPTION, 1062", "SQLSTATE '42000'"]), "BEGIN", "END", ";"])} `
      : "";

  function program(): string {
    const definer = chance(0.3)
      ? ["DEFINER", "=", pick(["root@localhost", "CURRENT_USER()", "`root`@`localhost`"])]
      : [];
    const routine = `p${below(1e9)}`;
    return pick([
      () => join(["CREATE", ...definer, "PROCEDURE", `${routine}(IN a INT)`, compound(3, "procedure")]),
      () => join(["CREATE", "PROCEDURE", `${routine}()`, "COMMENT", quoted("'"), inner(2, "procedure")]),
      () =>
        join([
          "CREATE",
          ...definer,
          "FUNCTION",
          `${routine}()`,
          "RETURNS",
          "INT",
          "NO",
          "SQL",
          "RETURN",
          expression(),
        ]),
      () =>
        join([
          "CREATE",
          "FUNCTION",
          `${routine}()`,
          "RETURNS",
          "INT",
          "NO",
          "SQL",
          "BEGIN",
          `${block(2, "function")}RETURN 1;`,
          "END",
        ]),
      () =>
        join([
          "CREATE",
          ...definer,
          "TRIGGER",
          routine,
          "BEFORE",
          "INSERT",
          "ON",
          "u",
          "FOR",
          "EACH",
          "ROW",
          inner(2, "function"),
        ]),
      () =>
        join([
          "CREATE",
          ...definer,
          "EVENT",
          routine,
          "ON",
          "SCHEDULE",
          "EVERY",
          "1",
          "DAY",
          "DISABLE",
          "DO",
          inner(2, "procedure"),
        ]),
      () =>
        `/*!50003 CREATE*/ /*!50017 DEFINER=\`root\`@\`localhost\`*/ /*!50003 TRIGGER ${routine} BEFORE INSERT ON u FOR EACH ROW ${insideExecutable(() => inner(2, "function"))} */`,
    ])();
  }

  function plain(): string {
    return pick([
      select,
      () => join(["SET", "@a", pick(["=", ":="]), expression()]),
      () =>
        join([
          "INSERT",
          "INTO",
          "t",
          "VALUES",
          "(",
          expression(),
          ",",
          expression(),
          ")",
          ",",
          "(",
          "1",
          ",",
          "2",
          ")",
        ]),
      () =>
        join([
          "CREATE",
          "TEMPORARY",
          "TABLE",
          "IF",
          "NOT",
          "EXISTS",
          "tt",
          "(",
          "a",
          "INT",
          "COMMENT",
          quoted("'"),
          ")",
        ]),
      () => `/*!50000 ${insideExecutable(select)} */`,
      () => pick(["BEGIN", "COMMIT", "begin work", "ROLLBACK"]),
    ])();
  }

  let text = chance(0.2) ? remark() : "";
  const statements: Truth[] = [];
  for (let count = 1 + below(12); count > 0; count--) {
    if (chance(0.2)) {
      delimiter = pick(options.forClient ? delimiters : [...delimiters, "§;"]);
      text += `\n${pick(["", "  ", "\t"])}${pick(["DELIMITER", "delimiter"])} ${delimiter}${pick(["", " ", " x"])}\n`;
    }
    text += times(3, () => pick([" ", "\n", "\r\n", remark(), ` ${delimiter} `])).join("");
    const wasSet = modeSet;
    let statement: string;
    if (chance(0.08)) {
      modeSet = !modeSet;
      statement = modeSet ? "SET sql_mode = 'NO_BACKSLASH_ESCAPES'" : "/*!40101 SET SESSION sql_mode='' */";
    } else {
      const bodies = !options.forClient || delimiter !== ";";
      statement = bodies && chance(0.4) ? program() : plain();
      if (!delimiter.startsWith(";") && chance(0.1)) statement += ";";
    }
    const before = text.slice(text.lastIndexOf("\n") + 1);
    statements.push({
      text: statement,
      line: text.split("\n").length,
      column: [...before].length + 1,
      noBackslashEscapes: wasSet,
    });
    text += statement;
    const last = count === 1 && delimiter === ";" && chance(0.3);
    // The client takes the slash that closes a comment for the first one of //.
    const between = options.forClient ? pick([" ", "\n"]) : pick(["", " ", "\n"]);
    text += last ? pick(["", "\n"]) : between + delimiter;
  }
  return { text: text + (text.endsWith(delimiter) && chance(0.3) ? ` ${remark()}` : ""), statements };
}
