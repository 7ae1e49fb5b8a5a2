import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Environment } from "../settings/environment";

/** Where a program is on the PATH; null: nowhere. */
export async function findTool(name: string, { PATH = "" }: Environment): Promise<string | null> {
  for (const folder of PATH.split(delimiter).filter((each) => each !== "")) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return null;
}
