import type { Row } from "../server/session";
import type { Routine, ScheduledEvent, Trigger } from "./model";
import { parseEvent, parseRoutine, parseTrigger } from "./parse-stored";
import { byName } from "./parse-table";
import { type Reader, type Shown, showCreate, text } from "./reader";

const TRIGGERS = `
  SELECT trigger_name AS name, event_object_table AS tbl, action_order AS position
  FROM information_schema.triggers
  WHERE trigger_schema = ?
  ORDER BY event_object_table, action_timing, event_manipulation, action_order, trigger_name`;

/** Reads triggers, each group of one table, timing and event in the order in which they fire. */
export async function readTriggers(
  reader: Reader,
  exceptTables: ReadonlySet<string>,
): Promise<readonly Trigger[]> {
  const listed = await reader.session.query(TRIGGERS, [reader.database]);
  const tables = new Map<string, string>();
  for (const row of listed) {
    const table = text(row, "tbl");
    // A trigger for several events (MariaDB) is listed once for each.
    if (!exceptTables.has(table)) tables.set(text(row, "name"), table);
  }
  const shown = await showCreate(reader, "TRIGGER", "SQL Original Statement", [...tables.keys()]);
  return shown.map(({ name, row }): Trigger => {
    const { definer, timing, event, body } = parseTrigger(text(row, "SQL Original Statement"));
    return { name, table: tables.get(name) ?? "", timing, event, body, ...remembered(reader, definer, row) };
  });
}

const ROUTINES = `
  SELECT routine_name AS name, routine_type AS type
  FROM information_schema.routines
  WHERE routine_schema = ?`;

/** What can be shown, with the column that SHOW CREATE answers in, in the order in which they are listed. */
const SHOWN: readonly (readonly [type: Routine["type"], column: string])[] = [
  ["function", "Create Function"],
  ["package", "Create Package"],
  ["package body", "Create Package Body"],
  ["procedure", "Create Procedure"],
];

/** Reads procedures, functions and packages, a package before its body. */
export async function readRoutines(reader: Reader): Promise<readonly Routine[]> {
  const listed = await reader.session.query(ROUTINES, [reader.database]);
  const known = new Set<string>(SHOWN.map(([type]) => type));
  for (const row of listed) {
    const type = text(row, "type").toLowerCase();
    if (known.has(type)) continue;
    const object = `${type} ${text(row, "name")}`;
    reader.notCompared.push({ object, why: "this kind of routine is not supported" });
  }
  const routines: Routine[] = [];
  for (const [type, column] of SHOWN) {
    const names = listed.filter((row) => text(row, "type").toLowerCase() === type);
    const shown = await showCreate(
      reader,
      type.toUpperCase(),
      column,
      names.map((row) => text(row, "name")),
    );
    routines.push(...shown.map((each) => routine(reader, type, column, each)).sort(byName));
  }
  return routines;
}

function routine(reader: Reader, type: Routine["type"], column: string, { name, row }: Shown): Routine {
  const { definer, aggregate, definition } = parseRoutine(text(row, column));
  return { type, name, aggregate, definition, ...remembered(reader, definer, row) };
}

/**
 * An event without STARTS gets the moment of its creation, or of the ALTER that gave it its schedule. CONVERT_TZ
 * is null for a named zone on a server without time zone tables; then the start stays.
 */
const EVENTS = `
  SELECT event_name AS name,
         starts IN (CONVERT_TZ(created, @@SESSION.time_zone, time_zone),
                    CONVERT_TZ(last_altered, @@SESSION.time_zone, time_zone)) AS starts_when_made,
         TIMESTAMPDIFF(SECOND, CONVERT_TZ(created, @@SESSION.time_zone, time_zone), execute_at) AS delay
  FROM information_schema.events
  WHERE event_schema = ?`;

/** Reads scheduled events. */
export async function readEvents(reader: Reader): Promise<readonly ScheduledEvent[]> {
  const listed = await reader.session.query(EVENTS, [reader.database]);
  const facts = new Map(listed.map((row) => [text(row, "name"), row]));
  const shown = await showCreate(reader, "EVENT", "Create Event", [...facts.keys()]);
  const events = shown.map(({ name, row }): ScheduledEvent => {
    const { definer, schedule, preserve, status, comment, body } = parseEvent(text(row, "Create Event"));
    const fact = facts.get(name);
    const zone = text(row, "time_zone");
    return {
      name,
      schedule: Number(fact?.starts_when_made) === 1 ? schedule.replace(/ STARTS '[^']*'/, "") : schedule,
      delay: typeof fact?.delay === "number" ? fact.delay : null,
      preserve,
      status,
      comment,
      body,
      timeZone: zone === reader.creator.timeZone ? null : zone,
      ...remembered(reader, definer, row),
    };
  });
  return events.sort(byName);
}

/** What is the reader's own says nothing about the object: it is what whoever creates it would give it. */
function remembered(
  reader: Reader,
  definer: string | null,
  row: Row,
): { readonly definer: string | null; readonly sqlMode: string | null } {
  const sqlMode = text(row, "sql_mode");
  return {
    definer: definer === reader.creator.account ? null : definer,
    sqlMode: sqlMode === reader.creator.sqlMode ? null : sqlMode,
  };
}
