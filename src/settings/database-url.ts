import type { Problem } from "../errors";
import { badSetting } from "./environment";

/** TLS as the mysql client names it: https://dev.mysql.com/doc/refman/8.4/en/connection-options.html#option_general_ssl-mode */
export type SslMode = "disabled" | "preferred" | "required" | "verify-ca" | "verify-identity";

export interface SslSettings {
  /** How much TLS. Default `preferred`; with only a `ca`, `verify-ca`. */
  readonly mode: SslMode;
  /** Path of the certificate authority's PEM file; null when not given. */
  readonly ca: string | null;
  /** Path of the client certificate's PEM file; null when not given. */
  readonly cert: string | null;
  /** Path of the client key's PEM file; null when not given. */
  readonly key: string | null;
}

/** The URL parameters about TLS, as given. */
export interface SslParameters {
  readonly "ssl-mode"?: string;
  readonly "ssl-ca"?: string;
  readonly "ssl-cert"?: string;
  readonly "ssl-key"?: string;
}

/** Their names, in the order in which messages list them. */
export const sslParameterNames = ["ssl-mode", "ssl-ca", "ssl-cert", "ssl-key"] as const;

const MODES: readonly SslMode[] = ["disabled", "preferred", "required", "verify-ca", "verify-identity"];

/**
 * @param refuse called for each value that cannot be used
 * @returns null when something was refused
 * @see https://dev.mysql.com/doc/refman/8.4/en/connection-options.html#encrypted-connection-options
 */
export function readSsl(given: SslParameters, refuse: (why: string) => void): SslSettings | null {
  const ca = given["ssl-ca"] ?? null;
  const cert = given["ssl-cert"] ?? null;
  const key = given["ssl-key"] ?? null;
  // The mysql client writes VERIFY_CA; both spellings mean the same mode. Like that client, we check a CA that is given
  // without a mode.
  const text =
    given["ssl-mode"]?.toLowerCase().replace("_", "-") ?? (ca === null ? "preferred" : "verify-ca");
  const mode = MODES.find((known) => known === text) ?? null;
  if (mode === null) refuse(`has an unknown ssl-mode; known modes: ${MODES.join(", ")}.`);
  if ((cert === null) !== (key === null)) refuse("has one of ssl-cert and ssl-key without the other.");
  const files = ca !== null || cert !== null || key !== null;
  if (mode === "disabled" && files) refuse("has ssl-mode=disabled together with certificate files.");
  if (mode === null || (cert === null) !== (key === null) || (mode === "disabled" && files)) return null;
  return { mode, ca, cert, key };
}

/** Where a server is; null: not given. */
export interface Place {
  readonly host: string | null;
  readonly port: string | null;
}

/** The parts of a database URL; null: not given. */
export interface UrlParts {
  readonly host: string | null;
  readonly port: string | null;
  /** Other servers with the same data, after the first one. */
  readonly others: readonly Place[];
  readonly socket: string | null;
  readonly user: string | null;
  readonly password: string | null;
  readonly database: string;
  readonly ssl: SslSettings | null;
}

const SHAPE = "mysql://user:password@host:port/database";
const ENCODE =
  "Percent-encode what is special in a user name, password or database: @ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25.";

/**
 * Reads `mysql://user:password@host:port/database?ssl-mode=…`, also `mariadb://`. Not `new URL()`: it accepts garbage
 * as a URL of an unknown scheme, and its errors quote the text, including the password.
 * @param name the setting's name, for messages; they never contain the URL itself
 * @param serverOnly the URL need not name a database; then the name is empty
 * @returns null when the text was refused; the reasons are then added to `problems`
 */
export function parseDatabaseUrl(
  name: string,
  text: string,
  problems: Problem[],
  serverOnly = false,
): UrlParts | null {
  const found: Problem[] = [];
  const refuse = (message: string, hint: string | null = null): void => {
    found.push(badSetting(`${name} ${message}`, hint));
  };
  const parts = readParts(text, serverOnly, refuse);
  const tls = sslParameterNames.some((parameter) => parts?.parameters[parameter] !== undefined);
  const ssl = parts !== null && tls ? readSsl(parts.parameters, (why) => refuse(why)) : null;
  problems.push(...found);
  if (parts === null || found.length > 0) return null;
  const { parameters, ...rest } = parts;
  return { ...rest, socket: parameters.socket ?? null, ssl };
}

type Refuse = (message: string, hint?: string | null) => void;

