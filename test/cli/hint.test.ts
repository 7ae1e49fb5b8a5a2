import assert from "node:assert/strict";
import { test } from "node:test";
import { adaptCommands, asNpmScript } from "../../src/cli/report-error";

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
