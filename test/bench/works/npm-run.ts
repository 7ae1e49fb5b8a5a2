import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freshDatabase } from "../database";
import { rowMigrations, writePairs } from "../generate";
import { type Command, measure, race } from "../measure";
import { oursUp } from "../programs";
import type { Work } from "../work";

const ROOT = join(__dirname, "../../..");

/** Whether a newer npm exists is asked now and then, and would hit one of them. */
const QUIET_NPM = { npm_config_update_notifier: "false" };

/** `npm run migrate:up` with nothing to do, in a checkout that is built. */
export const npmRun: Work = async (bench) => {
  const folder = join(bench.folder, "few-pairs");
  await writePairs(folder, rowMigrations(3));
  const url = await freshDatabase(bench.server, "few_pairs");
  await measure(oursUp(bench, folder, url), bench);
  const limitFolder = join(bench.folder, "npm-run");
  await writePackage(limitFolder);

  const { limit, ours } = await race(
    { name: "bare npm run", run: () => measure(npm(["run", "limit"], limitFolder, {}), bench) },
    {
      name: "ours",
      run: () =>
        measure(npm(["run", "migrate:up", "--", "--dir", folder], ROOT, { DATABASE_URL: url }), bench),
    },
    [],
    { runs: bench.options.runs, warmUp: true, report: bench.report },
  );
  return [
    {
      work: "no-op `npm run migrate:up`, 3 applied pairs",
      limit: {
        what: "`npm run` of a script that imports mysql2, `node --require tsx/cjs`",
        figure: limit.ms,
      },
      ours: ours.ms,
      unit: "ms",
      atMost: 1.2,
      peers: "",
    },
  ];
};

/** A project with the limit as its only script, and this one's packages. */
async function writePackage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyFile(join(ROOT, "test/bench/limits/npm-run.ts"), join(folder, "limit.ts"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir").catch(passOverExisting);
  const scripts = { limit: "node --require tsx/cjs limit.ts" };
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "limit", private: true, scripts }));
}

function passOverExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

function npm(args: readonly string[], cwd: string, environment: Readonly<Record<string, string>>): Command {
  return { program: "npm", args, cwd, environment: { ...QUIET_NPM, ...environment } };
}
