import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { findElk } from "../../src/report/elk";
import { renderHtml } from "../../src/report/html";
import { layOutPlainly } from "../../src/report/layout";
import type { Report } from "../../src/report/model";
import { readPageParts } from "../../src/report/page-parts";
import { drawPictures } from "../../src/report/pictures";
import { startBrowser } from "../support/browser";
import { generatedTables, HOSTILE, hostileReport, reportOf, richReport } from "./sample";

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const folder = mkdtempSync(join(tmpdir(), "updown-pages-"));
let browser: Browser;
let stop: () => Promise<void> = async () => {};

const REPORTS: Readonly<Record<string, Report>> = {
  rich: richReport(),
  groups: reportOf(generatedTables(120)),
  hostile: hostileReport(),
};

before(async () => {
  for (const [name, report] of Object.entries(REPORTS)) {
    const elk = name === "rich" ? findElk(null) : null;
    const pictures = await drawPictures(report, elk ?? layOutPlainly);
    writeFileSync(join(folder, `${name}.html`), renderHtml(report, pictures, readPageParts()));
  }
  ({ browser, stop } = await startBrowser());
});

after(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

interface View {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
  readonly script?: boolean;
}

/** Opens a report, and fails when anything but the page itself is asked for, complains, or opens a dialog. */
async function look(name: string, view: View, body: (page: Page) => Promise<void>): Promise<void> {
  const { width = 1280, scheme = "light", script = true } = view;
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: scheme,
    javaScriptEnabled: script,
    bypassCSP: false,
  });
  const wrong: string[] = [];
  try {
    const page = await context.newPage();
    page.on("console", (message) => wrong.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => {
      wrong.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    const url = pathToFileURL(join(folder, `${name}.html`)).href;
    page.on("request", (request) => {
      if (!request.url().startsWith(url) && request.url() !== "data:,")
        wrong.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    await body(page);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

/** In words: the types of a page's own objects are none that the tests are compiled with. */
async function goTo(page: Page, id: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(id)}`);
}

/** The heading of the part that is shown. */
async function shown(page: Page): Promise<string> {
  return (await page.locator(".part.shown > h2").innerText()).trim();
}

test("report in a browser: / goes to the search, arrows and Enter to what is found", async () => {
  await look("rich", {}, async (page) => {
    assert.equal(await shown(page), "Diagram");
    await page.keyboard.press("/");
    await page.keyboard.type("post");
    const options = page.locator("#found li");
    assert.equal(await options.first().innerText(), "posts table");
    assert.equal(await page.locator("#search").getAttribute("aria-activedescendant"), "found-0");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    assert.equal(await shown(page), "posts table");
    // What has the focus is read out.
    assert.equal(await page.evaluate("document.activeElement.id"), "table-posts-title");
    await page.keyboard.press("/");
    await page.keyboard.type("no such name");
    assert.equal(await page.locator("#told").innerText(), "Nothing found");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#search").inputValue(), "");
    await page.locator("#search").fill("user_id");
    await options.first().click();
    assert.equal(await shown(page), "posts table");
  });
});

test("report in a browser: a click on a table marks its neighbours, a second Enter goes to its page", async () => {
  await look("rich", {}, async (page) => {
    const box = (name: string) => page.locator(`#diagram .box[data-to="table-${name}"]`);
    await box("users").click();
    assert.equal(await box("users").getAttribute("aria-pressed"), "true");
    const near = await page.locator("#diagram .box.near .title").allTextContents();
    assert.deepEqual(near.sort(), ["posts", "users"]);
    assert.match(await page.locator("#diagram .chosen").innerText(), /^Open users: 1 relation$/);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#diagram .near").count(), 0);
    await box("posts").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    assert.equal(await shown(page), "posts table");
    await page.goBack();
    assert.equal(await shown(page), "Diagram");
  });
});

test("report in a browser: larger, smaller, fitted, and pulled with the mouse", async () => {
  await look("groups", { width: 700 }, async (page) => {
    await page.locator("#group").selectOption({ index: 1 });
    const frame = page.locator("#diagram .frame.shown");
    const width = async (): Promise<number> => Number(await frame.locator("svg").getAttribute("width"));
    await page.getByRole("button", { name: "100 %" }).click();
    const full = await width();
    await page.getByRole("button", { name: "Larger" }).click();
    assert.ok((await width()) > full);
    await frame.focus();
    await page.keyboard.press("-");
    assert.equal(await width(), full);
    const around = await frame.boundingBox();
    assert.ok(around !== null);
    const [x, y] = [around.x + around.width / 2, around.y + around.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 120, y - 60, { steps: 4 });
    await page.mouse.up();
    assert.ok((await frame.evaluate((element) => element.scrollLeft)) > 50);
    assert.equal(await page.locator("#diagram .choosing").count(), 0);
    await page.keyboard.press("0");
    assert.ok((await width()) <= full);
  });
});

test("report in a browser: groups lead to their diagrams", async () => {
  await look("groups", {}, async (page) => {
    const first = page.locator("#picture-groups .box").first();
    await first.dblclick();
    assert.equal(await page.locator("#picture-groups").isVisible(), false);
    assert.ok((await page.locator("#diagram .frame.shown .box").count()) > 5);
    assert.notEqual(await page.locator("#group").inputValue(), "picture-groups");
  });
});

test("report in a browser: SQL is coloured, and stays the same text", async () => {
  await look("rich", {}, async (page) => {
    await page.goto(`${page.url()}#migration-2`);
    const sql = page.locator("#migration-2 pre.sql").first();
    await sql.locator(".k").first().waitFor();
    assert.equal(await sql.innerText(), REPORTS.rich?.migrations[1]?.up);
  });
});

test("report in a browser: dark where that is wished for", async () => {
  const background = async (scheme: "light" | "dark"): Promise<string> => {
    let found = "";
    await look("rich", { scheme }, async (page) => {
      found = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    });
    return found;
  };
  assert.equal(await background("light"), "rgb(243, 245, 248)");
  assert.equal(await background("dark"), "rgb(15, 18, 23)");
});

test("report in a browser: without its script all parts are there, and on paper", async () => {
  await look("rich", { script: false }, async (page) => {
    assert.equal(await page.locator(".part:visible").count(), await page.locator(".part").count());
    assert.ok((await page.locator(".frame:visible").count()) >= 2);
  });
  await look("rich", {}, async (page) => {
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".part:visible").count(), await page.locator(".part").count());
    assert.equal(await page.locator("nav:visible, .search:visible").count(), 0);
  });
});

