import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Fingerprint, ObjectPrint } from "./fingerprint";
import type { Intent } from "./history";

/** A definition up to this many characters is kept as it is, so that a person can read it. */
const PLAIN = 2_048;

/** All definitions of an intent may take this much of a packet, which carries them in hexadecimal; those beyond are not kept. */
const SHARE_OF_PACKET = 1 / 8;

/** A text may have as many characters as that part of a packet has bytes: three bytes each, in hexadecimal. */
const TEXT_SHARE = 1 / 16;

const PACKED = "deflate:";

/**
 * The JSON that the history keeps of an intent.
 * @param maxPacketBytes what the server takes in one command
 */
export function packIntent(intent: Intent, maxPacketBytes: number): string {
  let left = maxPacketBytes * SHARE_OF_PACKET;
  const kept = mapDefinitions(intent, (definition) => {
    const text =
      definition.length > PLAIN ? PACKED + deflateRawSync(definition).toString("base64") : definition;
    left -= Buffer.byteLength(text);
    return left < 0 ? undefined : text;
  });
  const { text, executes, ...rest } = kept;
  const most = Math.floor(maxPacketBytes * TEXT_SHARE);
  return JSON.stringify({
    ...rest,
    ...(text === undefined ? {} : { text: text.slice(0, most) }),
    ...(executes === undefined || executes.text.length > most ? {} : { executes }),
  });
}

/** The reverse, once the JSON is parsed. */
export function unpackIntent(intent: Intent): Intent {
  return mapDefinitions(intent, (definition) =>
    definition.startsWith(PACKED)
      ? inflateRawSync(Buffer.from(definition.slice(PACKED.length), "base64")).toString("utf8")
      : definition,
  );
}

function mapDefinitions(intent: Intent, map: (definition: string) => string | undefined): Intent {
  if (intent.before === null || intent.before.objects === undefined) return intent;
  const objects = intent.before.objects.map((print): ObjectPrint => {
    if (print.definition === undefined) return print;
    const { definition, ...rest } = print;
    const mapped = map(definition);
    return mapped === undefined ? rest : { ...rest, definition: mapped };
  });
  const before: Fingerprint = { objects };
  return { ...intent, before };
}
