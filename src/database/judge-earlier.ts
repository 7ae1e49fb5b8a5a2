import {
  exists,
  type Fingerprint,
  judge,
  readFingerprint,
  readSchemaFingerprint,
  type Verdict,
} from "./fingerprint";
import type { Intent } from "./history";
import type { Session } from "./session";

/**
 * Judges an intent that an earlier version wrote: without the statement's text and with hashes of the definitions only, a
 * change is all that can be seen.
 * @throws the driver's error
 */
export async function judgeEarlier(session: Session, intent: Intent): Promise<Verdict> {
  const { how, objects, before } = intent;
  const [first] = objects;
  if (how === "ask" || before === null || first === undefined) return "unknown";
  if (how === "schema") {
    const now = await readSchemaFingerprint(session, first.name);
    return judge("alter", before, now, now);
  }
  // The definitions of these had the name in them.
  if (how === "alter" && objects.some(({ type }) => type === "account")) return "unknown";
  const now = await readFingerprint(session, objects, session.database, how === "rename" ? "innodb" : "none");
  return judge(how, before, now, how === "alter" ? changed(before, now) : now);
}

/** Only what changed counts as made. */
function changed(before: Fingerprint, now: Fingerprint): Fingerprint {
  const all = now.objects.every((is, index) => is.state !== before.objects[index]?.state || !exists(is));
  return all ? now : { objects: now.objects.map((is) => ({ ...is, state: "unreadable" })) };
}
