import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { MigrateError } from "../../src/errors";
import { splitText } from "../../src/syntax/splitter";
import { forEachServer, type TestServer } from "../support/servers";
import { goldenFolder, readCase } from "./golden";
import { clientFamily, comparable, sentByClient } from "./mysql-client";

interface Difference {
  readonly why: string;
  /** Of this client only. */
  readonly family?: TestServer["family"];
}

const body: Difference = { why: "the client needs DELIMITER for a body, the splitter does not" };

/** Where the splitter differs from the client on purpose. */
const intended: Readonly<Record<string, Difference>> = {
  "golang-migrate": body,
  "long-words": body,
  "program-case": body,
  "program-definers": body,
  "program-event": body,
  "program-function": body,
  "program-handlers": body,
  "program-in-executable-comments": body,
  "program-last-without-delimiter": body,
  "program-loops": body,
  "program-loops-of-mariadb": body,
  "program-of-mariadb-without-a-name": body,
  "program-procedure": body,
  "program-trigger": body,
  "program-with-a-broken-expression": body,
  "program-words-as-names": body,
  "dashes-as-a-ruler": { why: "the client sends --text when it keeps comments, and no server takes it" },
  "delimiter-after-a-comment": {
    why: "the client sees no DELIMITER behind a comment that it keeps",
    family: "mariadb",
  },
  "delimiter-before-a-tab": { why: "the client takes the tab for part of the delimiter" },
  "delimiter-beyond-ascii": { why: "the client never finds a delimiter of more than one byte per character" },
  "delimiter-that-is-long": { why: "the client cuts delimiters off at 15 bytes" },
  "executable-comment-with-text-that-never-runs": {
    why: "the client looks for quotes in it, no server does",
  },
  help: { why: "the client rewrites HELP" },
  "use-after-a-comment": {
    why: "the client sees no USE line behind a comment that it keeps",
    family: "mariadb",
  },
  "use-is-sql": { why: "the client takes half a USE, too" },
};

const names = readdirSync(goldenFolder)
  .filter((file) => file.endsWith(".sql"))
  .map((file) => file.slice(0, -".sql".length));

forEachServer("the mysql client sends the same statements", async (t, server) => {
  const family = clientFamily(server);
  for (const name of names) {
    const { sql, options } = readCase(name);
    if (isRefused(() => splitText(sql, options))) continue;
    await t.test(name, async () => {
      const ours = splitText(sql, options).map(({ text }) => comparable(text));
      const sent = await sentByClient(server, sql, options);
      const theirs = sent.map(comparable).filter((text) => text !== "");
      const difference = intended[name];
      if (difference === undefined || (difference.family ?? family) !== family) {
        assert.deepEqual(ours, theirs);
      } else {
        assert.notDeepEqual(ours, theirs, `no longer different: ${difference.why}`);
      }
    });
  }
});

function isRefused(split: () => unknown): boolean {
  try {
    split();
    return false;
  } catch (error) {
    if (error instanceof MigrateError) return true;
    throw error;
  }
}
