import { type AnyCommand, defineCommand } from "./command";
import { commonOptions } from "./common-options";
import { type Completion, renderCompletion, type Shell } from "./completion-script";
import { type Format, type Option, required, spellOption } from "./options";
import { verbs } from "./verbs";

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
    const script = renderCompletion(context.options.shell, readCompletions());
    return { shell: context.options.shell, script };
  },
  render: ({ script }) => script,
});

function readCompletions(): readonly Completion[] {
  const commands: readonly AnyCommand[] = Object.values(verbs);
  return commands.map(({ name, summary, options }) => ({
    verb: name,
    summary,
    places: Object.values(options).flatMap((option) =>
      option.kind === "positional" ? [option.format.choices ?? []] : [],
    ),
    options: Object.entries<Option>({ ...options, ...commonOptions }).flatMap(([key, option]) =>
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
