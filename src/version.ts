import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The path of a file of this package: one folder up from both src/ and dist/. */
export function packagePath(name: string): string {
  return join(__dirname, "..", name);
}

/** This package's version, from its package.json. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packagePath("package.json"), "utf8")) as {
    version: string;
  };
  return version;
}
