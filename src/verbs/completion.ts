import { type Format, type Option, required, spellOption } from "./options";
import { type AnyCommand, allOptionsOf, defineCommand } from "./verb";

const SHELLS: readonly Shell[] = ["bash", "zsh", "fish"];

const shell: Format<Shell> = {
  takes: `one of ${SHELLS.join(", ")}`,
  choices: SHELLS,
  read: (given) => SHELLS.find((each) => each === given) ?? null,
};

/** Prints a script that completes verbs and options in a shell. */
export const completion = defineCommand({
  name: "completion",
  summary: "Print a script that completes verbs and options in your shell",
  details: [
    "bash: put it into ~/.local/share/bash-completion/completions/mysql-updown",
    "zsh:  put it into a folder of $fpath, as _mysql-updown",
    "fish: put it into ~/.config/fish/completions/mysql-updown.fish",
  ],
  options: { shell: required("SHELL", shell, "bash, zsh or fish") },
  examples: ["completion bash"],
  run: async (context) => {
    const script = renderCompletion(context.options.shell, readCompletions(context.verbs));
    return { shell: context.options.shell, script };
  },
  render: ({ script }) => script,
});

function readCompletions(verbs: readonly AnyCommand[]): readonly Completion[] {
  return verbs.map((command) => ({
    verb: command.name,
    summary: command.summary,
    places: Object.values(command.options).flatMap((option) =>
      option.kind === "positional" ? [option.format.choices ?? []] : [],
    ),
    versions: Object.values(command.options).some(
      (option) => option.kind === "positional" && option.format.versions === true,
    ),
    options: Object.entries<Option>(allOptionsOf(command)).flatMap(([key, option]) =>
      option.kind === "positional"
        ? []
        : [
            {
              spelling: spellOption(key),
              summary: option.summary,
              value:
                option.kind === "flag"
                  ? null
                  : { placeholder: option.placeholder, choices: option.format.choices ?? [] },
            },
          ],
    ),
  }));
}

export type Shell = "bash" | "zsh" | "fish";

/** What can be completed after a verb. */
export interface Completion {
  readonly verb: string;
  readonly summary: string;
  /** For each positional value: what it can be; empty: anything. */
  readonly places: readonly (readonly string[])[];
  /** One of these values is a version from the folder, which the shell looks up when needed. */
  readonly versions: boolean;
  readonly options: readonly CompletedOption[];
}

export interface CompletedOption {
  readonly spelling: string;
  readonly summary: string;
  /** null: a flag. */
  readonly value: { readonly placeholder: string; readonly choices: readonly string[] } | null;
}

/** Writes a completion script, line by line. */
export function renderCompletion(shell: Shell, completions: readonly Completion[]): readonly string[] {
  switch (shell) {
    case "bash":
      return renderBash(completions);
    case "zsh":
      return renderZsh(completions);
    case "fish":
      return renderFish(completions);
    default:
      return shell satisfies never;
  }
}

/** Lists the folder's versions, in any shell. POSIX sed has no alternatives, and none are needed. */
const LIST_VERSIONS = `ls "\${MIGRATIONS_DIR:-sql/migrations}" 2>/dev/null | sed -n 's/^\\([0-9][0-9]*\\)_.*\\.up\\.sql$/\\1/p'`;

/** @see https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html */
function renderBash(completions: readonly Completion[]): readonly string[] {
  const cases = completions.flatMap(({ verb, places, versions, options }) => {
    const listed = versions ? ["$(_mysql_updown_versions)", "head"] : [];
    const words = [...listed, ...places.flat(), ...options.map(({ spelling }) => spelling)];
    const choices = options.flatMap(({ spelling, value }) =>
      value === null ? [] : [`    "${verb} ${spelling}") words="${value.choices.join(" ")}" ;;`],
    );
    return [...choices, `    "${verb} "*) words="${words.join(" ")}" ;;`];
  });
  return [
    "# bash completion of mysql-updown",
    `_mysql_updown_versions() { ${LIST_VERSIONS}; }`,
    "_mysql_updown() {",
    "  # $2 is the word under the cursor, $3 the one before it.",
    '  local words=""',
    `  case "\${COMP_WORDS[1]} $3" in`,
    ...cases,
    "  esac",
    `  if [ "$COMP_CWORD" -eq 1 ]; then words="${completions.map(({ verb }) => verb).join(" ")}"; fi`,
    '  COMPREPLY=($(compgen -W "$words" -- "$2"))',
    "}",
    "complete -o default -F _mysql_updown mysql-updown",
  ];
}

/** @see https://zsh.sourceforge.io/Doc/Release/Completion-System.html#Completion-Functions */
function renderZsh(completions: readonly Completion[]): readonly string[] {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const mask = (text: string): string => text.replaceAll(/[[\]:\\]/g, "\\$&");
  const spec = ({ spelling, summary, value }: CompletedOption): string => {
    if (value === null) return quote(`${spelling}[${mask(summary)}]`);
    const action = value.choices.length === 0 ? " " : `(${value.choices.join(" ")})`;
    return quote(`${spelling}=[${mask(summary)}]:${value.placeholder}:${action}`);
  };
  return [
    "#compdef mysql-updown",
    `_mysql_updown_versions() { ${LIST_VERSIONS}; }`,
    "_mysql_updown() {",
    "  local -a verbs",
    "  verbs=(",
    ...completions.map(({ verb, summary }) => `    ${quote(`${verb}:${mask(summary)}`)}`),
    "  )",
    "  if (( CURRENT == 2 )); then _describe verb verbs; return; fi",
    "  shift words; (( CURRENT-- ))",
    '  case "$words[1]" in',
    ...completions.flatMap(({ verb, places, versions, options }) => [
      `    ${verb}) _arguments \\`,
      ...places.map((choices) => {
        const listed = versions ? "{compadd -- $(_mysql_updown_versions) head}" : " ";
        return `      ':value:${choices.length === 0 ? listed : `(${choices.join(" ")})`}' \\`;
      }),
      ...options.map((option) => `      ${spec(option)} \\`),
      "      ;;",
    ]),
    "  esac",
    "}",
    '_mysql_updown "$@"',
  ];
}

/** @see https://fishshell.com/docs/current/completions.html */
function renderFish(completions: readonly Completion[]): readonly string[] {
  const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
  const complete = "complete -c mysql-updown";
  return [
    "# fish completion of mysql-updown",
    `function __mysql_updown_versions; sh -c ${quote(LIST_VERSIONS)}; echo head; end`,
    `${complete} -f`,
    ...completions.map(
      ({ verb, summary }) => `${complete} -n __fish_use_subcommand -a ${verb} -d ${quote(summary)}`,
    ),
    ...completions.flatMap(({ verb, places, versions, options }) => {
      const after = `${complete} -n ${quote(`__fish_seen_subcommand_from ${verb}`)}`;
      const choices = places.flat();
      return [
        ...(choices.length === 0 ? [] : [`${after} -a ${quote(choices.join(" "))}`]),
        ...(versions ? [`${after} -a '(__mysql_updown_versions)'`] : []),
        ...options.map(({ spelling, summary, value }) => {
          const takes =
            value === null
              ? ""
              : value.choices.length === 0
                ? " -r"
                : ` -x -a ${quote(value.choices.join(" "))}`;
          return `${after} -l ${spelling.slice(2)}${takes} -d ${quote(summary)}`;
        }),
      ];
    }),
  ];
}
