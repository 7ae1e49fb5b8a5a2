import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { MigrateError } from "../errors";
import type { Environment } from "../settings/settings";
import type { Layout, Style } from "../verbs/layout";
import { printable } from "../verbs/printable";

/** One of the two streams that a command line writes to. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** The stream that a person types into. */
export interface Input {
  readonly isTTY?: boolean | undefined;
  setEncoding(encoding: "utf8"): unknown;
  on(event: "data", listener: (text: string) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  off(event: "data", listener: (text: string) => void): unknown;
  off(event: "end", listener: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** What `main` needs from the process. */
export interface Io {
  /** Left out: there is nobody to ask. */
  readonly stdin?: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Node, the program's path, and its words; left out: not known. */
  readonly argv?: readonly string[] | undefined;
  cwd(): string;
}

/** Whether a stream goes to a terminal that can overwrite a line. */
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
 * The layout for a stream. Colours only on a terminal that has them, and never with NO_COLOR.
 * @see https://no-color.org
 */
export function layoutFor(output: Output, env: Readonly<Record<string, string | undefined>>): Layout {
  const terminal = output.isTTY === true;
  const colours = terminal && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
  return {
    width: terminal ? output.columns || null : null,
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

/**
 * Asks on stderr, and reads one line from a terminal.
 * @returns the line without its end; null when stdin or stderr is not a terminal, or the input ended
 * @throws MigrateError `interrupted` when the signal is aborted meanwhile
 */
export async function askOnTerminal(
  { stdin, stderr }: Io,
  question: string,
  signal: AbortSignal,
): Promise<string | null> {
  if (stdin?.isTTY !== true || stderr.isTTY !== true) return null;
  stderr.write(printable(question));
  let typed = "";
  let onData = (_text: string): void => {};
  let onEnd = (): void => {};
  let onAbort = (): void => {};
  try {
    return await new Promise<string | null>((resolve, reject) => {
      onData = (text) => {
        typed += text;
        const end = typed.indexOf("\n");
        if (end !== -1) resolve(typed.slice(0, end).trim());
      };
      onEnd = () => resolve(null);
      onAbort = () => reject(new MigrateError("interrupted", "Stopped on request. Nothing was run."));
      if (signal.aborted) onAbort();
      signal.addEventListener("abort", onAbort);
      stdin.setEncoding("utf8");
      stdin.on("data", onData);
      stdin.on("end", onEnd);
      stdin.resume();
    });
  } finally {
    signal.removeEventListener("abort", onAbort);
    stdin.off("data", onData);
    stdin.off("end", onEnd);
    // Reading from a terminal would keep the process alive.
    stdin.pause();
    if (!typed.includes("\n")) stderr.write("\n");
  }
}

/** Reads all of the standard input. */
export function readAll(stdin: Input): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    stdin.setEncoding("utf8");
    stdin.on("data", (more) => {
      text += more;
    });
    stdin.on("end", () => resolve(text));
    stdin.resume();
  });
}

/** One line at the bottom of a terminal that is overwritten again and again. */
export interface LiveLine {
  /** Shows a text of ASCII characters; what does not fit is cut. */
  draw(text: string): void;
  /** Makes room for other output. */
  clear(): void;
}

/** Go back to the beginning of the line, and delete it. */
const ERASE = "\r\u001b[K";

export function createLiveLine(output: Output): LiveLine {
  let drawn = false;
  return {
    draw(text) {
      // A full line would make the terminal wrap.
      output.write(`${ERASE}${text.slice(0, (output.columns || 80) - 1)}`);
      drawn = true;
    },
    clear() {
      if (drawn) output.write(ERASE);
      drawn = false;
    },
  };
}

/**
 * V8 lets a heap grow to a multiple of the live data before it collects garbage, and nearly all data of a large file is
 * soon garbage: 1 GB takes 160 MB without these flags and 90 MB with them, in the same time. V8 reads both flags when
 * it needs them. The versions are those of Node 20 to 25, because others might print a line about an unknown flag.
 */
export function keepHeapSmall(v8Version: string = process.versions.v8): void {
  const major = Number.parseInt(v8Version, 10);
  if (major < 11 || major > 14) return;
  setFlagsFromString("--heap-growing-percent=50");
  setFlagsFromString("--semi-space-growth-factor=1");
}

/** The command that opens a file with its default program, by platform. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/**
 * Opens a file in the browser that $BROWSER names, otherwise in the system's default browser.
 * @throws MigrateError `usage` when nothing can be started
 */
export function openInBrowser(path: string, env: Environment, cwd: string): void {
  const own = env.BROWSER === undefined || env.BROWSER === "" ? null : [env.BROWSER];
  const [program = "", ...words] = own ?? OPENERS[process.platform] ?? ["xdg-open"];
  const { error, status } = spawnSync(program, [...words, resolve(cwd, path)], { stdio: "ignore", cwd, env });
  if (error === undefined && status === 0) return;
  const why = error?.message ?? `it exited with ${status}`;
  throw new MigrateError("usage", `${path} was written, but ${program} did not open it: ${why}.`, {
    hint: "Open it yourself, or say in BROWSER which program does.",
  });
}

/**
 * Opens files in the editor that $VISUAL or $EDITOR names, and waits until it is closed.
 * @throws MigrateError `missing-setting` when there is none, `usage` when it cannot be started or fails
 */
export function openEditor(paths: readonly string[], env: Environment, cwd: string): void {
  const editor = [env.VISUAL, env.EDITOR].find((each) => each !== undefined && each !== "");
  if (editor === undefined) {
    throw new MigrateError("missing-setting", "Neither VISUAL nor EDITOR says which editor to open.", {
      hint: `Set one of them, or open the files yourself:\n  ${paths.join("\n  ")}`,
    });
  }
  // Like git: the setting can contain options ("code --wait"), so a shell must read it.
  const { status, error } = spawnSync("sh", ["-c", `${editor} "$@"`, editor, ...paths], {
    stdio: "inherit",
    cwd,
    env,
  });
  if (status === 0) return;
  const why = error?.message ?? (status === null ? "it was ended by a signal" : `it exited with ${status}`);
  throw new MigrateError("usage", `The editor ${editor} did not end well: ${why}.`);
}
