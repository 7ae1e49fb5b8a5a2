// The least that a runner without work can do: connect, run 4 queries, read and hash every file of the folder.
// usage: DATABASE_URL=mysql://… node no-op.cjs FOLDER
const { createHash } = require("node:crypto");
const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const mysql = require("mysql2/promise");

async function main(folder) {
  const { hostname: host, port, username: user, pathname } = new URL(process.env.DATABASE_URL);
  const connection = await mysql.createConnection({ host, port, user, database: pathname.slice(1) });
  for (let query = 0; query < 4; query++) await connection.query("SELECT 1");
  for (const name of readdirSync(folder)) {
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  }
  await connection.end();
}

void main(process.argv[2]);
