import type { AnyCommand } from "../commands/command";
import { verbs } from "../commands/verbs";
import { MigrateError } from "../errors";
import { renderProgramHelp, renderVerb } from "./help";

const BEGIN = "<!-- usage: written by `npm run usage`, from the commands themselves -->";
const END = "<!-- end of usage -->";

/**
 * Puts the help of every verb between the two markers of a README.
 * @returns the whole text; unchanged when it was current
 * @throws MigrateError `internal` when the markers are not there
 */
export function replaceUsage(readme: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin === -1 || end < begin) {
    throw new MigrateError("internal", `The README has no place for the usage: ${BEGIN} and ${END}`);
  }
  return `${readme.slice(0, begin)}${BEGIN}\n\n${renderUsage()}\n${readme.slice(end)}`;
}

function renderUsage(): string {
  const commands: readonly AnyCommand[] = Object.values(verbs);
  const blocks = [
    fenced(renderProgramHelp(commands)),
    ...commands.map((command) => `#### ${command.name}\n\n${fenced(renderVerb(command))}`),
  ];
  return blocks.join("\n");
}

function fenced(lines: readonly string[]): string {
  return `\`\`\`text\n${lines.join("\n")}\n\`\`\`\n`;
}
