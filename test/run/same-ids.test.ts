import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import type { RunEvent } from "../../src/index";
import { migrate } from "../../src/run/migrate";
import { openSession } from "../../src/server/connection";
import type { Session } from "../../src/server/session";
import { settingsFromOptions } from "../../src/settings/settings";
import { withMigrations } from "../support/migrations";
import { withProxy } from "../support/proxy";
import { forEachServer, inTurn, type TestServer, withTestDatabase } from "../support/servers";

const TABLES = `CREATE TABLE roles (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20)) AUTO_INCREMENT = 7;
CREATE TABLE src (id INT PRIMARY KEY, v INT);
INSERT INTO src VALUES (1, 0);
CREATE TABLE lockable (id INT PRIMARY KEY);
CREATE TABLE logged (v INT);
CREATE VIEW seen AS SELECT name FROM roles;
CREATE TRIGGER a AFTER INSERT ON logged FOR EACH ROW INSERT INTO seen (name) VALUES (NEW.v), (NEW.v);
CREATE PROCEDURE p() INSERT INTO roles (name) VALUES ('admin'), ('user');
CREATE PROCEDURE q() CALL p();`;

/** Ways to insert two rows into roles. The tables are made by the migration before. */
const INSERTS: Readonly<Record<string, string>> = {
  "an INSERT": "INSERT INTO roles (name) VALUES ('admin'), ('user');\n",
  "an INSERT … SELECT and a REPLACE":
    "INSERT INTO roles (name) SELECT 'admin' FROM src;\nREPLACE INTO roles SET name = 'user';\n",
  "a view": "INSERT INTO seen VALUES ('admin'), ('user');\n",
  "a trigger, that inserts into a view": "INSERT INTO logged VALUES (1);\n",
  "a procedure that calls another": "CALL q();\n",
  "a prepared text":
    "PREPARE s FROM 'INSERT INTO roles (name) SELECT ? FROM src';\nSET @a = 'a';\nEXECUTE s USING @a;\nEXECUTE s USING @a;\n",
  "an INSERT behind others": "UPDATE src SET v = 1;\nINSERT INTO roles (name) VALUES ('admin'), ('user');\n",
  "an INSERT behind an ALTER":
    "ALTER TABLE src ADD COLUMN w INT;\nINSERT INTO roles (name) VALUES ('admin'), ('user');\n",
  "an INSERT behind a transaction":
    "START TRANSACTION;\nUPDATE src SET v = 2;\nCOMMIT;\nINSERT INTO roles (name) VALUES ('admin'), ('user');\n",
  "an INSERT that gives its own number":
    "INSERT INTO roles VALUES (NULL, 'a'), (8, 'b'), (90, 'c');\nDELETE FROM roles WHERE id = 90;\n",
};

/** What comes behind the INSERT, in the same transaction. */
const LAST = "UPDATE roles SET name = 'root' WHERE id = 7;";

const FRAMES: Readonly<Record<string, (body: string) => string>> = {
  "the runner's transaction": (body) => body,
  "the file's transaction": (body) => {
    const at = body.search(/^(?:INSERT|CALL|EXECUTE)/m);
    return `${body.slice(0, at)}START TRANSACTION;\n${body.slice(at)}\nCOMMIT;`;
  },
  "autocommit = 0": (body) => `SET autocommit = 0;\n${body}\nCOMMIT;\nSET autocommit = 1;`,
};

interface Place {
  readonly url: string;
  readonly dir: string;
  readonly server: TestServer;
  readonly body: string;
  /** Writes the second migration. */
  readonly write: (text: string) => Promise<void>;
}

const isLast = ({ text }: { readonly text: string }): boolean => text.startsWith("UPDATE roles");

