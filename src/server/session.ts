import type { DatabaseSettings } from "../settings/database";
import type { Cluster } from "./cluster";

/** One row as mysql2 returns it: dates and decimals as strings, binary as Buffer. */
export type Row = Readonly<Record<string, unknown>>;

/** A value bound to a `?` placeholder. */
export type SqlValue = string | number | Buffer | null;

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ServerInfo {
  readonly family: "mysql" | "mariadb";
  /** The server's VERSION() text, for example `9.7.4-2` or `10.11.19-MariaDB-0+deb12u1`. */
  readonly version: string;
  /** Tells this server from others behind the same name or address. */
  readonly instance: string;
  /** Database and table names compare without regard to case (lower_case_table_names is not 0). */
  readonly foldsTableNames: boolean;
  /** The sql_mode of a new session has NO_BACKSLASH_ESCAPES, which changes how statements are split. */
  readonly noBackslashEscapes: boolean;
  /** The sql_mode of a new session has ANSI_QUOTES: names stand in double quotes. */
  readonly ansiQuotes: boolean;
  /** The largest command that the server takes, in bytes. */
  readonly maxPacketBytes: number;
  readonly cluster: Cluster;
  /** The server takes no writes, except from privileged accounts. */
  readonly readOnly: boolean;
}

/**
 * How the runner ends its own transactions. With a file's completion_type a plain COMMIT could begin another one or end
 * the session.
 */
export const COMMIT = "COMMIT AND NO CHAIN NO RELEASE";
export const ROLLBACK = "ROLLBACK AND NO CHAIN NO RELEASE";

/** A result column and its value in the first row, as the server typed them. */
export interface TypedValue {
  readonly type: "integer" | "decimal" | "double" | "string" | "null";
  /** Text of the value; for `string` the bytes in the column's own character set as sent. */
  readonly value: string | null;
}

/**
 * One connection to one server, which runs both the migrations' statements and the runner's own, because
 * the advisory lock must be held by the session that executes.
 */
export interface Session {
  readonly server: ServerInfo;
  readonly connectionId: number;
  /** How to reach this very server, for a tool that connects by itself. Contains the password. */
  readonly reached: DatabaseSettings;
  /** The database the session was opened on, as the server spells it (not what a later USE made current). */
  readonly database: string;
  /** Runs the runner's own SQL and returns its rows. Each `?` outside of quotes stands for one of the values. */
  query(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Runs several of the runner's own reads in one round trip and returns the rows of each. Rejects with the first error. */
  queryMany(statements: readonly string[]): Promise<readonly (readonly Row[])[]>;
  /** Runs the runner's own SELECT of one row and returns its values with the types the server gave them. */
  queryTyped(sql: string): Promise<readonly TypedValue[]>;
  /** Runs the runner's own SQL and returns the number of rows it changed. */
  execute(sql: string, values?: readonly SqlValue[]): Promise<number>;
  /** Sends one statement of a migration file verbatim; its rows, if any, are discarded. */
  run(text: string): Promise<void>;
  /** Whether a transaction is open. No round trip right after a `run` whose statement returned no rows. */
  transactionOpen(): Promise<boolean>;
  /**
   * Sends several statements of a migration file in one command. They must return no rows.
   * @param ran called after each statement that ran; when it rejects, the next statement is the one that failed
   */
  runTogether(texts: readonly string[], ran: () => void): Promise<void>;
  /** Opens another session like this one, at the given address if there is one. */
  openBeside(address?: Address | null, withoutDatabase?: boolean): Promise<Session>;
  /**
   * Runs a check before each statement of a file; when the check rejects, the statement is not sent. Null: no check.
   */
  guard(check: ((text: string) => Promise<void>) | null): void;
  /** Closes the connection politely (COM_QUIT); never throws. */
  close(): Promise<void>;
}
