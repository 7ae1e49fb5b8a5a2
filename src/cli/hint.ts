import type { Environment } from "../config";

/**
 * Messages name commands as this repository's npm scripts do (`npm run migrate:up -- --to 5`). Whoever calls
 * the program some other way is shown that way (`mysql-updown up --to 5`).
 */
export function adaptCommands(text: string, env: Environment): string {
  if (/^migrate(:|$)/.test(env.npm_lifecycle_event ?? "")) return text;
  return text
    .replace(/npm run migrate:([a-z]+)(?: --(?= |$))?/gm, "mysql-updown $1")
    .replace(/npm run migrate(?: --(?= |$))?(?![\w:-])/gm, "mysql-updown");
}

/** A command line such as `up --to 5`, as an npm script. */
export function asNpmScript(commandLine: string): string {
  const [verb = "", ...rest] = commandLine.split(" ");
  // npm passes words on, but keeps options unless they stand behind `--`.
  const dashes = rest.some((word) => word.startsWith("-")) ? ["--"] : [];
  return ["npm run", `migrate:${verb}`, ...dashes, ...rest].join(" ");
}
