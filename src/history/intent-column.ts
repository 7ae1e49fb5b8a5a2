import type { Fingerprint } from "../server/fingerprint";
import type { ServerInfo, SqlValue } from "../server/session";
import { LASTING } from "../server/tables";
import type { ObjectRef } from "../syntax/classify";
import { type Intent, type Judgement, packIntent } from "./lines";

/** Stands for a state that the recording statement looks up itself, to save a round trip. */
const UNPROBED = '"state":"?"';

/**
 * The fingerprint of a single table that is about to be created, left for the record to fill in; null for everything
 * else.
 */
export function probedByRecord(how: Judgement, objects: readonly ObjectRef[]): Fingerprint | null {
  const [object, another] = objects;
  if (how !== "create" || object?.type !== "table" || another !== undefined) return null;
  return { objects: [{ object: `table ${object.database}.${object.name}`, state: "?", id: null }] };
}

/** SQL for the intent column, and its values. */
export function intentColumn(
  intent: Intent | null,
  server: ServerInfo,
): { readonly sql: string; readonly values: readonly SqlValue[] } {
  if (intent === null) return { sql: "NULL", values: [] };
  const text = packIntent(intent, server.maxPacketBytes);
  // Inside a statement's own text the JSON has escaped quotes, so nothing is replaced there.
  const [start = "", ...parts] = text.split(UNPROBED);
  const tables = [intent, ...(intent.followedBy ?? [])].filter(isUnprobed).flatMap(({ objects }) => objects);
  if (parts.length === 0 || parts.length !== tables.length) return { sql: "?", values: [text] };
  const view = tablesView(server);
  const lasting = view === "TABLES" ? ` AND ${LASTING}` : "";
  const probe = `IFNULL((SELECT '"state":"present"' FROM information_schema.${view}
            WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?${lasting} LIMIT 1), '"state":"absent"'), ?`;
  return {
    sql: `CONCAT(?, ${parts.map(() => probe).join(", ")})`,
    values: [start, ...tables.flatMap(({ database, name }, at) => [database, name, parts[at] ?? ""])],
  };
}

function isUnprobed({ before }: Intent): boolean {
  return before?.objects.some(({ state }) => state === "?") === true;
}

/**
 * The view in which the server finds a table or view fastest: MySQL's TABLES joins statistics and more.
 * @see https://dev.mysql.com/doc/refman/8.4/en/information-schema-tables-extensions-table.html (since 8.0.21)
 */
function tablesView({ family, version }: ServerInfo): "TABLES" | "TABLES_EXTENSIONS" {
  return family === "mariadb" || /^8\.0\.(1?\d|20)\b/.test(version) ? "TABLES" : "TABLES_EXTENSIONS";
}
