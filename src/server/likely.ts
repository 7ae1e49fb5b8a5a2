import type { ObjectRef } from "../syntax/classify";
import { readName } from "../syntax/statements/object-names";
import { createReader, hasSequence } from "../syntax/token-reader";
import type { ObjectPrint } from "./fingerprint";
import type { Session } from "./session";

/**
 * Whether a stored program, an account or a server is what its CREATE or REVOKE makes. We make no copy to find out: an
 * event would run, and an account could be used. Instead we compare the server's words with the statement's.
 * @param was what the object was like; `is`: what it is like now
 */
export async function isWhatItMakes(
  session: Session,
  text: string,
  object: ObjectRef,
  was: ObjectPrint,
  is: ObjectPrint,
): Promise<boolean> {
  switch (object.type) {
    case "procedure":
    case "function":
      return sharesText(text, await readBody(session, object), is.definition ?? "");
    case "event":
      return sharesText(text, await readBody(session, object), "");
    case "trigger":
      return triggerWords(text).join(" ") === triggerWords(is.definition ?? "").join(" ");
    case "account":
      return isRevoke(text) ? onlyLost(was, is) : isNew(is);
    default:
      return false;
  }
}

const BODIES: Partial<
  Record<ObjectRef["type"], readonly [table: string, schema: string, name: string, body: string]>
> = {
  procedure: ["ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", "ROUTINE_DEFINITION"],
  function: ["ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", "ROUTINE_DEFINITION"],
  event: ["EVENTS", "EVENT_SCHEMA", "EVENT_NAME", "EVENT_DEFINITION"],
};

async function readBody(session: Session, object: ObjectRef): Promise<string | null> {
  const source = BODIES[object.type];
  if (source === undefined) return null;
  const [table, schema, name, body] = source;
  const kind = table === "ROUTINES" ? ` AND ROUTINE_TYPE = '${object.type.toUpperCase()}'` : "";
  const [row] = await session.query(
    `SELECT ${body} AS body FROM information_schema.${table} WHERE ${schema} = COALESCE(?, DATABASE()) AND ${name} = ?${kind}`,
    [object.database, object.name],
  );
  return row === undefined || row.body === null ? null : String(row.body);
}

/** The servers keep the body and a routine's parameters as they were written. */
function sharesText(text: string, body: string | null, definition: string): boolean {
  if (body === null || body.trim() === "" || !squeeze(text).endsWith(squeeze(body))) return false;
  return definition === "" || squeeze(definition).includes(squeeze(parameters(text)));
}

/** From the first parenthesis to the one that closes it. */
function parameters(text: string): string {
  const reader = createReader(text);
  while (reader.peek() !== null && !reader.sees("(")) reader.next();
  const start = reader.peek()?.start ?? text.length;
  let depth = 0;
  for (let token = reader.next(); token !== null; token = reader.next()) {
    if (token.value === "(" && token.type === "punctuation") depth++;
    if (token.value === ")" && token.type === "punctuation") depth--;
    if (depth === 0) return text.slice(start, token.end);
  }
  return "";
}

/**
 * What a trigger's statement says after TRIGGER, without the database in front of its names: MySQL quotes them anew.
 */
function triggerWords(text: string): readonly string[] {
  const reader = createReader(text);
  while (reader.peek() !== null && !reader.accept("TRIGGER")) reader.next();
  const name = readName(reader)?.name ?? "";
  const words: string[] = [name];
  while (reader.peek() !== null && !reader.accept("ON")) words.push(reader.next()?.value ?? "");
  words.push(readName(reader)?.name ?? "");
  return [
    ...words,
    ...reader.rest().map(({ type, value }) => `${type === "quoted-identifier" ? "word" : type} ${value}`),
  ];
}

/** A server leaves out only white space and comments at the ends of lines. */
function squeeze(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function isRevoke(text: string): boolean {
  return hasSequence(createReader(text).rest(), "REVOKE");
}

/** A new account can only connect. */
function isNew(is: ObjectPrint): boolean {
  return (is.definition ?? "?").split("\n").every((grant) => /^(GRANT USAGE ON \*\.\* TO\b.*)?$/.test(grant));
}

/** Nothing was granted and something is gone: each line that is left was there before, perhaps with a longer list. */
function onlyLost(was: ObjectPrint, is: ObjectPrint): boolean {
  if (was.definition === undefined || is.definition === undefined) return false;
  const earlier = was.definition.split("\n").map(readGrant);
  const now = is.definition.split("\n").map(readGrant);
  return now.every(({ on, what }) =>
    what.every(
      (one) =>
        one === "USAGE" ||
        earlier.some(
          (grant) => grant.on === on && (grant.what.includes(one) || grant.what.includes("ALL PRIVILEGES")),
        ),
    ),
  );
}

/** Splits `GRANT a, b ON c TO d` into what is granted and where. */
function readGrant(line: string): { readonly what: readonly string[]; readonly on: string } {
  const [, what = "", on = ""] = /^GRANT (.*?)( ON .*| TO .*)$/.exec(line) ?? [];
  return { what: what.split(/, (?![^(]*\))/), on: on.replace(/ WITH GRANT OPTION$/, "") };
}