for (const [width, names] of [
  [360, ["rich", "groups", "hostile"]],
  [3840, ["rich"]],
] as const) {
  for (const name of names) {
    test(`report in a browser: ${name}, ${width} pixels wide: no part is wider than the screen`, async () => {
      await look(name, { width }, async (page) => {
        for (const id of await partsOf(page)) {
          await goTo(page, id);
          const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
          assert.ok(wide <= 0, `${id}: ${wide} too wide`);
        }
      });
    });
  }
}

async function partsOf(page: Page): Promise<readonly string[]> {
  const ids = await page.locator(".part").evaluateAll((parts) => parts.map(({ id }) => id));
  const pages = ids.filter((id) => id.startsWith("table-"));
  return [...ids.filter((id) => !id.startsWith("table-")), ...pages.slice(0, HOSTILE.length)];
}

const RULES = {
  light: { values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], type: "tag" },
  // In the dark nothing but the colours is another.
  dark: { values: ["color-contrast"], type: "rule" },
} as const;

for (const scheme of ["light", "dark"] as const) {
  test(`report in a browser: nothing that axe finds in any part, ${scheme}`, async () => {
    await look("rich", { scheme, width: 1000 }, async (page) => {
      // From outside, which the page's policy says nothing about.
      await page.evaluate(AXE);
      for (const id of await partsOf(page)) {
        await goTo(page, id);
        await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
        const found = await page.evaluate(
          `axe.run({ runOnly: ${JSON.stringify(RULES[scheme])} }).then(({ violations }) =>
            violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 160)).slice(0, 3).join(" | ")))`,
        );
        assert.deepEqual(found, [], id);
      }
    });
  });
}

test("report in a browser: hostile names do nothing, and are found by the search", async () => {
  await look("hostile", {}, async (page) => {
    for (const id of await partsOf(page)) {
      await goTo(page, id);
      for (const summary of await page.locator(".part.shown summary").all()) await summary.click();
    }
    await page.locator("#search").fill("<script>");
    assert.match(
      await page.locator("#found li").first().innerText(),
      /^<\/script><script>alert\(1\)<\/script>/,
    );
    await page.keyboard.press("Enter");
    assert.match(await shown(page), /alert\(1\)/);
    assert.equal(await page.evaluate("document.querySelectorAll('script, img, iframe').length"), 1);
  });
});
