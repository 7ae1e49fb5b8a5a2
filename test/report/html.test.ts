import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { renderHtml } from "../../src/report/html";
import { layOutPlainly } from "../../src/report/layout";
import type { Report } from "../../src/report/model";
import { readPageParts } from "../../src/report/page-parts";
import { drawPictures } from "../../src/report/pictures";
import { generatedTables, hostileReport, reportOf, table } from "./sample";

async function pageOf(report: Report): Promise<string> {
  return renderHtml(report, await drawPictures(report, layOutPlainly), readPageParts());
}

test("report, html: one script and one style, allowed by their hashes, and nothing from anywhere", async () => {
  const html = await pageOf(reportOf([table("users")]));
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
  const own = (tag: string): string => {
    const all = [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, "g"))];
    assert.equal(all.length, 1, tag);
    return `'sha256-${createHash("sha256")
      .update(all[0]?.[1] ?? "")
      .digest("base64")}'`;
  };
  assert.equal(
    policy,
    `default-src 'none'; script-src ${own("script")}; style-src ${own("style")}; img-src data:; base-uri 'none'; form-action 'none'`,
  );
  assert.doesNotMatch(html, /(?:src|href|action)="(?!#|data:,")/);
  assert.doesNotMatch(html.replace('xmlns="http://www.w3.org/2000/svg"', ""), /https?:\/\/|@import|url\(/);
});

test("report, html: no hostile name, comment, default or SQL is markup", async () => {
  const html = await pageOf(hostileReport());
  const allowed =
    "a|b|body|button|code|details|div|footer|g|h[1-4]|head|header|html|input|kbd|label|li|link|main|meta|nav|ol|option|p|path|pre|rect|script|section|select|small|span|style|summary|svg|table|tbody|td|text|th|thead|time|title|tr|ul|!doctype";
  const outside = html.replace(/<(script|style)>[\s\S]*?<\/\1>/g, "");
  assert.deepEqual(
    [...outside.matchAll(new RegExp(`<(?!/?(?:${allowed})[\\s>])[^>]{0,40}`, "g"))].map(String),
    [],
  );
  // A `>` or a quote from outside would be an entity, so what looks like a tag is one of ours.
  const attributes = [...outside.matchAll(/<[^>]*>/g)].flatMap(([tag]) =>
    [...tag.replace(/"[^"]*"/g, '""').matchAll(/[\s"]([a-z-]+)=/gi)].map(([, name]) => name ?? ""),
  );
  const ours =
    /^(?:aria-[a-z]+|autocomplete|charset|class|content|d|data-(?:box|ends|to|zoom)|datetime|for|height|href|http-equiv|id|lang|name|preserveAspectRatio|rel|role|rx|scope|spellcheck|tabindex|title|transform|type|value|viewBox|width|x|xmlns|y)$/;
  assert.deepEqual(
    attributes.filter((name) => !ours.test(name)),
    [],
  );
  const ids = [...outside.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length, "an id is there twice");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.doesNotMatch(html, /[\u0000-\u0008\u000b-\u001f\u202a-\u202e]|\p{Surrogate}/u);
});

test("report, html: links lead to what is there", async () => {
  const html = await pageOf(reportOf(generatedTables(120)));
  const ids = new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
  const links = [...html.matchAll(/(?:href="#|data-to="|aria-controls="|aria-labelledby=")([^"]+)"/g)].map(
    ([, id]) => id,
  );
  assert.ok(links.length > 500);
  assert.deepEqual(
    links.filter((id) => !ids.has(id)),
    [],
  );
});

test("report, html: 100 tables take less than 500 kB", async () => {
  const bytes = Buffer.byteLength(await pageOf(reportOf(generatedTables(100))));
  assert.ok(bytes < 500_000, `${bytes}`);
});
