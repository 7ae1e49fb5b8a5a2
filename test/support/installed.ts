import { installServer } from "../../src/scratch/install-server";

/** Unpacks a server into the cache folder, unless it is there, and tells on stderr what it does. */
export async function installForTests(name: string): Promise<void> {
  await installServer(name, process.env, (line) => console.error(line));
}
