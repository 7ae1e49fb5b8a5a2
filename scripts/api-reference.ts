import { readFileSync } from "node:fs";
import { join } from "node:path";

const SRC = join(__dirname, "../src");

const BEGIN = "<!-- reference: written by `npm run usage`, from the comments in the sources -->";
const END = "<!-- end of the reference -->";

/** Something that a declaration file says, with the comment above it. */
interface Documented {
  readonly name: string;
  readonly comment: Comment;
  /** The line or lines of TypeScript, without the comment. */
  readonly code: string;
}

interface Comment {
  readonly text: string;
  readonly example: string | null;
}

/** Interfaces that programs hand over, in the order of the document, by file below src/. */
const OPTIONS: readonly (readonly [file: string, names: readonly string[] | null])[] = [
  ["index.ts", ["MigratorOptions"]],
  ["fleet/fleet-migrator.ts", ["FleetOptions"]],
  ["settings/settings.ts", ["SettingOptions"]],
  ["settings/database-url.ts", ["SslSettings"]],
  ["verbs/program-options.ts", null],
  ["verbs/program-sandbox.ts", ["SandboxOptions"]],
];

/**
 * Puts what the sources' comments say of the typed API between the two markers of a document.
 * @returns the whole text; unchanged when it was current
 * @throws Error when the markers are not there
 */
export function replaceReference(document: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin)
    throw new Error(`There is no place for the reference: ${BEGIN} and ${END}`);
  return `${document.slice(0, begin)}${BEGIN}\n\n${renderReference()}\n${document.slice(end)}`;
}

function renderReference(): string {
  const [migrator] = interfacesOf("verbs/migrator.ts", ["Migrator"]);
  const [fleet] = interfacesOf("fleet/fleet-migrator.ts", ["FleetMigrator"]);
  const [sandbox] = interfacesOf("verbs/program-sandbox.ts", ["Sandbox"]);
  const functions = functionsOf("index.ts");
  const create = functions.filter(({ name }) => name === "createMigrator");
  const createSandbox = functions.find(({ name }) => name === "createSandbox");
  if (migrator === undefined || fleet === undefined || create.length === 0)
    throw new Error("The API is not where it was.");
  if (sandbox === undefined || createSandbox === undefined) throw new Error("The API is not where it was.");
  return [
    "## createMigrator\n",
    ...create.map((each) => renderDocumented(each, "###")),
    "## The methods\n",
    `${migrator.comment.text}\n`,
    ...membersOf(migrator.code).map((member) => renderDocumented(member, "###")),
    "## The methods for many databases\n",
    `${fleet.comment.text}\n`,
    ...membersOf(fleet.code).map((member) => renderDocumented(member, "###")),
    "## createSandbox\n",
    renderDocumented(createSandbox, "###"),
    "## A sandbox\n",
    `${sandbox.comment.text}\n`,
    ...membersOf(sandbox.code).map((member) => renderDocumented(member, "###")),
    "## The options\n",
    ...OPTIONS.flatMap(([file, names]) => interfacesOf(file, names)).map(renderInterface),
    "## Errors\n",
    ...classesOf("errors.ts").map(
      ({ name, comment, code }) => `### ${name}\n\n${comment.text}\n\n${fenced(code)}`,
    ),
    `Codes, by what they are about. They are part of the contract: scripts match on them.\n\n${renderCodes()}`,
  ].join("\n");
}

function renderDocumented({ name, comment, code }: Documented, heading: string): string {
  const example = comment.example === null ? "" : `\n${fenced(comment.example)}`;
  return `${heading} ${name}\n\n${fenced(code)}\n${comment.text}\n${example}`;
}

