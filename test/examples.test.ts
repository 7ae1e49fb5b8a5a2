import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { parse } from "yaml";
import { variables } from "../src/settings/environment";
import { forEachServer, type TestServer, withTestDatabase } from "./support/servers";

const ROOT = join(__dirname, "..");
const EXAMPLES = filesOf("examples");

/** What the image would be: made by the Dockerfile's own commands, with `mysql-updown` in `bin`. */
let image = "";

before(() => {
  image = mkdtempSync(join(tmpdir(), "updown-image-"));
  buildImage(image);
});

after(() => rmSync(image, { recursive: true, force: true }));

test("the Dockerfile copies what is there, and does not end as root", () => {
  const ignored = read(".dockerignore");
  for (const { instruction, rest } of dockerfile()) {
    if (instruction !== "COPY" || rest.startsWith("--from=")) continue;
    for (const source of rest.split(" ").slice(0, -1)) {
      assert.ok(existsSync(join(ROOT, source)), source);
      assert.match(ignored, new RegExp(`^!${source}$`, "m"), `${source} is in .dockerignore`);
    }
  }
  const users = dockerfile().filter(({ instruction }) => instruction === "USER");
  assert.equal(users.at(-1)?.rest, "node");
});

test("the image holds no compiler, no linter and no tsx", () => {
  assert.ok(existsSync(join(image, "node_modules/mysql2")));
  for (const name of ["typescript", "tsx", "esbuild", "@biomejs/biome", "yaml"]) {
    assert.ok(!existsSync(join(image, "node_modules", name)), name);
  }
});

test("every shell script is one, and may be executed", () => {
  const scripts = [...EXAMPLES, "scripts/entrypoint.sh"].filter((path) => path.endsWith(".sh"));
  assert.ok(scripts.length >= 2);
  for (const path of scripts) {
    execFileSync("sh", ["-n", path], { cwd: ROOT });
    assert.ok((statSync(join(ROOT, path)).mode & 0o111) !== 0, path);
  }
});

test("every YAML file is one, and sets settings that exist", () => {
  const known = new Set(Object.values(variables).flatMap((name) => [name, `${name}_FILE`]));
  let found = 0;
  for (const path of EXAMPLES.filter((name) => name.endsWith(".yaml"))) {
    for (const name of settingsOf(parse(read(path)))) {
      found += 1;
      assert.ok(known.has(name), `${path}: ${name}`);
    }
  }
  assert.ok(found >= 9);
});

