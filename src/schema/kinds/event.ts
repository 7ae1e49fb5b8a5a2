import { quoteIdentifier, quoteString } from "../../syntax/quote";
import { byName } from "../order";
import type { ScriptStatement } from "../script";
import { showCreate, text } from "../show-create";
import { isOneOf, sqlCursor } from "../sql-cursor";
import { definerClause, parseHead, remembered, type StoredProgram, skipName } from "./definer";
import { type Kind, type ObjectChange, objectChange } from "./kind";

export interface ScheduledEvent extends StoredProgram {
  /** `EVERY 1 DAY STARTS '…' ENDS '…'`, `AT '…'`; a start at the moment of creation is left out. */
  readonly schedule: string;
  /** Seconds between creation and a one-time event, for `AT CURRENT_TIMESTAMP + …`; null for recurring ones. */
  readonly delay: number | null;
  readonly preserve: boolean;
  /** `ENABLE`, `DISABLE`, `DISABLE ON SLAVE`. */
  readonly status: string;
  readonly comment: string;
  readonly body: string;
  /** Null: the same as in the reading session. */
  readonly timeZone: string | null;
}

/**
 * An event without STARTS starts at its creation, or at the ALTER that set its schedule. CONVERT_TZ is null for a named
 * zone on a server without time zone tables; then the start is kept.
 */
const EVENTS = `
  SELECT event_name AS name,
         starts IN (CONVERT_TZ(created, @@SESSION.time_zone, time_zone),
                    CONVERT_TZ(last_altered, @@SESSION.time_zone, time_zone)) AS starts_when_made,
         TIMESTAMPDIFF(SECOND, CONVERT_TZ(created, @@SESSION.time_zone, time_zone), execute_at) AS delay
  FROM information_schema.events
  WHERE event_schema = ?`;

/** Scheduled events. */
export const events: Kind<ScheduledEvent, "events"> = {
  list: "events",
  types: ["EVENT"],
  hasBody: true,
  tableType: null,
  shownTo: ["EVENT"],
  drops: "before tables",
  adds: "behind tables",
  label: ({ name }) => `event ${name}`,
  mayDiffer: (_, programs) => programs,
  read: async (reader) => {
    const listed = await reader.session.query(EVENTS, [reader.database]);
    const facts = new Map(listed.map((row) => [text(row, "name"), row]));
    const shown = await showCreate(reader, "EVENT", "Create Event", [...facts.keys()]);
    const all = shown.map(({ name, row }): ScheduledEvent => {
      const { definer, schedule, ...event } = parseEvent(text(row, "Create Event"));
      const fact = facts.get(name);
      const zone = text(row, "time_zone");
      return {
        name,
        schedule: Number(fact?.starts_when_made) === 1 ? schedule.replace(/ STARTS '[^']*'/, "") : schedule,
        delay: typeof fact?.delay === "number" ? fact.delay : null,
        ...event,
        timeZone: zone === reader.creator.timeZone ? null : zone,
        ...remembered(reader, definer, row),
      };
    });
    return all.sort(byName);
  },
  diff: (from, to, { isSame }) => {
    const before = new Map(from.map((event) => [event.name.toLowerCase(), event]));
    const after = new Set(to.map(({ name }) => name.toLowerCase()));
    const gone = from.filter(({ name }) => !after.has(name.toLowerCase()));
    const adds = to.flatMap((event): ObjectChange[] => {
      const old = before.get(event.name.toLowerCase());
      if (old === undefined) return [objectChange(createEvent(event))];
      const newSchedule = !isSameSchedule(old, event);
      const rest = { schedule: event.schedule, delay: event.delay };
      if (!newSchedule && isSame({ ...old, ...rest }, event)) return [];
      return [objectChange({ text: alterEvent(old, event, newSchedule), program: event })];
    });
    const drops = gone.map(({ name }) => objectChange({ text: `DROP EVENT ${quoteIdentifier(name)}` }));
    return { drops, adds };
  },
  create: (all) => all.map(createEvent),
};

/** `AT CURRENT_TIMESTAMP + INTERVAL 1 DAY` is another moment each time it runs, but always equally far away. */
function isSameSchedule(from: ScheduledEvent, to: ScheduledEvent): boolean {
  // An event gets the session's time zone only together with its schedule.
  if (from.timeZone !== to.timeZone) return false;
  return from.schedule === to.schedule || (from.delay !== null && from.delay === to.delay);
}

const AFTER_SCHEDULE: ReadonlySet<string> = new Set(["ON", "ENABLE", "DISABLE", "COMMENT", "DO"]);
const AFTER_STATUS: ReadonlySet<string> = new Set(["COMMENT", "DO"]);

/** Reads SHOW CREATE EVENT. */
function parseEvent(shown: string): Omit<ScheduledEvent, "name" | "delay" | "timeZone" | "sqlMode"> {
  const cursor = sqlCursor(shown);
  const { definer } = parseHead(cursor, new Set(["EVENT"]));
  cursor.expect("EVENT");
  cursor.accept("IF", "NOT", "EXISTS");
  skipName(cursor);
  cursor.expect("ON", "SCHEDULE");
  const schedule = cursor.until((token) => isOneOf(token, AFTER_SCHEDULE));
  let preserve = false;
  if (cursor.accept("ON", "COMPLETION")) {
    preserve = !cursor.accept("NOT");
    cursor.expect("PRESERVE");
  }
  const status = cursor.until((token) => isOneOf(token, AFTER_STATUS));
  const comment = cursor.accept("COMMENT") ? cursor.next().value : "";
  cursor.expect("DO");
  return { definer, schedule, preserve, status, comment, body: cursor.rest() };
}

function createEvent(event: ScheduledEvent): ScriptStatement {
  const parts = [
    `CREATE ${definerClause(event)}EVENT ${quoteIdentifier(event.name)} ON SCHEDULE ${event.schedule}`,
    ...(event.preserve ? ["ON COMPLETION PRESERVE"] : []),
    ...(event.status === "ENABLE" ? [] : [event.status]),
    ...(event.comment === "" ? [] : [`COMMENT ${quoteString(event.comment)}`]),
  ];
  return { text: `${parts.join(" ")}\nDO ${event.body}`, program: event };
}

/** ALTER EVENT with the differences. An untouched schedule keeps its start. */
function alterEvent(from: ScheduledEvent, to: ScheduledEvent, newSchedule: boolean): string {
  const parts = [`ALTER ${definerClause(to)}EVENT ${quoteIdentifier(to.name)}`];
  if (newSchedule) parts.push(`ON SCHEDULE ${to.schedule}`);
  if (from.preserve !== to.preserve) parts.push(`ON COMPLETION ${to.preserve ? "" : "NOT "}PRESERVE`);
  if (from.status !== to.status) parts.push(to.status);
  if (from.comment !== to.comment) parts.push(`COMMENT ${quoteString(to.comment)}`);
  const isSame = from.body === to.body && from.sqlMode === to.sqlMode;
  // A statement that changes only the definer needs something else to be valid.
  return isSame && parts.length > 1 ? parts.join(" ") : `${parts.join(" ")}\nDO ${to.body}`;
}
