import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { serverCacheFolder } from "../../src/scratch/server-programs";
import type { SqlMigration } from "./generate";
import type { Command, Contender, Sample } from "./measure";
import { formatFigure } from "./table";

/** Another tool that applies the same migrations. */
export interface Peer {
  readonly name: string;
  /** Writes the migrations in its form into `folder`, which is made. */
  readonly write: (folder: string, migrations: readonly SqlMigration[]) => Promise<void>;
  /** What applies them to the database that `url` names. */
  readonly up: (folder: string, url: string) => Command;
}

/** Installs the other tools into the cache folder, through npm. @throws Error when that fails */
export function installPeers(): void {
  const folder = peersFolder();
  if (folder === null) throw new Error("no HOME to keep the other tools in");
  const args = ["install", "--no-audit", "--no-fund", "--prefix", folder, "dbmate", "knex", "mysql2"];
  execFileSync("npm", args, { stdio: ["ignore", "ignore", "inherit"] });
}

/** Those of the other tools that are installed. */
export function findPeers(): readonly Peer[] {
  const folder = peersFolder();
  if (folder === null || !existsSync(folder)) return [];
  return [dbmate(folder), knex(folder)].filter((peer) => peer !== null);
}

/** What the others took, in words, for the table. */
export function describeOthers(others: readonly Contender[], medians: readonly (Sample | null)[]): string {
  if (others.length === 0) return "not installed";
  return others
    .map(({ name }, index) => {
      const sample = medians[index] ?? null;
      return sample === null ? `${name}: failed` : `${name}: ${formatFigure(sample.ms, "ms")}`;
    })
    .join(", ");
}

function peersFolder(): string | null {
  const cache = serverCacheFolder(process.env);
  return cache === null ? null : join(cache, "bench-peers");
}

function dbmate(installed: string): Peer | null {
  const binary = `@dbmate/${process.platform}-${process.arch}/bin/dbmate`;
  // The binary itself: what npm puts on the PATH starts Node first.
  const program = find(installed, binary);
  const version = versionOf(installed, "dbmate");
  if (program === null || version === null) return null;
  return {
    name: `dbmate ${version}`,
    async write(folder, migrations) {
      await mkdir(folder, { recursive: true });
      for (const { name, up, down } of migrations) {
        await writeFile(join(folder, `${name}.sql`), `-- migrate:up\n${up}\n-- migrate:down\n${down}`);
      }
    },
    up: (folder, url) => ({
      program,
      args: ["--no-dump-schema", "--migrations-dir", folder, "migrate"],
      environment: { DATABASE_URL: url },
      cwd: folder,
    }),
  };
}

function knex(installed: string): Peer | null {
  const cli = find(installed, "knex/bin/cli.js");
  const driver = find(installed, "mysql2");
  const version = versionOf(installed, "knex");
  if (cli === null || driver === null || version === null) return null;
  return {
    name: `Knex ${version}`,
    async write(folder, migrations) {
      const migrationsFolder = join(folder, "migrations");
      await mkdir(migrationsFolder, { recursive: true });
      for (const { name, up, down } of migrations) {
        await writeFile(
          join(migrationsFolder, `${name}.js`),
          `${knexHalf("up", up)}${knexHalf("down", down)}`,
        );
      }
      const config = `module.exports = { client: "mysql2", connection: process.env.DATABASE_URL };\n`;
      await writeFile(join(folder, "knexfile.js"), config);
    },
    up: (folder, url) => ({
      program: process.execPath,
      args: [cli, "migrate:latest", "--knexfile", join(folder, "knexfile.js")],
      // Knex looks for itself beside the knexfile, and finds it and the driver here.
      environment: { DATABASE_URL: url, NODE_PATH: join(installed, "node_modules") },
      cwd: folder,
    }),
  };
}

/** The driver sends one statement at a time. */
function knexHalf(direction: "up" | "down", sql: string): string {
  const statements = sql.split(/;\n/).filter((statement) => statement.trim() !== "");
  const calls = statements.map((statement) => `  await knex.schema.raw(${JSON.stringify(statement)});\n`);
  return `exports.${direction} = async (knex) => {\n${calls.join("")}};\n`;
}

function find(installed: string, specifier: string): string | null {
  try {
    return createRequire(join(installed, "package.json")).resolve(specifier);
  } catch {
    return null;
  }
}

function versionOf(installed: string, name: string): string | null {
  const path = find(installed, `${name}/package.json`);
  if (path === null) return null;
  const { version } = createRequire(path)(path) as { version: string };
  return version;
}
