import { quoteIdentifier } from "../../syntax/quote";
import { longestAscending } from "../order";
import type { ScriptStatement } from "../script";
import { showCreate, text } from "../show-create";
import { type SqlCursor, sqlCursor } from "../sql-cursor";
import { definerClause, parseHead, remembered, type StoredProgram, skipName } from "./definer";
import { type Kind, type ObjectChange, objectChange } from "./kind";

export interface Trigger extends StoredProgram {
  readonly table: string;
  readonly timing: "BEFORE" | "AFTER";
  /** `INSERT`; several joined by OR if the server allows that. */
  readonly event: string;
  readonly body: string;
}

/** The position of a trigger among those of the same table, timing and event. */
type TriggerOrder = { readonly word: "FOLLOWS" | "PRECEDES"; readonly trigger: string };

const TRIGGERS = `
  SELECT trigger_name AS name, event_object_table AS tbl, action_order AS position
  FROM information_schema.triggers
  WHERE trigger_schema = ?
  ORDER BY event_object_table, action_timing, event_manipulation, action_order, trigger_name`;

/** Triggers, by table, timing and event, then in the order in which they fire. */
export const triggers: Kind<Trigger, "triggers"> = {
  list: "triggers",
  types: ["TRIGGER"],
  hasBody: true,
  tableType: null,
  shownTo: ["TRIGGER"],
  drops: "before tables",
  adds: "behind tables",
  label: ({ name }) => `trigger ${name}`,
  // A trigger is dropped with its table.
  mayDiffer: (known, programs) => programs || known.length > 0,
  read: async (reader, { except }) => {
    const tables = new Map<string, string>();
    for (const row of await reader.session.query(TRIGGERS, [reader.database])) {
      const table = text(row, "tbl");
      // A trigger for several events (MariaDB) is listed once for each.
      if (!except.has(table)) tables.set(text(row, "name"), table);
    }
    const shown = await showCreate(reader, "TRIGGER", "SQL Original Statement", [...tables.keys()]);
    return shown.map(({ name, row }): Trigger => {
      const { definer, ...trigger } = parseTrigger(text(row, "SQL Original Statement"));
      return { name, table: tables.get(name) ?? "", ...trigger, ...remembered(reader, definer, row) };
    });
  },
  /** As many as possible stay; a new one states its position unless it goes last. */
  diff: (from, to, { tables, isSame }) => {
    const adds: ObjectChange[] = [];
    const before = groupTriggers(from);
    const kept = new Set<Trigger>();
    for (const [group, wanted] of groupTriggers(to)) {
      const old = before.get(group) ?? [];
      const positions = wanted.map((trigger) => old.findIndex((other) => isSame(other, trigger)));
      const same = wanted.filter((_, index) => (positions[index] ?? -1) >= 0);
      const staying = longestAscending(positions.filter((position) => position >= 0)).map(
        (index) => same[index],
      );
      const current = new Set(staying.flatMap((trigger) => trigger ?? []));
      for (const other of old) {
        if ([...current].some((trigger) => trigger.name === other.name)) kept.add(other);
      }
      for (const [index, trigger] of wanted.entries()) {
        if (current.has(trigger)) continue;
        adds.push(objectChange(createTrigger(trigger, orderOf(trigger, index, wanted, current))));
        current.add(trigger);
      }
    }
    // Triggers of a dropped table go with it.
    const gone = from.filter((trigger) => !kept.has(trigger) && tables.has(trigger.table));
    const drops = gone.map(({ name }) => objectChange({ text: `DROP TRIGGER ${quoteIdentifier(name)}` }));
    return { drops, adds };
  },
  create: (all) => all.map((trigger) => createTrigger(trigger, null)),
};

function orderOf(
  trigger: Trigger,
  index: number,
  wanted: readonly Trigger[],
  current: ReadonlySet<Trigger>,
): TriggerOrder | null {
  const present = wanted.filter((other) => other !== trigger && current.has(other));
  const behind = wanted.slice(index + 1).find((other) => current.has(other));
  if (present.length === 0 || behind === undefined) return null;
  const previous = wanted[index - 1];
  if (previous === undefined) return { word: "PRECEDES", trigger: behind.name };
  return { word: "FOLLOWS", trigger: previous.name };
}

function groupTriggers(all: readonly Trigger[]): Map<string, Trigger[]> {
  const groups = new Map<string, Trigger[]>();
  for (const trigger of all) {
    const group = JSON.stringify([trigger.table, trigger.timing, trigger.event]);
    groups.set(group, [...(groups.get(group) ?? []), trigger]);
  }
  return groups;
}

/** Reads SHOW CREATE TRIGGER, which MariaDB prints as the trigger was written. */
function parseTrigger(shown: string): Omit<Trigger, "name" | "table" | "sqlMode"> {
  const cursor = sqlCursor(shown);
  const { definer } = parseHead(cursor, new Set(["TRIGGER"]));
  cursor.expect("TRIGGER");
  cursor.accept("IF", "NOT", "EXISTS");
  skipName(cursor);
  const timing = cursor.accept("BEFORE") ? "BEFORE" : "AFTER";
  if (timing === "AFTER") cursor.expect("AFTER");
  const event = cursor.until((token) => token.type === "word" && token.value.toUpperCase() === "ON");
  cursor.expect("ON");
  skipName(cursor);
  cursor.expect("FOR", "EACH", "ROW");
  if (isOrder(cursor)) {
    cursor.next();
    cursor.name();
  }
  return { definer, timing, event: event.toUpperCase(), body: cursor.rest() };
}

/** A body can begin with a label, but never with one of these two words and a name. */
function isOrder(cursor: SqlCursor): boolean {
  if (!cursor.at("FOLLOWS") && !cursor.at("PRECEDES")) return false;
  const name = cursor.peek(1);
  return name !== null && name.type !== "punctuation";
}

/** Without an order it goes last. */
function createTrigger(trigger: Trigger, order: TriggerOrder | null): ScriptStatement {
  const name = quoteIdentifier(trigger.name);
  const place = order === null ? "" : `${order.word} ${quoteIdentifier(order.trigger)}\n`;
  const on = `${trigger.timing} ${trigger.event} ON ${quoteIdentifier(trigger.table)} FOR EACH ROW`;
  const text = `CREATE ${definerClause(trigger)}TRIGGER ${name} ${on}\n${place}${trigger.body}`;
  return { text, program: trigger };
}
