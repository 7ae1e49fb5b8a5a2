/** One row as mysql2 returns it: big integers as strings when they do not fit, dates as strings, binary as Buffer. */
export type Row = Readonly<Record<string, unknown>>;

/** A value bound to a `?` placeholder. */
export type SqlValue = string | number | bigint | Buffer | null;

export interface ServerInfo {
  readonly family: "mysql" | "mariadb";
  /** The server's VERSION() text, for example `9.7.4-2` or `10.11.19-MariaDB-0+deb12u1`. */
  readonly version: string;
}

/**
 * One connection to one server, which runs both the migrations' statements and the runner's own, because
 * the advisory lock must be held by the session that executes.
 */
export interface Session {
  readonly server: ServerInfo;
  readonly connectionId: number;
  /** The database the session was opened on, as the server spells it (not what a later USE made current). */
  readonly database: string;
  /** Runs the runner's own SQL and returns its rows. With values it is prepared, never interpolated. */
  query(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Runs the runner's own SQL and returns the number of affected rows. */
  execute(sql: string, values?: readonly SqlValue[]): Promise<number>;
  /** Sends one statement of a migration file verbatim; its rows, if any, are discarded. */
  run(text: string): Promise<void>;
  /** Closes the connection politely (COM_QUIT); never throws. */
  close(): Promise<void>;
}
