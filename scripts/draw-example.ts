import { join, relative } from "node:path";
import { createMigrator } from "../src/index";

const ROOT = join(__dirname, "..");

/**
 * The diagram of the example, as `report` draws it.
 * @param serverUrl a MariaDB to build it on: servers spell types differently; its databases are left alone
 * @returns an SVG document
 */
export async function drawExample(serverUrl: string): Promise<string> {
  const migrator = createMigrator({
    databaseUrl: `${serverUrl}/blog`,
    // The picture names it, and is to be the same in every checkout.
    dir: relative(process.cwd(), join(ROOT, "sql/migrations")),
    scratchDatabaseUrl: serverUrl,
  });
  const { text } = await migrator.report({ format: "svg", offline: true });
  if (text === null) throw new Error("the diagram was written to a file");
  return text;
}
