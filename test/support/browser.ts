import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { findExecutable, serverCacheFolder } from "../../src/scratch/server-programs";
import { installForTests } from "./installed";

/** Nothing but the page that it is given: no first run, no updates, nobody at the other end. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Gives the body a chromium of its own, with a new profile. One start is enough for many pages. */
export async function withBrowser<T>(body: (browser: Browser) => Promise<T>): Promise<T> {
  const started = await startBrowser();
  try {
    return await body(started.browser);
  } finally {
    await started.stop();
  }
}

/**
 * Starts a chromium: the one that TEST_CHROMIUM names, else that of the machine, else one that is unpacked into the cache.
 * @throws one line that says what to do when there is none
 */
export async function startBrowser(): Promise<{ readonly browser: Browser; stop(): Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), "updown-browser-"));
  try {
    const browser = await chromium.launch({
      executablePath: await findOrInstallBrowser(),
      args: ARGUMENTS,
      // It writes below HOME beside its profile.
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    });
    const stop = async (): Promise<void> => {
      await browser.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    };
    return { browser, stop };
  } catch (error) {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

async function findOrInstallBrowser(): Promise<string> {
  if (process.env.TEST_CHROMIUM) return process.env.TEST_CHROMIUM;
  const cache = serverCacheFolder(process.env);
  const find = (): Promise<string | null> =>
    findExecutable(
      ["chromium", "chromium-browser"],
      cache === null ? [] : [join(cache, "chromium")],
      process.env,
    );
  const found = await find();
  if (found !== null) return found;
  await installForTests("chromium");
  const installed = await find();
  if (installed === null) throw new Error("tests of reports need chromium: install it, or set TEST_CHROMIUM");
  return installed;
}
