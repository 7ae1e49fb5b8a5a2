import type { Change } from "../schema/change";
import { grantLosses } from "../schema/kinds/routine";
import { quoteAccount, text } from "../schema/show-create";
import { withSession } from "../server/connection";
import type { Session } from "../server/session";
import type { DatabaseSettings } from "../settings/database";
import { quoteIdentifier } from "../syntax/quote";

/**
 * Finds, for each routine that must be dropped and made again, the privileges that this ends. They belong to a server's
 * accounts, not to a schema, so a migration cannot grant them again everywhere; but the target has those that matter.
 * If the account may not read them, they stay unknown.
 * @param target only looked at, and only where a routine is made again
 */
export async function withRoutineGrants(
  changes: readonly Change[],
  target: DatabaseSettings,
): Promise<readonly Change[]> {
  const ends = (change: Change) => (change.type === "object" ? change.endsGrantsOn : null);
  if (!changes.some((change) => ends(change) !== null)) return changes;
  const grants = await withSession(target, readGrants).catch(() => null);
  if (grants === null) return changes;
  return changes.map((change) => {
    const routine = ends(change);
    if (change.type !== "object" || routine === null) return change;
    const lost = grants.get(`${routine.type} ${routine.name.toLowerCase()}`) ?? [];
    return { ...change, losses: grantLosses(routine, lost) };
  });
}

/** Without those that the server gives to the creator of a routine (automatic_sp_privileges). */
const GRANTS = `
  SELECT LOWER(routine_type) AS type, routine_name AS name, user, host, proc_priv AS privileges
  FROM mysql.procs_priv
  WHERE db = DATABASE() AND CONCAT(user, '@', host) <> CURRENT_USER()`;

async function readGrants(session: Session): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const row of await session.query(GRANTS)) {
    const type = text(row, "type");
    const key = `${type} ${text(row, "name").toLowerCase()}`;
    const held = text(row, "privileges").toUpperCase().split(",");
    const list = held.filter((privilege) => privilege !== "GRANT").join(", ");
    const option = held.includes("GRANT") ? " WITH GRANT OPTION" : "";
    const account = quoteAccount(text(row, "user"), text(row, "host"));
    const on = `${type.toUpperCase()} ${quoteIdentifier(text(row, "name"))}`;
    const statement = `GRANT ${list === "" ? "USAGE" : list} ON ${on} TO ${account}${option}`;
    found.set(key, [...(found.get(key) ?? []), statement]);
  }
  return found;
}