interface Pieces {
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

interface RawParts extends Omit<UrlParts, "ssl" | "socket"> {
  readonly parameters: Parameters;
}

type Parameters = SslParameters & { readonly socket?: string };

function readParts(text: string, serverOnly: boolean, refuse: Refuse): RawParts | null {
  const pieces = cut(text, refuse);
  if (pieces === null) return null;
  const at = pieces.authority.lastIndexOf("@");
  const [user, password] = splitOnce(at === -1 ? "" : pieces.authority.slice(0, at), ":");
  const [place = null, ...others] = pieces.authority
    .slice(at + 1)
    .split(",")
    .map((text) => readPlace(text, refuse));
  const parameters = readParameters(pieces.query, refuse);
  const decoded = {
    user: user === "" ? null : decode(user),
    password: password === null ? null : decode(password),
    database: decode(pieces.path),
  };
  for (const [part, value] of Object.entries(decoded)) {
    if (value === undefined) refuse(`has a % in its ${part} that starts no valid percent-encoding.`, ENCODE);
  }
  if (decoded.database === "" && !serverOnly)
    refuse("names no database.", `Name it after the host: ${SHAPE}`);
  const { user: name, password: secret, database } = decoded;
  if (name === undefined || secret === undefined || database === undefined) return null;
  if (place === null || parameters === null) return null;
  return {
    ...place,
    others: others.filter((other) => other !== null),
    user: name,
    password: secret,
    database,
    parameters,
  };
}

function cut(text: string, refuse: Refuse): Pieces | null {
  const scheme = /^((?:jdbc:)?[a-z][a-z0-9+.-]*):\/\//i.exec(text);
  if (scheme === null) {
    refuse("is not a URL.", `It has this shape: ${SHAPE}`);
    return null;
  }
  const [prefix, protocol = ""] = scheme;
  if (!["mysql", "mariadb"].includes(protocol.toLowerCase())) {
    refuse(`is a URL for ${protocol}://, not for MySQL or MariaDB.`, `It has this shape: ${SHAPE}`);
    return null;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL or a stray newline is what is looked for
  if (/[\s\u0000-\u001f]/.test(text)) {
    refuse("has white space or a control character in it.", ENCODE);
    return null;
  }
  if (text.includes("#")) {
    refuse("has a # in it.", ENCODE);
    return null;
  }
  const [beforeQuery, query] = splitOnce(text.slice(prefix.length), "?");
  const [authority, path] = splitOnce(beforeQuery, "/");
  if ((path ?? "").includes("/") || (path ?? "").includes("@") || (query ?? "").includes("@")) {
    refuse("has more than a database name after the host.", ENCODE);
    return null;
  }
  return { authority, path: path ?? "", query: query ?? "" };
}

function readPlace(text: string, refuse: Refuse): Place | null {
  const match = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([^[\]:]*))(?::([^:]*))?$/i.exec(text);
  const host = match === null ? undefined : (match[1] ?? decode(match[2] ?? ""));
  if (match === null || host === undefined) {
    refuse("has a host that cannot be read.", `An IPv6 address goes in brackets: [::1]. ${ENCODE}`);
    return null;
  }
  const port = match[3] ?? null;
  if (port === "") {
    refuse("has a colon after the host, but no port.");
    return null;
  }
  return { host: host === "" ? null : host, port };
}

const PARAMETERS: readonly string[] = [...sslParameterNames, "socket"];

function readParameters(query: string, refuse: Refuse): Parameters | null {
  const given: Record<string, string> = {};
  let fine = true;
  const reject = (message: string, hint: string | null = null): void => {
    refuse(message, hint);
    fine = false;
  };
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const [rawName, rawValue] = splitOnce(pair, "=");
    const name = decode(rawName);
    const value = decode(rawValue ?? "");
    if (name === undefined || !PARAMETERS.includes(name)) {
      // We print only what looks like a name: after an unencoded ? in a password, this is part of the password.
      const shown =
        name !== undefined && rawValue !== null && /^[a-z][a-z_-]*$/i.test(name) ? ` ${name}` : "";
      reject(`has an unknown parameter${shown}.`, `Known parameters: ${PARAMETERS.join(", ")}.`);
    } else if (name in given) reject(`has the parameter ${name} twice.`);
    else if (value === undefined || value === "") reject(`has no usable value for the parameter ${name}.`);
    else given[name] = value;
  }
  return fine ? given : null;
}

/** @returns undefined when a % does not start a valid escape, or the bytes are not UTF-8 */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function splitOnce(text: string, separator: string): [string, string | null] {
  const index = text.indexOf(separator);
  return index === -1 ? [text, null] : [text.slice(0, index), text.slice(index + separator.length)];
}
