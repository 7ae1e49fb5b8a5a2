import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createMigrator } from "../../src/index";
import { withPrivateServer } from "../../src/scratch/private-server";
import { argumentsFor } from "../../src/scratch/target-globals";
import { settingsFromOptions } from "../../src/settings/settings";
import { checkDatabase } from "../../src/verbs/check";
import { verifyMigrations } from "../../src/verbs/verify";
import { FAMILIES, type TestServer, withTestDatabase } from "../support/servers";

type Family = TestServer["family"];

/** A target's setting, and what is another thing, or none at all, on a server without it. */
interface Setting {
  readonly option: string;
  readonly only?: Family;
  /** Statements whose result depends on it. */
  readonly makes?: string;
  /** A statement that is refused because of it. */
  readonly refuses?: string;
}

const SETTINGS: readonly Setting[] = [
  {
    option: "--explicit-defaults-for-timestamp=OFF",
    makes: "CREATE TABLE times (id INT PRIMARY KEY, t TIMESTAMP)",
  },
  { option: "--default-storage-engine=MyISAM", makes: "CREATE TABLE engines (id INT PRIMARY KEY)" },
  {
    option: "--innodb-strict-mode=OFF",
    makes: "CREATE TABLE loose (id INT PRIMARY KEY) ENGINE=InnoDB ROW_FORMAT=DYNAMIC KEY_BLOCK_SIZE=3",
  },
  {
    option: "--div-precision-increment=9",
    makes: "CREATE TABLE parts (id INT PRIMARY KEY) ENGINE=InnoDB SELECT 1 AS id, 1 / 3 AS part",
  },
  {
    option: "--group-concat-max-len=20",
    makes: "CREATE TABLE lists (id INT PRIMARY KEY) ENGINE=InnoDB SELECT 1 AS id, GROUP_CONCAT('a') AS list",
  },
  { option: "--lower-case-table-names=1", makes: "CREATE TABLE MixedCase (id INT PRIMARY KEY)" },
  {
    option: "--sql-generate-invisible-primary-key=ON",
    only: "mysql",
    makes: "CREATE TABLE keyless (n INT) ENGINE=InnoDB",
  },
  {
    option: "--restrict-fk-on-non-standard-key=OFF",
    only: "mysql",
    makes: `CREATE TABLE parent (id INT PRIMARY KEY, n INT, KEY (n)) ENGINE=InnoDB;
CREATE TABLE child (id INT PRIMARY KEY, n INT, FOREIGN KEY (n) REFERENCES parent (n)) ENGINE=InnoDB`,
  },
  {
    option: "--sql-require-primary-key=ON",
    only: "mysql",
    refuses: "CREATE TABLE bare (n INT) ENGINE=MyISAM",
  },
  {
    option: "--old-mode=",
    only: "mariadb",
    makes: "CREATE TABLE letters (id INT PRIMARY KEY, s VARCHAR(9) CHARACTER SET utf8)",
  },
  {
    option: "--innodb-force-primary-key=ON",
    only: "mariadb",
    refuses: "CREATE TABLE bare (n INT) ENGINE=InnoDB",
  },
  {
    option: "--log-bin-trust-function-creators=0",
    refuses: "CREATE FUNCTION f() RETURNS INT RETURN 1",
  },
  { option: "--binlog-format=STATEMENT", only: "mariadb" },
];

function filesOf(settings: readonly Setting[], what: "makes" | "refuses"): Readonly<Record<string, string>> {
  return Object.fromEntries(
    settings.flatMap((setting, index) => {
      const name = `${String(index + 1).padStart(4, "0")}_m`;
      const sql = setting[what];
      return sql === undefined ? [] : [[`${name}.up.sql`, `-- migrate: irreversible\n${sql};\n`]];
    }),
  );
}

for (const family of FAMILIES) {
  test(`a private server takes from the target what changes the meaning of DDL [${family}]`, async () => {
    const settings = SETTINGS.filter(({ only = family }) => only === family);
    const data = settings.filter(({ option }) => option.startsWith("--lower-case"));
    const setup = {
      family,
      environment: process.env,
      serverArguments: settings.filter((each) => !data.includes(each)).map(({ option }) => option),
      dataArguments: data.map(({ option }) => option),
      binaryLog: true,
    };
    const root = mkdtempSync(join(tmpdir(), "mysql-updown-globals-"));
    const scratch = { server: null, production: true, environment: process.env };
    try {
      await withPrivateServer(setup, async (server) =>
        withTestDatabase(server, async ({ url }) => {
          const dir = join(root, "migrations");
          const write = (files: Readonly<Record<string, string>>): void => {
            rmSync(dir, { recursive: true, force: true });
            mkdirSync(dir);
            for (const [name, sql] of Object.entries(files)) writeFileSync(join(dir, name), sql);
          };
          write(filesOf(settings, "makes"));
          await createMigrator({ databaseUrl: url, dir }).up();
          const read = settingsFromOptions({ databaseUrl: url, dir });
          const report = await checkDatabase(read, scratch, null);
          assert.deepEqual([report.drift, report.problems, report.pending], ["", [], []]);
          for (const setting of settings.filter(({ refuses }) => refuses !== undefined)) {
            write(filesOf([setting], "refuses"));
            const { migrations } = await verifyMigrations(read, scratch, { from: null, to: null });
            assert.deepEqual(
              migrations.map(({ verdict }) => verdict),
              ["failing"],
              setting.option,
            );
          }
        }),
      );
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
}

test("a private server is started with what the target says, and with nothing that it does not say", () => {
  const usual = new Map([
    ["sql_mode", ""],
    ["lower_case_table_names", "0"],
    ["innodb_page_size", "16384"],
    ["binlog_format", "ROW"],
    ["enforce_storage_engine", ""],
    ["log_bin", "OFF"],
  ]);
  assert.deepEqual(argumentsFor("mariadb", usual), {
    serverArguments: ["--loose-sql-mode="],
    dataArguments: [],
    binaryLog: false,
    foldsLikeNoOther: false,
  });
  const other = new Map([
    ...usual,
    ["log_bin", "ON"],
    ["innodb_page_size", "8192"],
    ["lower_case_table_names", "2"],
  ]);
  assert.deepEqual(argumentsFor("mysql", other), {
    serverArguments: ["--loose-sql-mode=", "--loose-binlog-format=ROW"],
    dataArguments: ["--lower-case-table-names=2", "--innodb-page-size=8192"],
    binaryLog: true,
    foldsLikeNoOther: true,
  });
});
