/** TLS as the mysql client names it: https://dev.mysql.com/doc/refman/8.4/en/connection-options.html#option_general_ssl-mode */
export type SslMode = "disabled" | "preferred" | "required" | "verify-ca" | "verify-identity";

export interface SslSettings {
  readonly mode: SslMode;
  /** PEM file paths; null when not given. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  /** Path of a Unix socket; beats host and port when given. */
  readonly socket: string | null;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly ssl: SslSettings;
}

export interface Settings {
  readonly database: DatabaseSettings;
  /** Folder of the migration files, as given (relative to the working folder). */
  readonly dir: string;
  /** Name of the history table. */
  readonly table: string;
}
