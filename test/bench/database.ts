import { createConnection, type RowDataPacket } from "mysql2/promise";
import type { PrivateServer } from "../../src/scratch/private-server";

/** Makes an empty database of that name, dropping the one that is there, and returns its URL. */
export async function freshDatabase(server: PrivateServer, name: string): Promise<string> {
  const url = `${server.url}/${name}`;
  await withConnection(server.url, async (connection) => {
    await connection.query(`DROP DATABASE IF EXISTS ${name}`);
    await connection.query(`CREATE DATABASE ${name} DEFAULT CHARACTER SET utf8mb4`);
  });
  return url;
}

/** Drops a database. */
export async function dropDatabase(server: PrivateServer, name: string): Promise<void> {
  await withConnection(server.url, (connection) => connection.query(`DROP DATABASE IF EXISTS ${name}`));
}

/** Runs one statement in the database that `url` names and returns its first row's first value. */
export async function ask(url: string, sql: string): Promise<unknown> {
  return await withConnection(url, async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>({ sql, rowsAsArray: true });
    return Array.isArray(rows) ? rows[0]?.[0] : undefined;
  });
}

async function withConnection<T>(
  url: string,
  body: (connection: Awaited<ReturnType<typeof createConnection>>) => Promise<T>,
): Promise<T> {
  const connection = await createConnection(url);
  try {
    return await body(connection);
  } finally {
    await connection.end();
  }
}
