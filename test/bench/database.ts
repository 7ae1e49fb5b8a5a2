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

/** Runs one statement in the database that `url` names and returns its first row's first value. */
export async function ask(url: string, sql: string): Promise<unknown> {
  return await withConnection(url, async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>({ sql, rowsAsArray: true });
    return Array.isArray(rows) ? rows[0]?.[0] : undefined;
  });
}

/** Asks for a number. Who does nothing is fast: @throws Error when it is another one than expected. */
export async function expectAnswer(url: string, sql: string, expected: number): Promise<void> {
  const found = Number(await ask(url, sql));
  if (found !== expected) throw new Error(`${sql}: ${found} instead of ${expected}`);
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
