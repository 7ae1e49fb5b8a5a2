import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ExitCode, main } from "../../src/cli/main";

/**
 * A transcript is a text file that is read, run and written again; it must come out as it was.
 *
 *     # Prose.
 *     $ mysql-updown up      a command, for sh; lines that start with > belong to it
 *     What it wrote to stdout.
 *     ! What it wrote to stderr.
 *     [exit 2]               unless it is 0
 *
 * `mysql-updown` runs in this process, because starting Node for each command would take minutes in sum.
 */
interface Block {
  readonly prose: readonly string[];
  readonly command: readonly string[];
}

/** Replaces what differs between runs, such as a port. */
export type Masks = readonly (readonly [what: string | RegExp, by: string])[];

/**
 * Runs every command of a transcript in a new folder.
 * @param readState what no refusal may change, beside the folder
 * @returns the transcript as it comes out
 */
export async function replay(
  text: string,
  env: Readonly<Record<string, string>>,
  masks: Masks,
  readState: () => Promise<unknown> = async () => null,
): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mysql-updown-transcript-")));
  const before = process.cwd();
  try {
    const project = join(folder, "project");
    const bin = join(folder, "bin");
    mkdirSync(project);
    mkdirSync(bin);
    writeFileSync(join(bin, "mysql-updown"), SHIM);
    chmodSync(join(bin, "mysql-updown"), 0o755);
    process.chdir(project);
    const shellEnv = { PATH: `${bin}:${process.env.PATH}`, LC_ALL: "C.UTF-8", ...env };
    const parts: string[] = [];
    for (const { prose, command } of parse(text)) {
      if (prose.length > 0) parts.push(prose.join("\n"));
      if (command.length === 0) continue;
      const output = await run(command, shellEnv, async () => [readFiles(project), await readState()]);
      parts.push([...command, ...mask(output, [[project, "/project"], ...masks])].join("\n"));
    }
    return `${parts.join("\n\n")}\n`;
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Takes the transcript's name to its text. */
export function readTranscript(path: string): string {
  return readFileSync(path, "utf8");
}

function parse(text: string): readonly Block[] {
  const blocks: { prose: string[]; command: string[] }[] = [];
  let open = false;
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) {
      const last = blocks.at(-1);
      if (last !== undefined && last.command.length === 0) last.prose.push(line);
      else blocks.push({ prose: [line], command: [] });
    } else if (line.startsWith("$ ")) {
      const last = blocks.at(-1);
      if (last !== undefined && last.command.length === 0) last.command.push(line);
      else blocks.push({ prose: [], command: [line] });
      open = true;
      continue;
    } else if (open && line.startsWith(">")) {
      blocks.at(-1)?.command.push(line);
      continue;
    }
    open = false;
  }
  return blocks;
}

const MARK = "words and environment of mysql-updown\n";

/** Stands for mysql-updown in the shell: prints what the shell made of the words and of the environment. */
const SHIM = `#!/bin/sh
printf '%s%s\\0' '${MARK}' "$#"
for word; do printf '%s\\0' "$word"; done
env -0
`;

async function run(
  command: readonly string[],
  env: Record<string, string>,
  readAll: () => Promise<unknown>,
): Promise<readonly string[]> {
  const script = command.map((line) => line.replace(/^[$>] ?/, "")).join("\n");
  const shell = spawnSync("sh", ["-c", script], { encoding: "utf8", env });
  const inProcess = shell.stdout.startsWith(MARK);
  const before = inProcess ? await readAll() : null;
  const { stdout, stderr, status } = inProcess ? await runHere(shell.stdout.slice(MARK.length)) : shell;
  if (inProcess && status === 2 && !HAD_BEGUN.test(stdout + stderr)) {
    assert.deepEqual(await readAll(), before, `${script} was refused, but it changed something`);
  }
  return [
    ...lines(stdout),
    ...lines(stderr).map((line) => `! ${line}`.trimEnd()),
    ...(status === 0 ? [] : [`[exit ${status}]`]),
  ];
}

/** What is no refusal: a run that stopped under way and recorded why, an init that cannot go on without a database. */
const HAD_BEGUN = /statements are applied and recorded|Nothing more was run|Created so far/;

/** Every file below a folder, by path. */
function readFiles(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(path, "latin1")]));
}

async function runHere(printed: string): Promise<{ stdout: string; stderr: string; status: ExitCode }> {
  const [count = "0", ...rest] = printed.split("\0");
  const words = rest.slice(0, Number(count));
  const env: Record<string, string> = {};
  for (const variable of rest.slice(Number(count))) {
    const [name = "", value = ""] = splitAt(variable, "=");
    if (!["", "PATH", "PWD", "OLDPWD", "SHLVL", "_"].includes(name)) env[name] = value;
  }
  const written = { stdout: "", stderr: "" };
  const io = {
    stdout: {
      write(text: string): void {
        written.stdout += text;
      },
    },
    stderr: {
      write(text: string): void {
        written.stderr += text;
      },
    },
    cwd: () => process.cwd(),
  };
  const status = await main(words, env, io);
  return { ...written, status };
}

function splitAt(text: string, separator: string): readonly string[] {
  const index = text.indexOf(separator);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + separator.length)];
}

function lines(output: string): readonly string[] {
  return output === "" ? [] : output.replace(/\n$/, "").split("\n");
}

const ALWAYS: Masks = [
  [/\d{4}-\d\d-\d\d([ T])\d\d:\d\d:\d\d(\.\d+)?/g, "YYYY-MM-DD$1hh:mm:ss"],
  [/\d{4}-\d\d-\d\d/g, "YYYY-MM-DD"],
  // In a table the widest duration decides how many blanks are before it.
  [/applied at {10,}took/g, `applied at${" ".repeat(11)}took`],
  [/ {2,}\d+(\.\d+)? m?s\b/g, "  # ms"],
  [/\b\d+(\.\d+)? m?s\b/g, "# ms"],
  [/"durationMs": ?\d+/g, '"durationMs": 0'],
  [/"(osUser|host)": "[^"]+"/g, '"$1": "someone"'],
  [/connection \d+/g, "connection #"],
];

function mask(output: readonly string[], masks: Masks): readonly string[] {
  return output.map((line) =>
    [...ALWAYS, ...masks].reduce<string>((text, [what, by]) => text.replaceAll(what, by), line),
  );
}
