import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { withSession } from "../../src/server/connection";
import { databaseOfUrl, siblingDatabase } from "../../src/settings/databases";
import { readSettings } from "../../src/settings/settings";
import { forEachServer, withTestDatabase } from "../support/servers";
import { temporaryFolder } from "../support/temporary-folder";

/** Where the password is; TOKEN stands for it. */
const FILES = [
  { name: "MYSQL_PASSWORD_FILE", text: () => "TOKEN\n" },
  { name: "DATABASE_URL_FILE", text: (url: string) => `${url.replace("@", ":TOKEN@")}\n` },
] as const;

forEachServer("a password from a file is read anew for each connection", async (t, server) => {
  await withTestDatabase(server, async ({ name }) => {
    const root = await createConnection(server.url);
    const user = `p_${name}`.slice(0, 30);
    try {
      await root.query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'token-0'`);
      await root.query(`GRANT ALL ON ${name}.* TO '${user}'@'%'`);
      const url = `mysql://${user}@${server.host}:${server.port}/${name}`;
      for (const file of FILES) {
        const path = join(temporaryFolder(t), "secret");
        const write = async (token: string): Promise<void> => {
          writeFileSync(path, file.text(url).replace("TOKEN", token));
          await root.query(`ALTER USER '${user}'@'%' IDENTIFIED BY '${token}'`);
        };
        await write("token-1");
        const env = {
          [file.name]: path,
          ...(file.name === "DATABASE_URL_FILE" ? {} : { DATABASE_URL: url }),
        };
        const { database } = readSettings({ dir: null, table: null }, env);
        const others = [
          database,
          siblingDatabase(database, name).database,
          databaseOfUrl(`mysql://${server.host}:${server.port}/${name}`, "list", database, [])?.database ??
            database,
        ];
        for (const token of ["token-1", "token-2", "token-3"]) {
          await write(token);
          for (const settings of others) {
            await withSession(settings, async (session) => {
              const beside = await session.openBeside();
              await beside.close();
            });
            assert.doesNotMatch(JSON.stringify(settings), /token/);
          }
        }
        // It may be missing for a moment, while it is replaced.
        rmSync(path);
        await withSession(database, async () => {});
      }
    } finally {
      await root.query(`DROP USER IF EXISTS '${user}'@'%'`);
      await root.end();
    }
  });
});
