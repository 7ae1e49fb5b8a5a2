import { isDeepStrictEqual } from "node:util";
import { tokens } from "../syntax/lexer";
import { quoteString } from "../syntax/quote";

/** One statement of a generated file. */
export interface ScriptStatement {
  readonly text: string;
  /** Lines of comment above it, without the dashes. */
  readonly comments?: readonly string[];
  /** For a stored program: its body may contain semicolons, and the server remembers these settings with it. */
  readonly program?: ProgramSettings;
  /** Session settings it needs, by name; put back afterwards. */
  readonly settings?: readonly Setting[];
}

export interface ProgramSettings {
  readonly sqlMode: string | null;
  readonly timeZone?: string | null;
}

/** A session setting. */
export interface Setting {
  readonly name: string;
  /** As SQL. */
  readonly value: string;
}

const DELIMITERS = ["//", "$$", ";;", "|||"] as const;

/**
 * Writes statements as a file that the mysql client and this package's own splitter both read: semicolons, DELIMITER
 * around programs, session settings set before the statements that need them and restored after them.
 */
export function renderScript(statements: readonly ScriptStatement[]): string {
  const groups: Group[] = [];
  for (const statement of statements) {
    const settings = [...(statement.settings ?? []), ...programSettings(statement.program)];
    const { comments = [] } = statement;
    const last = groups.at(-1);
    const text = delimited(statement.text, statement.program !== undefined);
    // Neighbours that need the same settings share them. A comment on one statement goes above its settings.
    const isShared = comments.length === 0 && last?.comments.length === 0;
    if (isShared && isDeepStrictEqual(last.settings, settings)) last.texts.push(text);
    else groups.push({ comments, settings, texts: [text] });
  }
  return groups.map((group) => `${renderGroup(group)}\n`).join("\n");
}

interface Group {
  readonly comments: readonly string[];
  readonly settings: readonly Setting[];
  readonly texts: string[];
}

function renderGroup({ comments, settings, texts }: Group): string {
  return [
    ...comments.map((line) => `-- ${line}`),
    ...settings.flatMap(({ name, value }) => [
      `SET @saved_${name} = @@SESSION.${name};`,
      `SET SESSION ${name} = ${value};`,
    ]),
    texts.join("\n\n"),
    ...settings.map(({ name }) => `SET SESSION ${name} = @saved_${name};`).reverse(),
  ].join("\n");
}

function programSettings(program: ProgramSettings | undefined): Setting[] {
  const settings: Setting[] = [];
  const { sqlMode = null, timeZone = null } = program ?? {};
  if (sqlMode !== null) settings.push({ name: "sql_mode", value: quoteString(sqlMode) });
  if (timeZone !== null) settings.push({ name: "time_zone", value: quoteString(timeZone) });
  return settings;
}

function delimited(text: string, isProgram: boolean): string {
  // A line comment at the end would swallow the delimiter.
  const end = endsInComment(text) ? "\n" : "";
  if (!isProgram || !text.includes(";")) return `${text}${end};`;
  const delimiter = DELIMITERS.find((candidate) => !text.includes(candidate)) ?? "END_OF_PROGRAM";
  return `DELIMITER ${delimiter}\n${text}${end}${delimiter}\nDELIMITER ;`;
}

function endsInComment(text: string): boolean {
  let end = 0;
  for (const token of tokens(text)) end = token.end;
  return text.slice(end).trim() !== "";
}
