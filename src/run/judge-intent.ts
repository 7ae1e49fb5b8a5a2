import { probedByRecord } from "../history/intent-column";
import type { Intent, Judgement } from "../history/lines";
import { exists, type Fingerprint, type Identity, readFingerprint } from "../server/fingerprint";
import { judge, type Verdict } from "../server/judge";
import { isWhatItMakes } from "../server/likely";
import { readSchemaFingerprint } from "../server/schema-fingerprint";
import type { Session } from "../server/session";
import { isEmptyTable } from "../server/tables";
import { workOut } from "../server/work-out";
import type { Work } from "../server/work-out-temporary";
import { workOutDatabase, workOutView } from "../server/work-out-view";
import { classify, type ObjectRef } from "../syntax/classify";
import { mayComeBack } from "../syntax/statements/alter-table";

export type { Verdict };

/** What an intent says about the world before its statement. */
export type Before = Pick<Intent, "how" | "objects" | "before">;

/**
 * Reads what will tell later whether a statement took effect.
 * @param database the current one, for names without a database
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
  // The statement that records the intent also looks whether a table to be created exists.
  const before: Fingerprint =
    probedByRecord(how, objects) ?? (await readFingerprint(session, objects, database, IDENTITY[how]));
  return { how, objects, before };
}

/** When the definition stays the same, the object's identity tells. */
export const IDENTITY: Readonly<Record<Exclude<Judgement, "ask" | "schema">, Identity>> = {
  create: "none",
  alter: "none",
  drop: "any",
  rename: "innodb",
  replace: "innodb",
  truncate: "innodb",
  exchange: "innodb",
};

/** What is known about a statement's fate, and why. */
export interface Finding {
  readonly verdict: Verdict;
  /** What its objects are like now; null when they say nothing. */
  readonly now: Fingerprint | null;
  /** What the statement makes of them; null when that was not worked out. */
  readonly made: Fingerprint | null;
}

/** Whether an intent's objects are as they were before its statement, as far as one can tell. */
export async function isUnchanged(session: Session, intent: Before): Promise<boolean> {
  return (await compare(session, intent)).verdict === "not-applied";
}

/** Compares an intent's objects with what they were before, without asking what the statement would make of them. */
async function compare(session: Session, intent: Before): Promise<Finding> {
  const { how, before, objects } = intent;
  const nothing = { verdict: "unknown", now: null, made: null } as const;
  const [first] = objects;
  if (how === "ask" || before === null || first === undefined) return nothing;
  if (how === "schema") {
    const now = await readSchemaFingerprint(session, first.name);
    return { verdict: judge("alter", before, now, null), now, made: null };
  }
  const now = await readFingerprint(session, objects, session.database, before);
  return { verdict: judge(how, before, now, null), now, made: null };
}

/**
 * Judges an intent.
 * @param executed what its statement ran and where, if that is known in full
 * @param beside opens another session, set up like the statement's own
 */
export async function judgeIntent(
  session: Session,
  intent: Intent,
  executed: { readonly text: string; readonly database: string } | null,
  beside: () => Promise<Session>,
): Promise<Finding> {
  // Intents from earlier versions have only hashes.
  if (intent.text === undefined)
    return { verdict: await judgeEarlier(session, intent), now: null, made: null };
  const found = await compare(session, intent);
  const { how, before, objects } = intent;
  const { now } = found;
  if (now === null || before === null || how === "ask" || how === "schema") return found;
  if (how === "truncate" && found.verdict === "unknown") {
    // When there are no rows, doing it again takes nothing from anybody.
    const empty = await Promise.all(objects.map((object) => isEmptyTable(session, object)));
    return empty.every((one) => one) ? { ...found, verdict: "not-applied" } : found;
  }
  if (executed === null) return found;
  const work: Work = { ...executed, objects, before };
  if (found.verdict === "not-applied" && how === "alter" && mayComeBack(executed.text)) {
    const made = await workOutBeside(beside, work);
    const tells = made?.objects.some(({ state }, index) => state !== before.objects[index]?.state);
    return tells ? { ...found, made } : { ...found, verdict: "unknown", made };
  }
  if (found.verdict !== "unknown") return found;
  const made = await workOutAny(session, beside, work, now);
  if (made === null || fillsByRows(how, executed.text, now)) return { ...found, made };
  return { verdict: judge(how, before, now, made), now, made };
}

async function workOutAny(
  session: Session,
  beside: () => Promise<Session>,
  work: Work,
  now: Fingerprint,
): Promise<Fingerprint | null> {
  const types = new Set(work.objects.map(({ type }) => type));
  if (types.size === 1 && types.has("table")) return workOutBeside(beside, work);
  if (types.size === 1 && types.has("database"))
    return withBeside(beside, (own) => workOutDatabase(own, work));
  const objects: Fingerprint["objects"][number][] = [];
  for (const [index, is] of now.objects.entries()) {
    const [object, was] = [work.objects[index], work.before.objects[index]];
    if (object === undefined || was === undefined) return null;
    const likely = !exists(is) || (await isWhatItMakes(session, work.text, object, was, is));
    objects.push(likely ? is : { object: is.object, state: "unreadable", id: null });
  }
  return { objects };
}

function workOutBeside(beside: () => Promise<Session>, work: Work): Promise<Fingerprint | null> {
  const view =
    /^[^'"(]*?\bVIEW\b/i.test(work.text) && classify(work.text).statement.kind === "self-committing";
  return withBeside(beside, (own) => (view ? workOutView(own, work) : workOut(own, work)));
}

async function withBeside<T>(beside: () => Promise<Session>, body: (own: Session) => Promise<T>): Promise<T> {
  const own = await beside();
  try {
    return await body(own);
  } finally {
    await own.close();
  }
}

/** A table without transactions may have only some of its rows: its definition does not say that it has all. */
function fillsByRows(how: Judgement, text: string, now: Fingerprint): boolean {
  if ((how !== "create" && how !== "replace") || !/\b(SELECT|VALUES)\b/i.test(text)) return false;
  return now.objects.some(
    ({ definition = "" }) =>
      definition.startsWith("CREATE TABLE") && !/^\).* ENGINE=(InnoDB|ROCKSDB)\b/m.test(definition),
  );
}

/**
 * Judges an intent that an earlier version wrote: without the statement's text and with hashes of the definitions only,
 * one can see only that something changed.
 * @throws the driver's error
 */
async function judgeEarlier(session: Session, intent: Intent): Promise<Verdict> {
  const { how, objects, before } = intent;
  const [first] = objects;
  if (how === "ask" || before === null || first === undefined) return "unknown";
  if (how === "schema") {
    const now = await readSchemaFingerprint(session, first.name);
    return judge("alter", before, now, now);
  }
  // Earlier versions kept the name in these definitions.
  if (how === "alter" && objects.some(({ type }) => type === "account")) return "unknown";
  const now = await readFingerprint(session, objects, session.database, how === "rename" ? "innodb" : "none");
  return judge(how, before, now, how === "alter" ? changed(before, now) : now);
}

/** Only objects that changed count as made. */
function changed(before: Fingerprint, now: Fingerprint): Fingerprint {
  const all = now.objects.every((is, index) => is.state !== before.objects[index]?.state || !exists(is));
  return all ? now : { objects: now.objects.map((is) => ({ ...is, state: "unreadable" })) };
}
