import assert from "node:assert/strict";
import { test } from "node:test";
import { adaptCommands } from "../../src/cli/caller";
import { asNpmScript } from "../../src/cli/report-error";
import { temporaryFolder } from "../support/temporary-folder";

const rows: Array<[hint: string, adapted: string]> = [
  ["npm run migrate:up", "mysql-updown up"],
  ["  npm run migrate:down -- --to 5", "  mysql-updown down --to 5"],
  ["npm run migrate:create -- <name>\nor wait", "mysql-updown create <name>\nor wait"],
  ["npm run migrate -- --help", "mysql-updown --help"],
  ["npm run migrate -- up --dry-run", "mysql-updown up --dry-run"],
  ["To see what is: npm run migrate:status", "To see what is: mysql-updown status"],
  ["npm run build", "npm run build"],
];

for (const [hint, adapted] of rows) {
  test(`hint for the bin: ${hint}`, () => {
    assert.equal(adaptCommands(hint, {}), adapted);
    assert.equal(adaptCommands(hint, { npm_lifecycle_event: "deploy" }), adapted);
    assert.equal(adaptCommands(hint, { npm_lifecycle_event: "migrate:up" }), hint);
    assert.equal(adaptCommands(hint, { npm_lifecycle_event: "migrate" }), hint);
  });
}

test("a command line as an npm script", () => {
  assert.equal(asNpmScript("up"), "npm run migrate:up");
  assert.equal(asNpmScript("up 5"), "npm run migrate:up 5");
  assert.equal(asNpmScript("down --to 5"), "npm run migrate:down -- --to 5");
  assert.equal(asNpmScript("resolve 7 --applied"), "npm run migrate:resolve -- 7 --applied");
});

const UP = "npm run migrate:up -- --to 5";
const STATUS = "npm run migrate:status";
const HELP = "npm run migrate -- --help";

/** Scripts of a project, how it was called, and what the three lines become. */
const callers: readonly (readonly [
  name: string,
  scripts: Readonly<Record<string, string>> | null,
  env: Readonly<Record<string, string>>,
  program: string,
  spelled: readonly [up: string, status: string, help: string],
])[] = [
  [
    "a program on the PATH",
    null,
    {},
    "/usr/bin/mysql-updown",
    ["mysql-updown up --to 5", "mysql-updown status", "mysql-updown --help"],
  ],
  [
    "an installed package",
    null,
    {},
    "/app/node_modules/.bin/mysql-updown",
    ["npx mysql-updown up --to 5", "npx mysql-updown status", "npx mysql-updown --help"],
  ],
  [
    "npx",
    {},
    { npm_command: "exec", npm_lifecycle_event: "npx" },
    "",
    ["npx mysql-updown up --to 5", "npx mysql-updown status", "npx mysql-updown --help"],
  ],
  [
    "a script for each verb",
    { "db:up": "mysql-updown up", "db:status": "mysql-updown status --check" },
    { npm_lifecycle_event: "db:up" },
    "",
    ["npm run db:up -- --to 5", "npm run db:status", "npx mysql-updown --help"],
  ],
  [
    "a script for all verbs",
    { db: "mysql-updown", test: "node --test" },
    { npm_lifecycle_event: "db" },
    "",
    ["npm run db -- up --to 5", "npm run db -- status", "npm run db -- --help"],
  ],
  [
    "scripts named like these, but not all of them",
    { "migrate:up": "mysql-updown up --wait 60" },
    { npm_lifecycle_event: "migrate:up" },
    "",
    ["npm run migrate:up -- --to 5", "npx mysql-updown status", "npx mysql-updown --help"],
  ],
  [
    "a script that does more",
    { deploy: "mysql-updown up && node server.js" },
    { npm_lifecycle_event: "deploy" },
    "/app/node_modules/.bin/mysql-updown",
    ["npx mysql-updown up --to 5", "npx mysql-updown status", "npx mysql-updown --help"],
  ],
  [
    "this checkout",
    {
      migrate: "node scripts/migrate.cjs",
      "migrate:up": "node scripts/migrate.cjs up",
      "migrate:status": "node scripts/migrate.cjs status",
    },
    { npm_lifecycle_event: "migrate:up" },
    "",
    [UP, STATUS, HELP],
  ],
];

for (const [name, scripts, env, program, spelled] of callers) {
  test(`commands in hints exist where they are read: ${name}`, (t) => {
    const folder = temporaryFolder(
      t,
      scripts === null ? {} : { "package.json": JSON.stringify({ scripts }) },
    );
    const all = { ...env, ...(scripts === null ? {} : { npm_package_json: `${folder}/package.json` }) };
    assert.deepEqual(
      [UP, STATUS, HELP].map((line) => adaptCommands(line, all, program)),
      spelled,
    );
  });
}
