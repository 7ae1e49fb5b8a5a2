import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type BuiltRunner, buildRunner } from "../support/child";
import { isMentionedByProcess, isRunning } from "../support/processes";
import { forEachServer, inTurn } from "../support/servers";

const FILES = {
  "sql/migrations/0001_users.up.sql": "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(20));",
  "sql/migrations/0001_users.down.sql": "DROP TABLE users;",
};

let built: BuiltRunner;
before(async () => {
  built = await buildRunner();
});
after(() => built.remove());

interface Project {
  readonly folder: string;
  /** Starts a sandbox there. Its standard input is no terminal. */
  start(words: readonly string[], env?: Readonly<Record<string, string>>): Started;
  /** Waits until no process and no folder of a sandbox is left. */
  untilNothingIsLeft(): Promise<void>;
}

interface Started {
  readonly process: ChildProcess;
  output(): string;
  /** Exit code, or the signal that killed it. */
  ended(): Promise<number | NodeJS.Signals>;
}

async function withProject(
  files: Readonly<Record<string, string>>,
  body: (project: Project) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "updown-sb-"));
  const temporary = join(folder, "tmp");
  mkdirSync(temporary);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  try {
    await body({
      folder,
      start(words, env = {}) {
        const child = spawn(process.execPath, [built.bin, "sandbox", ...words], {
          cwd: folder,
          stdio: ["ignore", "pipe", "pipe"],
          env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: temporary, ...env },
        });
        let text = "";
        for (const stream of [child.stdout, child.stderr])
          stream.on("data", (chunk) => (text += String(chunk)));
        const closed = once(child, "close");
        return {
          process: child,
          output: () => text,
          async ended() {
            const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
            return signal ?? code ?? -1;
          },
        };
      },
      untilNothingIsLeft: () =>
        eventually(
          "nothing is left",
          () => readdirSync(temporary).length === 0 && !isMentionedByProcess(folder),
        ),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 50) {
    assert.ok(waited < 120_000, `after 120 s it still does not hold: ${what}`);
    await delay(50);
  }
}

/** A command that says that it runs, and has a child that Ctrl-C does not reach. */
const LONG = "sleep 1000 & echo $$ $! > pids.new; mv pids.new pids; wait; wait";
const STUBBORN = `trap '' TERM INT; ${LONG}`;

interface Ending {
  readonly name: string;
  readonly command: string;
  /** Sent to the sandbox one after the other once the command runs. */
  readonly signals: readonly NodeJS.Signals[];
  readonly ends: number | NodeJS.Signals;
}

const endings: readonly Ending[] = [
  { name: "its command's exit code", command: "exit 7", signals: [], ends: 7 },
  { name: "its command's death by a signal", command: "kill -s USR2 $$", signals: [], ends: "SIGUSR2" },
  {
    name: "its command's death by a signal that Node survives",
    command: "kill -s PIPE $$",
    signals: [],
    ends: 141,
  },
  { name: "a child that its command leaves", command: "sleep 1000 & exit 0", signals: [], ends: 0 },
  { name: "SIGTERM", command: LONG, signals: ["SIGTERM"], ends: "SIGTERM" },
  { name: "SIGINT", command: LONG, signals: ["SIGINT"], ends: "SIGINT" },
  {
    name: "a command that waits for more",
    command: STUBBORN,
    signals: ["SIGTERM", "SIGTERM"],
    ends: "SIGKILL",
  },
  { name: "its own death", command: LONG, signals: ["SIGKILL"], ends: "SIGKILL" },
];

forEachServer("sandbox: however it ends, that is passed on and nothing is left", async (t, server) => {
  for (const { name, command, signals, ends } of inTurn(server, endings)) {
    await t.test(name, () =>
      withProject(FILES, async ({ folder, start, untilNothingIsLeft }) => {
        // The folder's name among its words tells its processes from all others.
        const words = ["--server", server.family, "--", "sh", "-c", `: ${folder}; ${command}`];
        const run = start(words);
        const pids = join(folder, "pids");
        if (signals.length > 0) await eventually("the command runs", () => existsSync(pids));
        for (const [index, signal] of signals.entries()) {
          if (index > 0) await delay(600); // two within half a second are one, since npm sends each twice
          run.process.kill(signal);
        }
        assert.equal(await run.ended(), ends, run.output());
        await untilNothingIsLeft();
        for (const pid of existsSync(pids) ? readFileSync(pids, "utf8").trim().split(" ") : []) {
          await eventually(`process ${pid} is gone`, () => !isRunning(Number(pid)));
        }
      }),
    );
  }
});

forEachServer("sandbox: without a command it stays until it is told to end", async (_, server) => {
  await withProject(FILES, async ({ start, untilNothingIsLeft }) => {
    const run = start(["--quiet", "--server", server.family]);
    await eventually("it says where it is", () => run.output().includes("\n"));
    assert.match(
      run.output(),
      /^(MySQL|MariaDB) \S+, until Ctrl-C: mysql:\/\/root@127\.0\.0\.1:\d+\/sandbox\n$/,
    );
    run.process.kill("SIGINT");
    assert.equal(await run.ended(), 0, run.output());
    await untilNothingIsLeft();
  });
});

const SETTINGS = ".env";

