import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { refuseSwallowed } from "../../src/cli/arguments";
import { MigrateError } from "../../src/errors";
import { isVerb, verbs } from "../../src/verbs/list";

const ROOT = join(__dirname, "../..");

/** Words after `npm run`, and what must be said; null: the options arrive, and the setting is what is refused. */
const rows: Array<[line: string, swallowed: string | null, corrected: string | null]> = [
  ["migrate:up --dry-run", "--dry-run", "npm run migrate:up -- --dry-run"],
  ["migrate:up 5 --dry-run", "--dry-run", "npm run migrate:up -- 5 --dry-run"],
  ["migrate:up --dry", "--dry-run", "npm run migrate:up -- --dry-run"],
  ["migrate:up --to 5", "--to", "npm run migrate:up -- --to 5"],
  ["migrate:down --to=5 --json", "--to and --json", "npm run migrate:down -- --to 5 --json"],
  ["migrate:down --steps 1", "--steps", "npm run migrate:down -- --steps 1"],
  ["migrate:down --steps=1", "--steps", "npm run migrate:down -- --steps 1"],
  ["migrate:up -1", "-1", "npm run migrate:up -- -1"],
  ["migrate:up --allow-ahead", "--allow-ahead", "npm run migrate:up -- --allow-ahead"],
  ["migrate:up --dir other", "--dir", "npm run migrate:up -- --dir other"],
  ["migrate:status --check", "--check", "npm run migrate:status -- --check"],
  ["migrate up --dry-run", "--dry-run", "npm run migrate -- up --dry-run"],
  [
    "migrate:resolve 3 --applied --reason looked",
    "--applied and --reason",
    "npm run migrate:resolve -- 3 --applied --reason looked",
  ],
  ["migrate:up 5", null, null],
  ["migrate:up -- --dry-run", null, null],
  ["migrate:up --quiet", null, null],
];

for (const [line, swallowed, corrected] of rows) {
  test(`npm run ${line}`, () => {
    const run = spawnSync("npm", ["run", "--silent", ...line.split(" ")], {
      cwd: ROOT,
      encoding: "utf8",
      env: cleanEnvironment({ DATABASE_URL: "garbage" }),
    });
    // npm itself prints a document about the failure with --json, and the script's name with --quiet.
    if (!/--json|--quiet/.test(line)) assert.equal(run.stdout, "");
    assert.equal(run.status, 2);
    const verb = /(?<=migrate[: ])\w+/.exec(line)?.[0];
    const refusal = `npm kept ${swallowed} to itself: options for ${verb} must stand behind "--".
Nothing was run. Repeat it like this:
  ${corrected}
`;
    const passed =
      "DATABASE_URL is not a URL.\nIt has this shape: mysql://user:password@host:port/database\n";
    assert.equal(withoutNpm(run.stderr), swallowed === null ? passed : refusal);
  });
}

test("npm run migrate:down, without a target", () => {
  const run = spawnSync("npm", ["run", "--silent", "migrate:down"], {
    cwd: ROOT,
    encoding: "utf8",
    env: cleanEnvironment({ DATABASE_URL: "garbage" }),
  });
  assert.equal(run.status, 2);
  assert.equal(
    run.stderr,
    `down needs a target: how far shall it go?
Nothing was run. Say one of these:
  npm run migrate:down -- --steps 1   revert the newest migration
  npm run migrate:down -- --to N      leave version N applied
  npm run migrate:down -- --to 0      revert everything
`,
  );
});

/** What other npm versions and npm commands leave, for the same rules without starting npm. */
const left: Array<[name: string, line: string, env: Record<string, string>, corrected: string | null]> = [
  [
    "npm 10 does not know --to",
    "down 5",
    { npm_command: "run-script", npm_config_to: "true", npm_lifecycle_script: "x down" },
    "npm run migrate:down -- --to 5",
  ],
  [
    "npm exec",
    "up",
    { npm_command: "exec", npm_config_dry_run: "true" },
    "npm exec -- mysql-updown up --dry-run",
  ],
  [
    "npm start",
    "up",
    {
      npm_command: "start",
      npm_lifecycle_event: "start",
      npm_config_json: "true",
      npm_lifecycle_script: "mysql-updown up",
    },
    "npm start -- --json",
  ],
  [
    "two values whose options are gone",
    "up 5 x",
    { npm_command: "run", npm_config_to: "true", npm_config_dir: "true", npm_lifecycle_script: "x up" },
    "npm run migrate:up -- 5 x --to VALUE --dir VALUE",
  ],
  ["an option that arrived as well", "up --json", { npm_command: "run", npm_config_json: "true" }, null],
  ["npm ci --json runs a postinstall script", "up", { npm_command: "ci", npm_config_json: "true" }, null],
  [
    "an option of npm that is off",
    "up",
    { npm_command: "run", npm_config_json: "", npm_config_dry_run: "false" },
    null,
  ],
  ["no npm", "up", { npm_config_json: "true" }, null],
];

for (const [name, line, env, corrected] of left) {
  test(`options that npm kept: ${name}`, () => {
    const [verb = "", ...words] = line.split(" ");
    assert(isVerb(verb));
    const command = verbs[verb];
    const check = (): void => {
      refuseSwallowed(command, words, { npm_lifecycle_event: `migrate:${verb}`, ...env });
    };
    if (corrected === null) return check();
    assert.throws(check, (error) => {
      assert(error instanceof MigrateError);
      assert.equal(error.code, "npm-swallowed");
      assert.equal(error.hint, `Nothing was run. Repeat it like this:\n  ${corrected}`);
      return true;
    });
  });
}

/** npm may have warnings of its own, about the machine's npmrc. */
function withoutNpm(stderr: string): string {
  return stderr.replace(/^npm (warn|notice) .*\n/gim, "");
}

/** Without what the npm that runs these tests left. */
function cleanEnvironment(extra: Record<string, string>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|MYSQL_|MIGRATIONS_|DATABASE_URL)/i.test(name),
  );
  return { ...Object.fromEntries(kept), ...extra };
}
