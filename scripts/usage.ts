import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaceUsage } from "../src/cli/help";

const readme = join(__dirname, "../README.md");
writeFileSync(readme, replaceUsage(readFileSync(readme, "utf8")));
