import type { Layout, Style } from "../commands/layout";

/** One of the two streams that a command line writes to. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What `main` needs of the process around it. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  cwd(): string;
}

/** Whether a stream goes to a terminal that can go back on a line. */
export function isTerminal(output: Output, env: Readonly<Record<string, string | undefined>>): boolean {
  return output.isTTY === true && env.TERM !== "dumb";
}

const CODES: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
};

/**
 * How to lay out what goes to a stream. Colours only on a terminal that has them, and never with NO_COLOR.
 * @see https://no-color.org
 */
export function layoutFor(output: Output, env: Readonly<Record<string, string | undefined>>): Layout {
  const terminal = output.isTTY === true;
  const colours = terminal && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
  return {
    width: terminal ? (output.columns ?? null) : null,
    paint: (style, text) => {
      const [on, off] = CODES[style];
      return colours && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
    },
  };
}

/** Writes lines, each with its newline, in one piece. */
export function writeLines(output: Output, lines: readonly string[]): void {
  if (lines.length > 0) output.write(`${lines.join("\n")}\n`);
}
