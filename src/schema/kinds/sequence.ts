import { isDeepStrictEqual } from "node:util";
import { quoteIdentifier, quoteString } from "../../syntax/quote";
import { byName } from "../order";
import { showCreate, text } from "../show-create";
import { type SqlCursor, sqlCursor } from "../sql-cursor";
import { type Kind, type ObjectChange, objectChange } from "./kind";

export interface Sequence {
  readonly name: string;
  readonly start: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly increment: string;
  /** 0: NOCACHE. */
  readonly cache: string;
  readonly cycle: boolean;
  readonly engine: string;
  readonly comment: string;
  /** Type of its values if one was declared (MariaDB 11.5), as printed. */
  readonly type: string | null;
}

/** MariaDB's sequences: new ones before the tables that may use them. */
export const sequences: Kind<Sequence, "sequences"> = {
  list: "sequences",
  types: ["SEQUENCE"],
  hasBody: false,
  tableType: "SEQUENCE",
  shownTo: [],
  drops: "behind tables",
  adds: "before tables",
  label: ({ name }) => `sequence ${name}`,
  mayDiffer: () => true,
  read: async (reader, { listed }) => {
    const names = listed.filter(({ type }) => type === "SEQUENCE").map(({ name }) => name);
    const shown = await showCreate(reader, "SEQUENCE", "Create Table", names);
    return shown.map(({ row }) => parseSequence(text(row, "Create Table"))).sort(byName);
  },
  diff: (from, to) => {
    const before = new Map(from.map((sequence) => [sequence.name, sequence]));
    const after = new Set(to.map(({ name }) => name));
    const gone = from.filter(({ name }) => !after.has(name));
    const drops = gone.map(({ name }) =>
      objectChange(
        { text: `DROP SEQUENCE ${quoteIdentifier(name)}` },
        { losses: [`drops sequence ${name} with its current value`] },
      ),
    );
    const adds = to.flatMap((sequence): ObjectChange[] => {
      const old = before.get(sequence.name);
      const texts = old === undefined ? [createSequence(sequence)] : alterSequence(old, sequence);
      return texts.map((text) => objectChange({ text }));
    });
    return { drops, adds };
  },
  create: (all) => all.map((sequence) => ({ text: createSequence(sequence) })),
};

/** Reads SHOW CREATE SEQUENCE. */
function parseSequence(shown: string): Sequence {
  const cursor = sqlCursor(shown);
  cursor.expect("CREATE", "SEQUENCE");
  const name = cursor.name();
  const type = cursor.accept("AS")
    ? cursor.until((token) => token.type === "word" && token.value.toUpperCase() === "START")
    : null;
  cursor.expect("START", "WITH");
  const start = number(cursor);
  cursor.expect("MINVALUE");
  const minimum = number(cursor);
  cursor.expect("MAXVALUE");
  const maximum = number(cursor);
  cursor.expect("INCREMENT", "BY");
  const increment = number(cursor);
  const cache = cursor.accept("NOCACHE") ? "0" : cacheSize(cursor);
  const cycle = !cursor.accept("NOCYCLE");
  if (cycle) cursor.expect("CYCLE");
  cursor.expect("ENGINE", "=");
  const engine = cursor.name();
  let comment = "";
  if (cursor.accept("COMMENT", "=")) comment = cursor.next().value;
  return { name, start, minimum, maximum, increment, cache, cycle, engine, comment, type };
}

function cacheSize(cursor: SqlCursor): string {
  cursor.expect("CACHE");
  return number(cursor);
}

function number(cursor: SqlCursor): string {
  const sign = cursor.accept("-") ? "-" : "";
  return sign + cursor.next().value;
}

function createSequence(sequence: Sequence): string {
  const type = sequence.type === null ? "" : ` AS ${sequence.type}`;
  const comment = sequence.comment === "" ? "" : ` COMMENT=${quoteString(sequence.comment)}`;
  const head = `CREATE SEQUENCE ${quoteIdentifier(sequence.name)}${type}`;
  return `${head} START WITH ${sequence.start} ${sequenceOptions(sequence)} ENGINE=${sequence.engine}${comment}`;
}

/** The statements that turn one into the other. An unchanged start is left out, because it might be refused. */
function alterSequence(from: Sequence, to: Sequence): string[] {
  const name = quoteIdentifier(to.name);
  const type = to.type === from.type || to.type === null ? "" : ` AS ${to.type}`;
  const start = to.start === from.start ? "" : ` START WITH ${to.start}`;
  const { engine, comment } = from;
  const isValues = !isDeepStrictEqual(from, { ...to, engine, comment });
  // ALTER SEQUENCE does not know the table options of a sequence.
  const options = [
    ...(engine === to.engine ? [] : [`ENGINE=${to.engine}`]),
    ...(comment === to.comment ? [] : [`COMMENT=${quoteString(to.comment)}`]),
  ];
  return [
    ...(isValues ? [`ALTER SEQUENCE ${name}${type}${start} ${sequenceOptions(to)}`] : []),
    ...(options.length > 0 ? [`ALTER TABLE ${name} ${options.join(", ")}`] : []),
  ];
}

/** What CREATE and ALTER SEQUENCE have in common, apart from the start. */
function sequenceOptions(sequence: Sequence): string {
  const cache = sequence.cache === "0" ? "NOCACHE" : `CACHE ${sequence.cache}`;
  return [
    `MINVALUE ${sequence.minimum} MAXVALUE ${sequence.maximum} INCREMENT BY ${sequence.increment}`,
    `${cache} ${sequence.cycle ? "CYCLE" : "NOCYCLE"}`,
  ].join(" ");
}