const MOMENTS: Readonly<Record<string, (place: Place) => Promise<void>>> = {
  "the connection is lost": async ({ url, dir, server, body, write }) => {
    await write(body);
    await withProxy(server, { cut: { command: isLast, moment: "before" } }, async (proxy) => {
      await migrate(settingsFromOptions({ databaseUrl: proxy.through(url), dir }), "up", null, {
        allowExisting: true,
      });
      assert.notEqual(proxy.cutAt(), null);
    });
  },
  "the server is gone, and run again": async ({ url, dir, server, body, write }) => {
    await write(body);
    const cut = { command: isLast, moment: "after" } as const;
    await withProxy(server, { cut, refuseAfterCut: true }, async (proxy) => {
      await assert.rejects(
        migrate(settingsFromOptions({ databaseUrl: proxy.through(url), dir }), "up", null),
      );
    });
    await migrate(settingsFromOptions({ databaseUrl: url, dir }), "up", null);
  },
  "a statement fails and is corrected": async ({ url, dir, body, write }) => {
    const settings = settingsFromOptions({ databaseUrl: url, dir });
    await write(body.replace("UPDATE roles", "UPDATE rolls"));
    await assert.rejects(migrate(settings, "up", null));
    await write(body);
    await migrate(settings, "up", null);
  },
  "a lock is not to be had": async ({ url, dir, server, body, write }) => {
    // What a prepared text does to the session is not known.
    if (body.includes("EXECUTE"))
      return MOMENTS["the connection is lost"]?.({ url, dir, server, body, write });
    const settings = settingsFromOptions({ databaseUrl: url, dir });
    const other = await openSession(settings.database);
    let blocked = 0;
    const emit = (event: RunEvent): void => {
      if (event.event !== "blocked") return;
      blocked++;
      void other.run("ROLLBACK");
    };
    await write(
      `SET innodb_lock_wait_timeout = 1;\n${body.replace("UPDATE roles", "REPLACE INTO lockable VALUES (1);\nUPDATE roles")}`,
    );
    await other.run("START TRANSACTION");
    await other.run("INSERT INTO lockable VALUES (1)");
    await migrate(settings, "up", null, { emit });
    await other.close();
    assert.ok(blocked > 0);
  },
};

const FRAME_NAMES = Object.keys(FRAMES);

for (const [row, [how, inserts]] of Object.entries(INSERTS).entries()) {
  forEachServer(`rows that are inserted again get the same ids: ${how}`, async (_t, server) => {
    for (const [column, [moment, interrupt]] of inTurn(server, [...Object.entries(MOMENTS).entries()])) {
      // All frames with the first, and then in turn.
      const frames =
        row === 0 ? FRAME_NAMES : FRAME_NAMES.filter((_, at) => (row + column) % FRAME_NAMES.length === at);
      for (const frame of frames) {
        await withRoles(server, TABLES, async ({ url, dir, write, session }) => {
          const body = FRAMES[frame]?.(`${inserts}${LAST}`) ?? "";
          await interrupt({ url, dir, server, body, write });
          assert.deepEqual(await readRoles(session), ["7 root", "8"], `${moment}, ${frame}`);
        });
      }
    }
  });
}

const INSERT = "INSERT INTO roles (name) VALUES ('admin'), ('user');";

/** What somebody does between a run that fails behind the INSERT and the next one, and the ids that there are then. */
const MEANWHILE: Readonly<Record<string, readonly [statement: string, ids: readonly string[]]>> = {
  "somebody else inserted": ["INSERT INTO roles (name) VALUES ('theirs')", ["9 theirs", "10", "11"]],
  "somebody else inserted and gave the number": [
    "INSERT INTO roles VALUES (7, 'theirs')",
    ["7 theirs", "9", "10"],
  ],
  "somebody else's row has a small number": [
    "INSERT INTO roles VALUES (2, 'theirs')",
    ["2 theirs", "7", "8"],
  ],
  "the table was made anew": [
    "DROP TABLE roles; CREATE TABLE roles (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20))",
    ["1", "2"],
  ],
};

for (const [what, [statement, ids]] of Object.entries(MEANWHILE)) {
  forEachServer(`between two runs: ${what}`, async (_t, server) => {
    await withRoles(server, TABLES, async ({ url, dir, write, session }) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await write(`${INSERT}\nUPDATE rolls SET id = 1;`);
      await assert.rejects(migrate(settings, "up", null));
      for (const part of statement.split("; ")) await session.run(part);
      await write(INSERT);
      await migrate(settings, "up", null);
      assert.deepEqual(await readRoles(session), ids);
    });
  });
}

/** Files in which the numbers cannot be given back, or go on in steps; how the second run ends, and the ids then. */
const OTHERWISE: Readonly<Record<string, readonly [before: string, ids: readonly string[]]>> = {
  "numbers in steps of ten": ["SET auto_increment_increment = 10, auto_increment_offset = 5;", ["15", "25"]],
  "the table is locked": ["LOCK TABLES roles WRITE;", ["7", "8"]],
  "a temporary table of the same name": [
    "CREATE TEMPORARY TABLE roles (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20));",
    [],
  ],
};

for (const [what, [before, ids]] of Object.entries(OTHERWISE)) {
  forEachServer(`inserted again: ${what}`, async (_t, server) => {
    await withRoles(server, TABLES, async ({ url, dir, write, session }) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await write(`${before}\n${INSERT}\nUPDATE rolls SET id = 1;`);
      await assert.rejects(migrate(settings, "up", null));
      await write(`${before}\n${INSERT}`);
      await migrate(settings, "up", null);
      assert.deepEqual(await readRoles(session), ids);
    });
  });
}

