import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PageParts } from "./html";

/** Reads the page's own script and styles: separate files beside this one, also in the built program. */
export function readPageParts(): PageParts {
  const read = (name: string): string => readFileSync(join(__dirname, "page", name), "utf8");
  return { script: read("report.js"), style: read("diagram.css") + read("report.css") };
}

/** The style of a diagram that stands alone. */
export function readDiagramStyle(): string {
  return readFileSync(join(__dirname, "page", "diagram.css"), "utf8");
}
