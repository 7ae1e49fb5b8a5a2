import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { main } from "../../src/cli/main";
import { verbs } from "../../src/verbs/list";

async function completionFor(shell: string): Promise<string> {
  let written = "";
  const stdout = {
    write(text: string): void {
      written += text;
    },
  };
  const code = await main(["completion", shell], {}, { stdout, stderr: stdout, cwd: () => "/" });
  assert.equal(code, 0);
  return written;
}

/** What bash offers for the last of these words. */
function complete(script: string, words: readonly string[]): readonly string[] {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const [last, before] = [words.at(-1) ?? "", words.at(-2) ?? ""];
  const ask = `${script}
    COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}
    _mysql_updown mysql-updown '${last}' '${before}'
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", ask], {
    encoding: "utf8",
    cwd: join(__dirname, "../.."),
  });
  assert.equal(status, 0, stderr);
  return stdout.split("\n").filter((line) => line !== "");
}

const rows: readonly (readonly [words: string, expected: readonly string[]])[] = [
  ["mysql-updown he", ["heads"]],
  ["mysql-updown re", ["redo", "repair", "resolve", "report"]],
  ["mysql-updown up --al", ["--allow-replica", "--allow-ahead", "--allow-out-of-order", "--allow-existing"]],
  ["mysql-updown down --al", ["--allow-replica"]],
  ["mysql-updown status --js", ["--json"]],
  ["mysql-updown stamp --from d", ["dbmate", "db-migrate"]],
  ["mysql-updown completion ", ["bash", "zsh", "fish"]],
  ["mysql-updown up --to ", []],
  // Of the folder that the shell is in: the example's.
  ["mysql-updown show 001", ["0010", "0011", "0012", "0013", "0014"]],
  ["mysql-updown show h", ["head"]],
  ["mysql-updown show 99", []],
];

for (const [words, expected] of rows) {
  test(`bash completes: ${words}`, async () => {
    const offered = complete(await completionFor("bash"), words.split(" "));
    assert.deepEqual(
      offered.filter((word) => words !== "mysql-updown completion " || !word.startsWith("--")),
      expected,
    );
  });
}

test("every shell's script knows every verb, and is one that the shell understands", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "updown-completion-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const shell of ["bash", "zsh", "fish"]) {
    const script = await completionFor(shell);
    for (const verb of Object.keys(verbs)) assert.match(script, new RegExp(`\\b${verb}\\b`), shell);
    // From a file: fish reads no script from the socket that Node makes of a child's standard input.
    const file = join(folder, shell);
    writeFileSync(file, script);
    const check = spawnSync(shell, ["-n", file], { encoding: "utf8" });
    if (check.error === undefined) assert.equal(check.stderr, "", shell);
    else t.diagnostic(`${shell} is not installed, and so was not asked`);
  }
});

test("a quote in a summary stays inside its quotes", async () => {
  const zsh = await completionFor("zsh");
  assert.match(zsh, /'--dir=\[Folder of the migrations; default sql\/migrations, or MIGRATIONS_DIR\]:DIR: '/);
  assert.match(
    await completionFor("fish"),
    /-l from -x -a 'golang-migrate dbmate flyway alembic knex db-migrate'/,
  );
});