forEachServer("who may not alter the table goes on with other ids", async (_t, server) => {
  await withRoles(server, TABLES, async ({ url, dir, write, session }) => {
    const user = `u_${randomBytes(5).toString("hex")}`;
    await session.run(`CREATE USER '${user}'@'%' IDENTIFIED BY 'of-the-test'`);
    try {
      await session.run(`GRANT SELECT, INSERT, UPDATE, CREATE ON *.* TO '${user}'@'%'`);
      const theirs = new URL(url);
      theirs.username = user;
      theirs.password = "of-the-test";
      const settings = settingsFromOptions({ databaseUrl: theirs.href, dir });
      await write(`${INSERT}\nUPDATE rolls SET id = 1;`);
      await assert.rejects(migrate(settings, "up", null));
      await write(INSERT);
      await migrate(settings, "up", null);
      assert.deepEqual(await readRoles(session), ["9", "10"]);
    } finally {
      await session.run(`DROP USER '${user}'@'%'`);
    }
  });
});

forEachServer(
  "somebody who reads the table is waited for a second, and the ids go on",
  async (_t, server) => {
    await withRoles(server, TABLES, async ({ url, dir, write, session }) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await write(`${INSERT}\nUPDATE rolls SET id = 1;`);
      await assert.rejects(migrate(settings, "up", null));
      await write(INSERT);
      await session.run("START TRANSACTION");
      await session.query("SELECT * FROM roles");
      await migrate(settings, "up", null);
      await session.run("ROLLBACK");
      assert.deepEqual(await readRoles(session), ["9", "10"]);
    });
  },
);

forEachServer(
  "nothing is asked for a file that inserts into no such table, and little for one that does",
  async (_t, server) => {
    await withRoles(server, TABLES, async ({ url, dir, write, session }) => {
      await session.run("CREATE TABLE plain (id INT PRIMARY KEY)");
      const asked = async (text: string): Promise<number> => {
        await write(text);
        const about = /information_schema\.COLUMNS|AUTO_INCREMENT|SHOW CREATE TABLE `\w+`\.`roles`/;
        return withProxy(server, {}, async (proxy) => {
          await migrate(settingsFromOptions({ databaseUrl: proxy.through(url), dir }), "up", null, {
            allowExisting: true,
          });
          await migrate(settingsFromOptions({ databaseUrl: url, dir }), "down", { steps: 1 });
          return proxy.commands.filter((command) => about.test(command.text)).length;
        });
      };
      assert.equal(await asked("CREATE TABLE other (id INT PRIMARY KEY);\nDROP TABLE other;"), 0);
      assert.equal(await asked("INSERT INTO plain VALUES (1);\nDELETE FROM plain;"), 1);
      assert.equal(await asked(INSERT), 2);
      // Each is committed as it is too long for a transaction with another: one look before each.
      const long = `INSERT INTO roles (name) SELECT LEFT('${"x".repeat(8 * 1024 * 1024)}', 3);\n`;
      assert.equal(await asked(long.repeat(3)), 4);
    });
  },
);

interface Roles extends Pick<Place, "url" | "dir" | "write"> {
  /** Somebody else's. */
  readonly session: Session;
}

/** A database whose first migration is applied, and a place for the second. */
async function withRoles(
  server: TestServer,
  tables: string,
  body: (roles: Roles) => Promise<void>,
): Promise<void> {
  await withTestDatabase(server, async ({ url }) => {
    const files = { "0001_a.up.sql": tables, "0001_a.down.sql": "SELECT 1;" };
    await withMigrations(files, async (dir) => {
      const settings = settingsFromOptions({ databaseUrl: url, dir });
      await migrate(settings, "up", null);
      const write = async (text: string): Promise<void> => {
        await writeFile(`${dir}/0002_b.up.sql`, text);
        await writeFile(`${dir}/0002_b.down.sql`, "SELECT 1;");
      };
      const session = await openSession(settings.database);
      try {
        await body({ url, dir, write, session });
      } finally {
        await session.close();
      }
    });
  });
}

/** Ids, and names where they are `root` or somebody's. */
async function readRoles(session: Session): Promise<readonly string[]> {
  const rows = await session.query("SELECT id, name FROM roles ORDER BY id");
  return rows.map(({ id, name }) => (name === "root" || name === "theirs" ? `${id} ${name}` : String(id)));
}