forEachServer("sandbox: its command gets to its database alone, with the seed's rows", async (_, server) => {
  const files = {
    ...FILES,
    // What a test suite must not be led to, and what says nothing of a database.
    [SETTINGS]:
      "MYSQL_HOST=db.example.com\nMYSQL_USER=app\nMYSQL_PASSWORD=secret\nMYSQL_DATABASE=shop\nDB_HOST=db2\n",
    "seed.sql": `INSERT INTO users VALUES (1, 'a;b');\nDELIMITER //\nINSERT INTO users VALUES (2, 'c')//\n`,
    "look.js": `
      const { createConnection } = require(${JSON.stringify(require.resolve("mysql2/promise"))});
      createConnection(process.env.DATABASE_URL).then(async (connection) => {
        const [rows] = await connection.query("SELECT DATABASE() AS name, VERSION() AS version, COUNT(*) AS users FROM users");
        const { MYSQL_HOST, MYSQL_PORT, MYSQL_USER, MYSQL_PASSWORD, MYSQL_DATABASE } = process.env;
        const url = "mysql://" + MYSQL_USER + "@" + MYSQL_HOST + ":" + MYSQL_PORT + "/" + MYSQL_DATABASE;
        console.log(JSON.stringify({ ...rows[0], same: url === process.env.DATABASE_URL, MYSQL_PASSWORD, arguments: process.argv.slice(2) }));
        await connection.end();
      });`,
  };
  await withProject(files, async ({ start }) => {
    const own = ["--json", "--keep"];
    const run = start(
      ["--quiet", "--seed", "seed.sql", "--server", server.family, process.execPath, "look.js", ...own],
      {
        MYSQL_PASSWORD_FILE: "/none",
      },
    );
    assert.equal(await run.ended(), 0, run.output());
    const [warning, ...rest] = run.output().trim().split("\n");
    assert.equal(
      warning,
      "Warning: Not read, but set: DB_HOST (here MYSQL_HOST). The command gets DATABASE_URL and MYSQL_HOST, MYSQL_PORT and so on; what else it reads still leads elsewhere.",
    );
    const { version, ...found } = JSON.parse(rest.join("\n"));
    assert.deepEqual(found, { name: "sandbox", users: 2, same: true, MYSQL_PASSWORD: "", arguments: own });
    assert.equal(String(version).includes("MariaDB"), server.family === "mariadb");
  });
});

test("sandbox: the runner inside it has the same settings; --keep leaves it to be looked into", async () => {
  await withProject(
    { ...FILES, [SETTINGS]: "DATABASE_URL=mysql://app@db.example.com/shop\n" },
    async (project) => {
      const run = project.start(["--keep", process.execPath, built.bin, "status", "--check"]);
      await eventually("it says where it is", () => run.output().includes("until Ctrl-C"));
      assert.match(
        run.output(),
        /applied[\s\S]*\nThe command ended with exit code 0\.\nM.* mysql:\/\/root@127\.0\.0\.1:\d+\/shop\n$/,
      );
      run.process.kill("SIGTERM");
      assert.equal(await run.ended(), 0, run.output());
      await project.untilNothingIsLeft();
    },
  );
});

const refusals: readonly (readonly [words: readonly string[], message: string])[] = [
  [
    ["npm test"],
    `There is no program "npm test" to run.
It is taken for the name of one program. Leave out the quotes, or have a shell read it:
  mysql-updown sandbox npm test
  mysql-updown sandbox sh -c 'npm test'`,
  ],
  [
    ["--", "./none"],
    'There is no program "./none" to run.\nThe command stands last, as in a shell:\n  mysql-updown sandbox npm test',
  ],
  [["--seed", "none.sql", "true"], "There is no none.sql."],
  [
    ["--sed", "a", "true"],
    "sandbox has no option --sed. Did you mean --seed?\nSee how it is used:\n  mysql-updown sandbox --help",
  ],
  [
    ["--server", "oracle"],
    '--server takes mysql or mariadb, not "oracle".\nSee how it is used:\n  mysql-updown sandbox --help',
  ],
];

test("sandbox: what cannot be is refused before a server is started", async (t) => {
  for (const [words, message] of refusals) {
    await t.test(words.join(" "), () =>
      withProject(FILES, async ({ start }) => {
        const run = start(words);
        assert.equal(await run.ended(), 2);
        assert.equal(run.output(), `${message}\n`);
      }),
    );
  }
});

const broken: readonly (readonly [name: string, files: Readonly<Record<string, string>>, says: RegExp])[] = [
  [
    "a migration",
    {
      "sql/migrations/0002_b.up.sql": "CREATE TABLE b (id INT);\nCREATE TABEL c (id INT);",
      "sql/migrations/0002_b.down.sql": "DROP TABLE b;",
    },
    /^0002_b\.up\.sql:2:1: statement 2 of 2: [\s\S]*It happened in the sandbox, which is gone; no other database was touched\. Edit 0002_b\.up\.sql, then try it again\.$/m,
  ],
  [
    "the seed",
    { "seed.sql": "INSERT INTO none VALUES (1);" },
    /^seed\.sql:1:1: statement 1 of 1: [\s\S]* Edit seed\.sql, then try it again\.$/m,
  ],
];

forEachServer(
  "sandbox: what fails in it says where, and that nothing else was touched",
  async (t, server) => {
    for (const [name, files, says] of inTurn(server, broken)) {
      await t.test(name, () =>
        withProject({ ...FILES, "seed.sql": "DO 1;", ...files }, async ({ start, untilNothingIsLeft }) => {
          const run = start(["--seed", "seed.sql", "--server", server.family, "true"]);
          assert.equal(await run.ended(), 2);
          assert.match(run.output(), says);
          await untilNothingIsLeft();
        }),
      );
    }
  },
);