forEachServer("cron hears of what is wrong, and of nothing else", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const folder = mkdtempSync(join(tmpdir(), "updown-cron-"));
    try {
      const script = join(folder, "check.sh");
      copyFileSync(join(ROOT, "examples/cron/check.sh"), script);
      mkdirSync(join(folder, "sql/migrations"), { recursive: true });
      writeFileSync(join(folder, "sql/migrations/0001_notes.up.sql"), "CREATE TABLE notes (id INT)");
      writeFileSync(join(folder, "sql/migrations/0001_notes.down.sql"), "DROP TABLE notes");
      // As cron has it: hardly any environment, and another working folder.
      const check = (databaseUrl: string) => {
        writeFileSync(join(folder, ".env"), `DATABASE_URL=${databaseUrl}\n`);
        const { status, stdout } = spawnSync(script, { cwd: "/", env: imageEnvironment(), encoding: "utf8" });
        return { status, stdout };
      };

      const pending = check(url);
      assert.equal(pending.status, 1);
      assert.match(pending.stdout, /^0001 +notes +pending/m);

      execFileSync("mysql-updown", ["up"], { cwd: folder, env: imageEnvironment(), stdio: "ignore" });
      assert.deepEqual(check(url), { status: 0, stdout: "" });

      const unreachable = check(`${url}_which_is_not_there`);
      assert.equal(unreachable.status, 2);
      assert.notEqual(unreachable.stdout, "");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

forEachServer("the Actions file's commands do what they say", async (_t, server) => {
  await withTestDatabase(server, async ({ url }) => {
    const { jobs } = parse(read("examples/github-actions.yaml")) as {
      jobs: Record<string, { steps: { run?: string }[] }>;
    };
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    // What is fetched is here already, and npx finds the bin of the package that was fetched.
    assert.equal(commands[0], "npm ci");
    for (const command of commands.slice(1)) {
      const words = command.replace(/^npx /, "");
      assert.notEqual(words, command);
      execFileSync("sh", ["-ec", words], {
        cwd: ROOT,
        env: { ...imageEnvironment(), DATABASE_URL: url },
        stdio: "ignore",
      });
    }
    const { current } = JSON.parse(
      execFileSync("mysql-updown", ["status", "--json"], {
        cwd: ROOT,
        env: { ...imageEnvironment(), DATABASE_URL: url },
        encoding: "utf8",
      }),
    ) as { current: number | null };
    assert.ok(current !== null && current > 0);
  });
});

forEachServer("each container migrates with the settings that its file gives it", async (_t, server) => {
  const paths = EXAMPLES.filter((path) => /compose|kubernetes/.test(path));
  assert.equal(paths.length, 3);
  for (const path of paths) {
    await withTestDatabase(server, async ({ name, url }) => {
      const secrets = mkdtempSync(join(tmpdir(), "updown-secrets-"));
      try {
        const login = { user: name, password: "s3cr3t: /@#" };
        const app = Object.assign(new URL(url), { username: login.user, password: login.password }).href;
        await onServer(server, `CREATE USER ${name} IDENTIFIED BY '${login.password}'`);
        // All of them: CREATE TRIGGER wants more than the database's when the server has a binary log.
        await onServer(server, `GRANT ALL ON *.* TO ${name}`);
        // What the file names, as it is on this machine; the names of the settings stay.
        const here: Record<string, string> = {
          MYSQL_HOST: server.host,
          MYSQL_USER: login.user,
          MYSQL_DATABASE: name,
          MYSQL_PASSWORD_FILE: secretFile(secrets, "password", login.password),
          DATABASE_URL_FILE: secretFile(secrets, "url", app),
        };
        const names = settingsOf(parse(read(path)));
        const settings = Object.fromEntries(names.map((setting) => [setting, here[setting] ?? ""]));
        const port = names.includes("MYSQL_HOST") ? { MYSQL_PORT: String(server.port) } : {};
        const said = execFileSync(join(ROOT, "scripts/entrypoint.sh"), ["echo", "the service"], {
          cwd: ROOT,
          env: { ...imageEnvironment(), ...settings, ...port },
          encoding: "utf8",
          stdio: ["ignore", "pipe", "pipe"],
        });
        assert.match(said, /^Applied \d+ migrations .*\nthe service\n$/, path);
      } finally {
        rmSync(secrets, { recursive: true });
        await onServer(server, `DROP USER IF EXISTS ${name}`);
      }
    });
  }
});

async function onServer(server: TestServer, sql: string): Promise<void> {
  const connection = await createConnection(server.url);
  await connection.query(sql);
  await connection.end();
}

/** As a secret is mounted: with a newline at its end, as an editor leaves it. */
function secretFile(folder: string, name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, `${content}\n`);
  return path;
}

interface Instruction {
  readonly instruction: string;
  readonly rest: string;
}

function dockerfile(): readonly Instruction[] {
  const lines = read("Dockerfile").replaceAll("\\\n", " ").split("\n");
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [instruction = "", ...rest] = line.split(/\s+/);
      return { instruction, rest: rest.join(" ") };
    });
}

/** Carries out the first stage; what `npm ci` would fetch is taken from this checkout's node_modules. */
function buildImage(folder: string): void {
  const stages = dockerfile().reduce<Instruction[][]>((all, line) => {
    if (line.instruction === "FROM") all.push([]);
    all.at(-1)?.push(line);
    return all;
  }, []);
  for (const { instruction, rest } of stages[0] ?? []) {
    if (instruction === "COPY") {
      for (const source of rest.split(" ").slice(0, -1)) {
        cpSync(join(ROOT, source), join(folder, source), { recursive: true });
      }
    } else if (instruction === "RUN" && rest.startsWith("npm ci")) {
      cpSync(join(ROOT, "node_modules"), join(folder, "node_modules"), {
        recursive: true,
        verbatimSymlinks: true,
        // Other tests write there at the same time.
        filter: (source) => source !== join(ROOT, "node_modules/.cache"),
      });
    } else if (instruction === "RUN") {
      execFileSync("sh", ["-ec", `${rest} --offline`], {
        cwd: folder,
        stdio: ["ignore", "ignore", "inherit"],
      });
    }
  }
  const bin = join(folder, "dist/bin.js");
  chmodSync(bin, 0o755);
  mkdirSync(join(folder, "bin"));
  symlinkSync(bin, join(folder, "bin/mysql-updown"));
}

/** Nothing but the PATH, with the image's bin in front. */
function imageEnvironment(): NodeJS.ProcessEnv {
  return { PATH: [join(image, "bin"), process.env.PATH].join(delimiter) };
}

/** Names of settings for mysql-updown, wherever in a compose, Kubernetes or Actions file they stand. */
function settingsOf(node: unknown): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  if (Array.isArray(node)) return node.flatMap(settingsOf);
  const { env, environment, image: from } = node as Record<string, unknown>;
  // The database server's image has variables of its own, some of the same names.
  const isServer = typeof from === "string" && /^(mysql|mariadb|\$\{\{)/.test(from);
  const own = isServer ? [] : [env, environment].flatMap(namesIn);
  return [...own, ...Object.values(node).flatMap(settingsOf)];
}

function namesIn(env: unknown): readonly string[] {
  if (Array.isArray(env)) return env.map((entry: { name: string }) => entry.name);
  return typeof env === "object" && env !== null ? Object.keys(env) : [];
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}
