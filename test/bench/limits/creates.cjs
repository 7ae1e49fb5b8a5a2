// The least that applying migrations takes: for each file read it, run it, and write one line of history.
// usage: DATABASE_URL=mysql://… node creates.cjs FOLDER
const { createHash } = require("node:crypto");
const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const mysql = require("mysql2/promise");

async function main(folder) {
  const { hostname: host, port, username: user, pathname } = new URL(process.env.DATABASE_URL);
  const connection = await mysql.createConnection({
    host,
    port,
    user,
    database: pathname.slice(1),
    multipleStatements: true,
  });
  await connection.query(
    "CREATE TABLE history (version BIGINT NOT NULL PRIMARY KEY, name VARCHAR(255) NOT NULL, checksum CHAR(64) NOT NULL)",
  );
  const files = readdirSync(folder).filter((name) => name.endsWith(".up.sql"));
  for (const name of files.sort()) {
    const sql = readFileSync(join(folder, name), "utf8");
    await connection.query(sql);
    const checksum = createHash("sha256").update(sql).digest("hex");
    await connection.query("INSERT INTO history VALUES (?, ?, ?)", [
      Number.parseInt(name, 10),
      name,
      checksum,
    ]);
  }
  await connection.end();
}

void main(process.argv[2]);
