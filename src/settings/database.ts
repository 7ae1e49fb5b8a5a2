import { inspect } from "node:util";
import type { Problem } from "../errors";
import type { SslSettings } from "./database-url";
import { parseDatabaseUrl, type UrlParts } from "./database-url";
import { badSetting, type Given, missingSetting, type Part } from "./environment";

export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  /** Other servers of the same cluster, tried in turn until one can write. */
  readonly others?: readonly { readonly host: string; readonly port: number }[];
  /** Path of a Unix socket; overrides host and port when given. */
  readonly socket: string | null;
  readonly user: string;
  readonly password: string;
  /**
   * Reads the password from its file again, because tokens live only for minutes. Left out: it did not come from a
   * file.
   */
  readonly passwordNow?: () => string;
  readonly database: string;
  readonly ssl: SslSettings;
}

/** Where settings come from: what was given for each part, and the part's name there. */
export interface Source {
  /** null: not given, or refused; then the reason is already among the problems. */
  readonly given: Readonly<Record<Part, Given | null>>;
  readonly names: Readonly<Record<Part, string>>;
  readonly ssl: SslSettings | null;
  /** For the message when nothing is given at all. */
  readonly howToGive: string;
  /** Only the server matters: a URL need not name a database. */
  readonly serverOnly?: true;
}

type Field = Exclude<Part, "url">;

const DEFAULT_HOST = "localhost";
const DEFAULT_PORT = "3306";
const NO_TLS_WISH: SslSettings = { mode: "preferred", ca: null, cert: null, key: null };

/**
 * Settles which server and database are meant. A URL and single settings can complete each other, but if both give a
 * part, they must agree.
 * @returns null when something was refused; the reasons are then added to `problems`
 */
export function settleDatabase(source: Source, problems: Problem[]): DatabaseSettings | null {
  const { given, names } = source;
  const before = problems.length;
  const url =
    given.url === null
      ? null
      : parseDatabaseUrl(given.url.name, given.url.value, problems, source.serverOnly);
  if (problems.length > before) return null;
  if (Object.values(given).every((value) => value === null)) {
    problems.push(missingSetting("No database is set.", source.howToGive));
    return null;
  }
  const value = (field: Field): string | null => settle(field, source, url, problems);
  const host = value("host");
  const socket = value("socket");
  if (socket !== null && given.host !== null && given.host.value !== DEFAULT_HOST) {
    const where = given.socket?.name ?? given.url?.name ?? names.socket;
    problems.push(badSetting(`${where} names a socket and ${given.host.name} a host.`, "Keep one of them."));
  }
  const nameless = source.serverOnly === true && (url?.database ?? "") === "";
  const fields = {
    user: value("user"),
    database: nameless ? (given.database?.value ?? "") : value("database"),
  };
  for (const [field, text] of Object.entries(fields)) {
    if (text === null) problems.push(missingSetting(missing(field as Field, source)));
  }
  const port = value("port") ?? DEFAULT_PORT;
  const others = settleOthers(url, names.url, problems);
  const password = value("password") ?? "";
  const again = passwordAgain(source, url);
  if (problems.length > before) return null;
  return guarded({
    host: host ?? DEFAULT_HOST,
    port: Number(port),
    ...(others.length === 0 ? {} : { others }),
    socket,
    user: fields.user ?? "",
    password,
    ...(again === null ? {} : { passwordNow: lastKnown(again, password) }),
    database: fields.database ?? "",
    ssl: url?.ssl ?? source.ssl ?? NO_TLS_WISH,
  });
}

/** While the file is being replaced it may be missing for a moment. */
function lastKnown(again: () => string | null, first: string): () => string {
  let last = first;
  return () => {
    last = again() ?? last;
    return last;
  };
}

/** How to read the password again if it came from a file; null: it did not. */
function passwordAgain({ given }: Source, url: UrlParts | null): (() => string | null) | null {
  if (given.password?.again !== undefined) return given.password.again;
  const { name, again } = given.url ?? {};
  if (name === undefined || again === undefined || url === null || url.password === null) return null;
  return () => {
    const text = again();
    return text === null ? null : (parseDatabaseUrl(name, text, [], true)?.password ?? null);
  };
}

function settleOthers(
  url: UrlParts | null,
  name: string,
  problems: Problem[],
): readonly { readonly host: string; readonly port: number }[] {
  return (url?.others ?? []).map(({ host, port }) => {
    for (const [field, text] of [
      ["host", host ?? ""],
      ["port", port ?? DEFAULT_PORT],
    ] as const) {
      const why = whyUnusable(field, text);
      if (why !== null) problems.push(badSetting(`${name}: one ${field} of its list ${why}.`));
    }
    return { host: host ?? "", port: Number(port ?? DEFAULT_PORT) };
  });
}

function missing(field: Field, { given, names }: Source): string {
  const url = given.url === null ? "" : `${given.url.name} names no ${field}, and `;
  return `${url}${names[field]} is not set.`;
}

function settle(field: Field, source: Source, url: UrlParts | null, problems: Problem[]): string | null {
  const single = source.given[field];
  const fromUrl = url?.[field] ?? null;
  const urlName = source.given.url?.name ?? source.names.url;
  if (single !== null && fromUrl !== null && single.value !== fromUrl) {
    problems.push(
      badSetting(`${urlName} and ${single.name} name different ${PLURAL[field]}.`, "Keep one of them."),
    );
    return fromUrl;
  }
  const value = fromUrl ?? single?.value ?? null;
  const why = value === null ? null : whyUnusable(field, value);
  if (why !== null) {
    const name = fromUrl === null ? (single?.name ?? source.names[field]) : `${urlName}: the ${field}`;
    const link =
      field === "port" && !/^\d+$/.test(value ?? "") ? "A port is a number from 1 to 65535." : null;
    problems.push(badSetting(`${name} ${why}.`, link));
  }
  return value;
}

const PLURAL: Readonly<Record<Field, string>> = {
  host: "hosts",
  port: "ports",
  socket: "sockets",
  user: "users",
  password: "passwords",
  database: "databases",
};

/** What is wrong with a value, without showing it; null when nothing is. */
function whyUnusable(field: Field, value: string): string | null {
  if (value.includes("\0")) return "has a NUL byte in it";
  switch (field) {
    case "host":
      return /^[^\s/@?#]+$/.test(value) ? null : "is not a host name or an IP address";
    case "port":
      return /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65535 ? null : "is not a port";
    case "database":
      return whyNoIdentifier(value);
    case "user":
    case "socket":
      return value === "" ? "is empty" : null;
    case "password":
      return null;
    default:
      return field satisfies never;
  }
}

/**
 * Why a text cannot name a database or a table; null when it can.
 * @see https://dev.mysql.com/doc/refman/8.4/en/identifiers.html
 */
export function whyNoIdentifier(name: string): string | null {
  if (name === "") return "is empty";
  if (name.includes("\0")) return "has a NUL byte in it";
  if ([...name].length > 64) return "is longer than 64 characters";
  if (name.endsWith(" ")) return "ends in a space, which MySQL does not allow";
  if (/[\u{10000}-\u{10ffff}]/u.test(name))
    return "has a character beyond U+FFFF, which MySQL does not allow";
  return null;
}

/**
 * Keeps the password out of console.log, JSON and error reports. It stays an ordinary property, because code that
 * connects may copy the object.
 */
export function guarded(settings: DatabaseSettings): DatabaseSettings {
  const shown = (): DatabaseSettings => ({ ...settings, password: "***" });
  Object.defineProperty(settings, "toJSON", { value: shown });
  Object.defineProperty(settings, inspect.custom, { value: shown });
  return settings;
}
