import { spawnSync } from "node:child_process";
import type { Environment } from "../config";
import { MigrateError } from "../errors";

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
  // As git does it: the setting may have options in it ("code --wait"), so a shell has to read it.
  const { status, error } = spawnSync("sh", ["-c", `${editor} "$@"`, editor, ...paths], {
    stdio: "inherit",
    cwd,
    env,
  });
  if (status === 0) return;
  const why = error?.message ?? (status === null ? "it was ended by a signal" : `it exited with ${status}`);
  throw new MigrateError("usage", `The editor ${editor} did not end well: ${why}.`);
}