function renderInterface({ name, comment, code }: Documented): string {
  const rows = membersOf(code).map(({ name: member, comment: about, code: line }) => {
    const type = /: (.*);$/s.exec(line)?.[1]?.replace(/ \| undefined$/, "") ?? "";
    const optional = line.includes("?:") ? "" : "; needed";
    const means = about.text.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
    return `| \`${member}\` | ${inCell(type)}${optional} | ${means} |`;
  });
  const bases = /extends ([\w, ]+) \{/.exec(code)?.[1];
  const also =
    bases === undefined
      ? ""
      : ` Also those of ${bases
          .split(", ")
          .map((base) => `\`${base}\``)
          .join(", ")}.`;
  const table = rows.length === 0 ? "" : `\n| option | takes | means |\n|---|---|---|\n${rows.join("\n")}\n`;
  return `### ${name}\n\n${comment.text}${also}\n${table}`;
}

/** Code in a cell of a table: a bar would end the cell, and a type may have backticks of its own. */
function inCell(type: string): string {
  const code = type.replaceAll("|", "\\|").replace(/\s+/g, " ");
  return code.includes("`") ? `\`\` ${code} \`\`` : `\`${code}\``;
}

/** The codes with the remark that stands above each group of them. */
function renderCodes(): string {
  const union = /export type ErrorCode =\n([\s\S]*?);\n/.exec(read("errors.ts"))?.[1] ?? "";
  const groups: { about: string; codes: string[] }[] = [];
  for (const line of union.split("\n")) {
    const about = /^ *\/\/ (.*)/.exec(line)?.[1];
    if (about !== undefined) groups.push({ about, codes: [] });
    const code = /"([^"]+)"/.exec(line)?.[1];
    if (code !== undefined) groups.at(-1)?.codes.push(`\`${code}\``);
  }
  return `${groups.map(({ about, codes }) => `- ${about}: ${codes.join(", ")}`).join("\n")}\n`;
}

const COMMENT = String.raw`\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n`;

function interfacesOf(file: string, names: readonly string[] | null): readonly Documented[] {
  const pattern = new RegExp(
    `(${COMMENT})(export interface (\\w+)[^{]*\\{(?:\\}|\\n[\\s\\S]*?\\n\\})|export type (\\w+) =[\\s\\S]*?;)\\n`,
    "g",
  );
  const found = [...read(file).matchAll(pattern)].map(([, comment = "", code = "", name, type]) => ({
    name: name ?? type ?? "",
    comment: readComment(comment),
    code,
  }));
  return found.filter(({ name }) => names === null || names.includes(name));
}

function functionsOf(file: string): readonly Documented[] {
  const pattern = new RegExp(`(${COMMENT})export ((?:async )?function (\\w+)\\([^{;]*?)(?:;| \\{)\\n`, "g");
  return [...read(file).matchAll(pattern)].map(([, comment = "", code = "", name = ""]) => ({
    name,
    comment: readComment(comment),
    code: `${code};`,
  }));
}

function classesOf(file: string): readonly Documented[] {
  const pattern = new RegExp(`(${COMMENT})export class (\\w+)( extends \\w+) \\{\\n([\\s\\S]*?)\\n\\}`, "g");
  return [...read(file).matchAll(pattern)].map(([, comment = "", name = "", base = "", body = ""]) => {
    const fields = body.split("\n").filter((line) => /^ {2}readonly \w+: .*;$/.test(line));
    return {
      name,
      comment: readComment(comment),
      code: [`class ${name}${base} {`, ...fields, "}"].join("\n"),
    };
  });
}

/** What stands two blanks in, each with its comment. */
function membersOf(code: string): readonly Documented[] {
  const pattern =
    /^( {2}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n) {2}((?:readonly )?(\w+)\??[:(](?:[^;{]|\{[^}]*\})*;)/gm;
  return [...code.matchAll(pattern)].map(([, comment = "", line = "", name = ""]) => ({
    name,
    comment: readComment(comment),
    code: line.replace(/^readonly /, ""),
  }));
}

function readComment(comment: string): Comment {
  const lines = comment
    .trim()
    .replace(/^\/\*\*\s?|\s*\*\/$/g, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""));
  const [text = "", example = null] = lines
    .join("\n")
    .trim()
    .split(/\n?@example\n/);
  return { text: text.replace(/^@throws /m, "\nThrows ").trim(), example: example?.trim() ?? null };
}

function fenced(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\`\n`;
}

function read(file: string): string {
  return readFileSync(join(SRC, file), "utf8");
}
