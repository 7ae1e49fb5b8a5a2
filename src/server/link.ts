import type { Socket } from "node:net";
import type * as mysql from "mysql2";
import type { Connection } from "mysql2";
import { MigrateError } from "../errors";
import type { Row, SqlValue, TypedValue } from "./session";
import { withValues } from "./values";

/** A connection that knows when it is gone: mysql2 lets some commands on a closed one wait for ever. */
export interface Link {
  readonly connection: mysql.Connection;
  /** Why the connection is gone, or null while it is not. */
  lost: Error | null;
  /** Rejects the running command. */
  fail: (error: Error) => void;
  /** Whether the server takes several statements in one command. */
  multi: boolean;
  /** Whether the last command left a transaction open, as its answer says; null: it does not say. */
  inTransaction: boolean | null;
}

/** Watches over a connection that is open. */
export function watch(connection: mysql.Connection): Link {
  const link: Link = { connection, lost: null, fail: () => {}, multi: false, inTransaction: null };
  connection.on("error", (error) => lose(link, error));
  connection.on("end", () => lose(link, connectionLost()));
  return link;
}

/** Marks the connection as gone and rejects the running command. The first reason given is kept. */
export function lose(link: Link, why: Error): void {
  link.lost ??= why;
  link.fail(link.lost);
}

/**
 * Drops a connection that never became a session. The driver's `destroy` sends the server a FIN and goes on reading;
 * the server's answer is not what the driver expects, and it writes that to stderr. So we also close the socket, which
 * is a private part of the driver.
 */
export function drop(connection: Connection): void {
  connection.on("error", () => {});
  connection.destroy();
  (connection as Connection & { readonly stream?: Socket }).stream?.destroy();
}

/** Runs one command; rejects with the server's error, or with the reason the connection is gone. */
function command<T>(
  link: Link,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (link.lost !== null) {
      reject(link.lost);
      return;
    }
    link.fail = reject;
    link.inTransaction = null;
    start(resolve, reject);
  });
}

function connectionLost(): Error {
  return Object.assign(new Error("the server closed the connection"), { code: "PROTOCOL_CONNECTION_LOST" });
}
/** Runs SQL and gives its rows. */
export function queryRows(link: Link, sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
  return command(link, (resolve, reject) => {
    send(link, sql, values, reject, (rows) => resolve(Array.isArray(rows) ? (rows as Row[]) : []));
  });
}

/** Runs several reads in one command and gives the rows of each. */
export async function queryMany(link: Link, statements: readonly string[]): Promise<Row[][]> {
  const [first, second] = statements;
  if (first === undefined) return [];
  if (second === undefined) return [await queryRows(link, first)];
  await setMulti(link, true);
  return await command(link, (resolve, reject) => {
    send(link, statements.join(SEPARATOR), [], reject, (results) => resolve(results as Row[][]));
  });
}

/**
 * Runs several statements that return no rows in one command. The server stops at the first that fails.
 * @param ran called after each one that ran
 */
export async function runTogether(link: Link, texts: readonly string[], ran: () => void): Promise<void> {
  await setMulti(link, true);
  return await command(link, (resolve, reject) => {
    let count = 0;
    const query = link.connection.query(texts.join(SEPARATOR));
    query.on("result", () => {
      count++;
      ran();
    });
    query.on("error", reject);
    query.on("end", () => {
      if (count === texts.length) resolve();
      else reject(new MigrateError("internal", `the server took ${texts.length} statements for ${count}`));
    });
  });
}

/** On a line of its own, because a statement can end in a comment. */
const SEPARATOR = "\n;\n";

async function setMulti(link: Link, on: boolean): Promise<void> {
  if (link.multi === on) return;
  await command<void>(link, (resolve, reject) => {
    setMultiStatements(link.connection, on, (error) => (error === null ? resolve() : reject(error)));
  });
  link.multi = on;
}

/** Runs SQL and gives the number of rows it changed. */
export function execute(link: Link, sql: string, values: readonly SqlValue[] = []): Promise<number> {
  return command(link, (resolve, reject) => {
    send(link, sql, values, reject, (result) => resolve((result as mysql.ResultSetHeader).affectedRows ?? 0));
  });
}

function send(
  { connection }: Link,
  sql: string,
  values: readonly SqlValue[],
  reject: (error: Error) => void,
  accept: (result: unknown) => void,
): void {
  const done = (error: mysql.QueryError | null, result: unknown): void => {
    if (error === null) accept(result);
    else reject(error);
  };
  connection.query(withValues(sql, values), done);
}

