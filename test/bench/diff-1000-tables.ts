import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { diffSchemas } from "../../src/schema/diff";
import { introspect } from "../../src/schema/introspect";
import { NO_RENAMES } from "../../src/schema/renames";
import { renderChanges } from "../../src/schema/render";
import { startPrivateServer } from "../../src/scratch/private-server";
import { load } from "../schema/pair";
import { withSchemaSession } from "../schema/schemas";

/**
 * Prints what it takes to load a schema of 1,000 tables and to compare it with another, on both servers. The bound:
 * reading both sides, comparing them and writing the SQL takes less than twice as long as loading one.
 *   node --require tsx/cjs test/bench/diff-1000-tables.ts [number of tables]
 */
async function main(count: number): Promise<void> {
  for (const family of ["mysql", "mariadb"] as const) {
    const server = await startPrivateServer({ family, environment: process.env });
    try {
      const name = `bench_${randomBytes(4).toString("hex")}`;
      const target = { family, url: server.url, host: server.host, port: server.port, socket: server.socket };
      await withSchemaSession(target, "mysql", (session) => session.execute(`CREATE DATABASE ${name}`));
      await withSchemaSession(target, name, async (session) => {
        const figures: string[] = [];
        const timed = async <T>(what: string, body: () => Promise<T> | T): Promise<T> => {
          const start = performance.now();
          const result = await body();
          figures.push(`${what} ${Math.round(performance.now() - start)} ms`);
          return result;
        };
        await timed("load", () => load(session, schemaSql(count, 0)));
        const from = await timed("read", () => introspect(session, name));
        await load(session, schemaSql(count, 7));
        const to = await timed("read the other", () => introspect(session, name));
        const options = { server: session.server, renames: NO_RENAMES };
        const changes = await timed("compare", () => diffSchemas(from, to, options));
        const sql = await timed("write SQL", () => renderChanges(changes, session.server));
        console.log(
          `${family}: ${count} tables: ${figures.join(", ")}; ${changes.length} changes, ${sql.length} bytes`,
        );
      });
    } finally {
      await server.stop();
    }
  }
}

/** Tables of ten columns, four indexes, a foreign key and a check; every table whose number `salt` divides differs. */
function schemaSql(count: number, salt: number): string {
  const tables = Array.from({ length: count }, (_, n) => {
    const differs = salt > 0 && n % salt === 0;
    return `CREATE TABLE t${n} (
      id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
      parent_id bigint unsigned, name varchar(${differs ? 120 : 100}) NOT NULL, email varchar(200) COMMENT 'where to write',
      state enum('new','active','gone') NOT NULL DEFAULT 'new', amount decimal(12,2) NOT NULL DEFAULT 0,
      created_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), updated_at timestamp NULL, note text,
      total decimal(14,2) AS (amount * 2) STORED${differs ? ", extra int" : ""},
      UNIQUE KEY by_email (email), KEY by_name (name, state), KEY by_time (created_at),
      CONSTRAINT t${n}_amount CHECK (amount >= 0)
      ${n === 0 ? "" : `, CONSTRAINT t${n}_parent FOREIGN KEY (parent_id) REFERENCES t${Math.floor(n / 2)} (id) ON DELETE CASCADE`}
    );`;
  });
  return tables.join("\n");
}

void main(Number(process.argv[2] ?? 1000));
