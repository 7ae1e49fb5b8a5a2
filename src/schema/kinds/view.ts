import { quoteIdentifier } from "../../syntax/quote";
import { byName, dependencyOrder } from "../order";
import { withoutDatabase, withoutOwnIntroducers } from "../parse-expression";
import { type Reader, type Shown, showCreate, text } from "../show-create";
import { sqlCursor } from "../sql-cursor";
import { type Definer, definerClause, foreignDefiner, parseHead } from "./definer";
import { type Found, type Kind, type ObjectChange, objectChange } from "./kind";

export interface View extends Definer {
  readonly name: string;
  readonly algorithm: string;
  readonly security: string;
  /** From after the name to the end: column list, AS, the query, WITH CHECK OPTION. */
  readonly definition: string;
  /** Names of this schema's tables and views that the query mentions. */
  readonly uses: readonly string[];
}

/** Views, ordered so that each comes after those it uses. */
export const views: Kind<View, "views"> = {
  list: "views",
  types: ["VIEW"],
  hasBody: false,
  tableType: "VIEW",
  shownTo: [],
  drops: "before tables",
  adds: "behind tables",
  label: ({ name }) => `view ${name}`,
  mayDiffer: () => true,
  read,
  diff: (from, to, { isSame }) => {
    const before = new Map(from.map((view) => [view.name, view]));
    const after = new Set(to.map(({ name }) => name));
    const gone = from.filter(({ name }) => !after.has(name));
    const drops = inOrder(gone)
      .reverse()
      .map(({ name }) => objectChange({ text: `DROP VIEW ${quoteIdentifier(name)}` }));
    const adds = inOrder(to).flatMap((view): ObjectChange[] => {
      const old = before.get(view.name);
      // `uses` follows from the text and from what else exists, so it is not compared.
      if (old !== undefined && isSame({ ...old, uses: view.uses }, view)) return [];
      return [objectChange({ text: createView(view, old === undefined ? "CREATE" : "CREATE OR REPLACE") })];
    });
    return { drops, adds };
  },
  create: (all) => inOrder(all).map((view) => ({ text: createView(view, "CREATE") })),
};

function inOrder(all: readonly View[]): View[] {
  return dependencyOrder(all, ({ uses }) => uses);
}

async function read(reader: Reader, { listed }: Found): Promise<readonly View[]> {
  const names = listed.filter(({ type }) => type === "VIEW").map(({ name }) => name);
  const shown = await withoutLost(reader, await showCreate(reader, "VIEW", "Create View", names));
  const all = shown.map(({ name, row }): View => {
    const { mentions, definer, ...view } = parseView(text(row, "Create View"), reader.database);
    // MariaDB does not list what a view uses, so everything it mentions counts; a column that happens to have a table's
    // name only makes the order stricter.
    const uses = listed.flatMap((other) =>
      other.name !== name && mentions.has(other.name) ? [other.name] : [],
    );
    return { name, ...view, definer: foreignDefiner(reader, definer), uses: uses.sort() };
  });
  return all.sort(byName);
}

const VIEWS = `
  SELECT table_name AS name, view_definition AS definition
  FROM information_schema.views
  WHERE table_schema = ?`;

/**
 * A string such as `_latin1 x'e9'` is printed as the byte it is, which arrives as U+FFFD. information_schema has `?`
 * for such a byte, and U+FFFD only where the view itself has that character.
 */
async function withoutLost(reader: Reader, shown: readonly Shown[]): Promise<readonly Shown[]> {
  const marks = (definition: string): number => definition.split("\ufffd").length;
  const suspects = shown.filter(({ row }) => marks(text(row, "Create View")) > 1);
  if (suspects.length === 0) return shown;
  const rows = await reader.session.query(VIEWS, [reader.database]);
  const stored = new Map(rows.map((row) => [text(row, "name"), String(row.definition)]));
  return shown.filter((view) => {
    if (!suspects.includes(view)) return true;
    if (marks(text(view.row, "Create View")) === marks(stored.get(view.name) ?? "")) return true;
    const why = "a string in it cannot be read exactly: the server prints it as bytes that are not text";
    reader.notCompared.push({ object: `view ${view.name}`, why });
    return false;
  });
}

interface ParsedView extends Omit<View, "name" | "uses"> {
  /** Every name in the query, whatever it names. */
  readonly mentions: ReadonlySet<string>;
}

/** Reads SHOW CREATE VIEW, taken while `database` was the current one. */
function parseView(shown: string, database: string): ParsedView {
  const cursor = sqlCursor(withoutOwnIntroducers(withoutOwnDatabase(shown, database)));
  const { definer, algorithm, security } = parseHead(cursor, new Set(["VIEW"]));
  cursor.expect("VIEW");
  cursor.name();
  const definition = cursor.rest();
  const mentions = new Set<string>();
  for (let token = cursor.peek(); token !== null; token = cursor.peek()) {
    if (token.type === "quoted-identifier" || token.type === "word") mentions.add(token.value);
    cursor.next();
  }
  return { definer, algorithm, security, definition, mentions };
}

/** If an alias is spelled like the database, we could not tell them apart; then the text stays as it is. */
function withoutOwnDatabase(shown: string, database: string): string {
  const cursor = sqlCursor(shown);
  for (let token = cursor.peek(); token !== null; token = cursor.peek()) {
    cursor.next();
    const isName = token.type === "quoted-identifier" && token.value === database;
    if (isName && !cursor.at(".")) return shown;
  }
  return withoutDatabase(shown, database);
}

function createView(view: View, verb: "CREATE" | "CREATE OR REPLACE"): string {
  const algorithm = view.algorithm === "UNDEFINED" ? "" : `ALGORITHM=${view.algorithm} `;
  const security = view.security === "DEFINER" ? "" : `SQL SECURITY ${view.security} `;
  const head = `${verb} ${algorithm}${definerClause(view)}${security}`;
  return `${head}VIEW ${quoteIdentifier(view.name)} ${view.definition}`;
}
