import {
  type Fingerprint,
  judge,
  readFingerprint,
  readSchemaFingerprint,
  type Verdict,
} from "../database/fingerprint";
import type { Intent, Judgement } from "../database/history";
import { probedByRecord } from "../database/history-lines";
import type { Session } from "../database/session";
import type { ObjectRef } from "../syntax/classify";

export type { Verdict };

/** What an intent says of the world before its statement. */
export type Before = Pick<Intent, "how" | "objects" | "before">;

/**
 * Reads what will tell later whether a statement took effect.
 * @param database the current one, for names without
 */
export async function readBefore(
  session: Session,
  how: Judgement,
  named: readonly ObjectRef[],
  database: string,
): Promise<Before> {
  if (how === "ask") return { how, objects: named, before: null };
  if (how === "schema") {
    const schema: ObjectRef = { type: "database", database: null, name: database };
    return { how, objects: [schema], before: await readSchemaFingerprint(session, database) };
  }
  const objects = named.map((object) => ({ ...object, database: object.database ?? database }));
  // Whether a table that will be created exists is looked up by the statement that records the intent.
  const before: Fingerprint =
    probedByRecord(how, objects) ?? (await readFingerprint(session, objects, database));
  return { how, objects, before };
}

/** Compares what an intent's objects are now with what they were before its statement. */
export async function judgeIntent(session: Session, intent: Before): Promise<Verdict> {
  const [first] = intent.objects;
  if (intent.how === "ask" || intent.before === null) return "unknown";
  if (intent.how === "schema") {
    if (first === undefined) return "unknown";
    return judge("alter", intent.before, await readSchemaFingerprint(session, first.name));
  }
  return judge(intent.how, intent.before, await readFingerprint(session, intent.objects, session.database));
}
