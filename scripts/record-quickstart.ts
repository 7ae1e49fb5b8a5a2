import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type RecordedLine, renderRecording } from "./recording";

const ROOT = join(__dirname, "..");

/** `npm run docs:pictures`: runs quickstart, and makes the README's picture of what it prints. */
async function main(): Promise<void> {
  // What it prints on stderr has its place among the rest, as on a terminal.
  const child = spawn("sh", ["-c", "exec npm run --silent quickstart 2>&1"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: RecordedLine[] = [{ text: "$ npm run quickstart", atMs: 0 }];
  const begun = Date.now();
  createInterface(child.stdout).on("line", (text) => lines.push({ text, atMs: Date.now() - begun }));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`quickstart ended with exit code ${code}`);
  const svg = renderRecording("npm run quickstart, recorded", lines);
  writeFileSync(join(ROOT, "docs/pictures/quickstart.svg"), svg);
}

main().catch((error: unknown) => {
  console.error(`docs:pictures: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