/** Runs a SELECT of one row and gives its values with their types. */
export function queryTyped(link: Link, sql: string): Promise<TypedValue[]> {
  return command(link, (resolve, reject) => {
    const found: TypedValue[] = [];
    const typeCast: mysql.QueryOptions["typeCast"] = (field) => {
      const bytes = field.buffer();
      found.push({
        type: bytes === null ? "null" : valueType(field.type),
        value: bytes === null ? null : bytes.toString("utf8"),
      });
      return null;
    };
    link.connection.query({ sql, typeCast }, (error) => (error === null ? resolve(found) : reject(error)));
  });
}

function valueType(type: string): TypedValue["type"] {
  switch (type) {
    case "TINY":
    case "SHORT":
    case "INT24":
    case "LONG":
    case "LONGLONG":
      return "integer";
    case "DECIMAL":
    case "NEWDECIMAL":
      return "decimal";
    case "FLOAT":
    case "DOUBLE":
      return "double";
    default:
      return "string";
  }
}

/**
 * Runs one statement of a file; the server takes no second one in the same command. Without a callback mysql2 emits the
 * rows instead of collecting them, so that a huge SELECT does not fill the memory.
 */
export async function runVerbatim(link: Link, text: string): Promise<void> {
  await setMulti(link, false);
  return await command(link, (resolve, reject) => {
    let header = false;
    const query = link.connection.query(text);
    query.on("fields", (fields: unknown) => {
      header = fields === undefined;
      link.inTransaction = null;
    });
    query.on("result", (result: unknown) => {
      if (header) link.inTransaction = isInTransaction(result as StatusHeader);
    });
    query.on("error", reject);
    query.on("end", () => resolve());
  });
}

type StatusHeader = mysql.ResultSetHeader & { readonly serverStatus?: number };

const SERVER_STATUS_IN_TRANS = 1;

/** @see https://dev.mysql.com/doc/dev/mysql-server/latest/mysql__com_8h.html (SERVER_STATUS_IN_TRANS) */
function isInTransaction({ serverStatus }: StatusHeader): boolean | null {
  return serverStatus === undefined ? null : (serverStatus & SERVER_STATUS_IN_TRANS) !== 0;
}

/** Whether a transaction is open; asks the server when the last command's answer did not say. */
export async function isTransactionOpen(link: Link): Promise<boolean> {
  // Any statement that returns no rows is answered with the session's state.
  if (link.inTransaction === null) await runVerbatim(link, "DO 0");
  return link.inTransaction === true;
}

/** Ends the session politely, or drops the connection if it is already lost. */
export function close({ connection, lost }: Link): Promise<void> {
  return new Promise((resolve) => {
    const destroy = (): void => {
      connection.destroy();
      resolve();
    };
    if (lost === null) connection.end(destroy);
    else destroy();
  });
}

/** What the driver expects of a command, and what it hands to one. */
interface Command {
  /** Called once to send it, and then with every packet of the answer. @returns whether that was the last one */
  execute(packet: Packet | undefined, connection: Connection): boolean;
}

interface Packet {
  isError(): boolean;
  asError(encoding: string): Error;
}

const COM_SET_OPTION = 0x1b;
const MULTI_STATEMENTS_ON = 0;
const MULTI_STATEMENTS_OFF = 1;

/**
 * Makes the server take several statements in one command, or only one. The driver can ask for this only when it
 * connects and has no call to change it later, so this uses private parts of it; that is why package.json allows no
 * other minor version.
 * @param done called with the server's error, or null
 * @see https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_set_option.html
 */
export function setMultiStatements(
  connection: Connection,
  on: boolean,
  done: (error: Error | null) => void,
): void {
  const bytes = Buffer.from([0, 0, 0, 0, COM_SET_OPTION, on ? MULTI_STATEMENTS_ON : MULTI_STATEMENTS_OFF, 0]);
  bytes.writeUIntLE(bytes.length - 4, 0, 3);
  const request = {
    buffer: bytes,
    length: () => bytes.length,
    writeHeader: (sequenceId: number) => bytes.writeUInt8(sequenceId, 3),
  };
  const command: Command = {
    execute(packet) {
      if (packet === undefined) {
        connection.sequenceId = 0;
        connection.writePacket(request);
        return false;
      }
      done(packet.isError() ? packet.asError("utf8") : null);
      return true;
    },
  };
  (connection as Connection & { addCommand(added: Command): void }).addCommand(command);
}
