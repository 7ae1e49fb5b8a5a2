import { renameBehind } from "../syntax/qualifiers";
import { quoteIdentifier, quoteQualified } from "../syntax/quote";
import { serverErrno } from "./error-numbers";
import { type Fingerprint, printOf, readFingerprint } from "./fingerprint";
import type { Session } from "./session";
import { clearLeftoverViews, createThrowaway, throwawayName } from "./throwaway";
import type { Work } from "./work-out-temporary";

/**
 * Lets the server work out what CREATE VIEW makes, with a view of another name in the same database: creating a view
 * reads no rows.
 * @returns null when the server refuses it
 * @throws the driver's error when the connection is lost
 */
export async function workOutView(session: Session, work: Work): Promise<Fingerprint | null> {
  const [object, another] = work.objects;
  const name = throwawayName();
  const text = renameBehind(work.text, ["VIEW"], name, session.server);
  if (object === undefined || another !== undefined || text === null) return null;
  const database = object.database ?? work.database;
  try {
    await clearLeftoverViews(session, database);
    await session.run(`USE ${quoteIdentifier(work.database)}`);
    // Only the name was replaced, so a view that was named with its database is created there.
    await session.run(
      database === work.database ? text : text.replace(quoteIdentifier(name), quoteQualified(database, name)),
    );
    const made = await readFingerprint(session, [{ ...object, name }], database);
    return {
      objects: made.objects.map((print) => ({ ...print, object: work.before.objects[0]?.object ?? "" })),
    };
  } catch (error) {
    if (serverErrno(error) === null) throw error;
    return null;
  } finally {
    await session.execute(`DROP VIEW IF EXISTS ${quoteQualified(database, name)}`).catch(() => 0);
  }
}

/**
 * The same for CREATE DATABASE, with a database of another name. @throws the driver's error when the connection is lost
 */
export async function workOutDatabase(session: Session, work: Work): Promise<Fingerprint | null> {
  const [object, another] = work.objects;
  if (object === undefined || another !== undefined) return null;
  let name: string | null = null;
  try {
    name = await createThrowaway(session, "utf8mb4", "utf8mb4_bin");
    await session.execute(`DROP DATABASE ${quoteIdentifier(name)}`);
    const text = renameBehind(work.text, ["DATABASE", "SCHEMA"], name, session.server);
    if (text === null) return null;
    await session.run(text);
    const [print] = (await readFingerprint(session, [{ ...object, name }], work.database)).objects;
    const definition = print?.definition?.replace(quoteIdentifier(name), quoteIdentifier(object.name));
    return { objects: [printOf(`database ${object.name}`, definition ?? null, null)] };
  } catch (error) {
    if (serverErrno(error) === null) throw error;
    return null;
  } finally {
    if (name !== null)
      await session.execute(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`).catch(() => 0);
  }
}
