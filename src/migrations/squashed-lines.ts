/** A migration that a squashed one stands for. */
export interface Replaced {
  readonly version: number;
  readonly name: string;
  /** Of its up file. */
  readonly checksum: string;
  /** `NNNN_name` of the squashed migration that it went into before that was itself replaced; null: it was a pair of its own. */
  readonly into: string | null;
}

const LINE = /^squashed (\d{4,15})_([A-Za-z0-9_.-]+) ([0-9a-f]{64})(?: into (\d{4,15}_[A-Za-z0-9_.-]+))?$/;

/** The line for the head of a squashed up file, behind `-- `. */
export function squashedLine({ version, name, checksum, into }: Replaced): string {
  const end = into === null ? "" : ` into ${into}`;
  return `migrate: squashed ${String(version).padStart(4, "0")}_${name} ${checksum}${end}`;
}

/** Reads such a line, from behind `migrate:`.  @returns null when it is none */
export function readSquashedLine(directive: string): Replaced | null {
  const match = LINE.exec(directive.trim());
  if (match === null) return null;
  const [, digits = "", name = "", checksum = "", into = null] = match;
  return { version: Number(digits), name, checksum, into };
}
