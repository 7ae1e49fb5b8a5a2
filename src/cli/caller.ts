import { readFileSync } from "node:fs";
import type { Environment } from "../settings/settings";

/** How the caller would start the program again: the words before a verb's options. */
interface Caller {
  /** @param dashes `--`, without which npm takes options for itself */
  spell(verb: string, dashes: string): string;
  /** Without a verb. */
  readonly program: string;
}

const PLAIN = called("mysql-updown");
const NPX = called("npx mysql-updown");
const CHECKOUT: Caller = {
  spell: (verb, dashes) => `npm run migrate:${verb}${dashes}`,
  program: "npm run migrate --",
};

function called(program: string): Caller {
  return { spell: (verb) => `${program} ${verb}`, program };
}

/**
 * Messages name commands as this repository's npm scripts do (`npm run migrate:up -- --to 5`). They are printed in the
 * form that works for the reader: as a script in their own package.json, as `npx mysql-updown up` in a project that has
 * the package installed, or as `mysql-updown up`.
 * @param program path with which the program was started; empty: not known
 */
export function adaptCommands(text: string, env: Environment, program = ""): string {
  if (!text.includes("npm run migrate")) return text;
  const caller = findCaller(env, program);
  if (caller === CHECKOUT) return text;
  return text
    .replace(/npm run migrate:([a-z]+)( --(?= |$))?/gm, (_, verb: string, dashes = "") =>
      caller.spell(verb, dashes),
    )
    .replace(/npm run migrate(?: --(?= |$))?(?![\w:-])/gm, caller.program);
}

/** @see https://docs.npmjs.com/cli/v11/using-npm/scripts#environment */
function findCaller(env: Environment, program: string): Caller {
  const { npm_lifecycle_event: event = "", npm_command: command } = env;
  const isScript = event !== "" && command !== "exec";
  if (isScript) {
    const scripts = readScripts(env.npm_package_json);
    if (scripts !== null) return byScripts(scripts);
    if (/^migrate(:|$)/.test(event)) return CHECKOUT;
  }
  const isInstalled = /[\\/]node_modules[\\/]\.bin[\\/]/.test(program);
  return command === "exec" || isInstalled ? NPX : PLAIN;
}

/** Names of npm scripts, by the verb that they run; `""` for a script that takes any verb. */
type Scripts = ReadonlyMap<string, string>;

function byScripts(scripts: Scripts): Caller {
  const general = scripts.get("");
  const other = general === undefined ? NPX : called(`npm run ${general} --`);
  return {
    spell(verb, dashes) {
      const own = scripts.get(verb);
      return own === undefined ? other.spell(verb, "") : `npm run ${own}${dashes}`;
    },
    program: other.program,
  };
}

/** The program, then perhaps a verb, then only options. */
const SCRIPT =
  /(?:^|[\s/])(?:mysql-updown|scripts\/migrate\.cjs)(?: ([a-z]+))?(?: --[\w-]+(?:[ =][\w./-]+)?)*$/;

/** @returns null when no script runs this program, or package.json cannot be read */
function readScripts(path: string | undefined): Scripts | null {
  if (path === undefined) return null;
  try {
    const { scripts = {} } = JSON.parse(readFileSync(path, "utf8")) as { scripts?: Record<string, unknown> };
    const found = new Map<string, string>();
    for (const [name, script] of Object.entries(scripts)) {
      const words = SCRIPT.exec(String(script).trim());
      const verb = words?.[1] ?? "";
      if (words !== null && !found.has(verb)) found.set(verb, name);
    }
    return found.size === 0 ? null : found;
  } catch {
    return null;
  }
}
