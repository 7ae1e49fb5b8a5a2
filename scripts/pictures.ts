import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { installServer } from "../src/scratch/install-server";
import { withPrivateServer } from "../src/scratch/private-server";
import { drawExample } from "./draw-example";
import { type RecordedLine, renderRecording } from "./recording";

const ROOT = join(__dirname, "..");

/** `npm run docs:pictures`: the README's pictures, of what quickstart prints and of the example's schema. */
async function main(): Promise<void> {
  const picture = (name: string, svg: string): void => {
    writeFileSync(join(ROOT, "docs/pictures", name), svg);
  };
  picture("quickstart.svg", await recordQuickstart());
  await withPrivateServer(
    {
      family: "mariadb",
      environment: process.env,
      install: () => installServer("mariadb", process.env, console.error),
    },
    async ({ url }) => picture("schema.svg", await drawExample(url)),
  );
}

async function recordQuickstart(): Promise<string> {
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
  return renderRecording("npm run quickstart, recorded", lines);
}

main().catch((error: unknown) => {
  console.error(`docs:pictures: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
