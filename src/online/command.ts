import type { DatabaseSettings } from "../settings/database";
import type { OnlineSettings } from "../settings/online";
import type { AlterParts } from "../syntax/alter-wish";

/** The default tool. */
export const PT_OSC = "pt-online-schema-change";

/** What a tool needs to know. */
export interface Order {
  readonly database: string;
  readonly table: string;
  readonly clauses: AlterParts["clauses"];
  readonly user: string;
  /** The port of the way to the server, on 127.0.0.1. */
  readonly port: number;
  /** How many seconds it waits for a metadata lock. */
  readonly lockWaitSeconds: number;
  /** Whether the server has the variable explain_format, which must be set so that the tool can read plans. */
  readonly explainFormat: boolean;
}

/** A program with its arguments. */
export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * The tool's path to the file with user and password. The file has no name in any folder, so it cannot be left behind.
 */
export const CONFIG = "/dev/fd/3";

/** The names that pt-online-schema-change uses: for its copy, for the old table afterwards, and for its triggers. */
export function namesOf(
  database: string,
  table: string,
): { copies: readonly string[]; olds: readonly string[]; triggers: readonly string[] } {
  const prefix = `pt_osc_${database}_${table}`.replace(/\W/g, "_").slice(0, 60);
  return {
    copies: [`_${table}_new`],
    olds: [`_${table}_old`],
    triggers: ["del", "upd", "ins"].map((event) => `${prefix}_${event}`),
  };
}

/** The same for other tools: gh-ost, or pt-online-schema-change called by a script. */
export function namesOfAny(database: string, table: string): ReturnType<typeof namesOf> {
  const own = namesOf(database, table);
  return {
    copies: [...own.copies, `_${table}_gho`, `_${table}_ghc`],
    olds: [...own.olds, `_${table}_del`],
    triggers: own.triggers,
  };
}

/**
 * pt-online-schema-change, told only to copy and to keep the copy up to date: the session with the lock swaps the
 * tables, after the copy has been compared.
 */
export function ptOscCommand(path: string, order: Order, settings: OnlineSettings): CommandLine {
  const variables = [
    `lock_wait_timeout=${order.lockWaitSeconds}`,
    "innodb_lock_wait_timeout=1",
    // MySQL 9's default format makes the tool believe that tables are empty.
    ...(order.explainFormat ? ["explain_format=TRADITIONAL"] : []),
  ];
  const lag = settings.maxLag === null ? ["none"] : ["processlist", "--max-lag", String(settings.maxLag)];
  return {
    file: path,
    args: [
      "--config",
      "/dev/null",
      "--execute",
      "--no-version-check",
      "--no-swap-tables",
      "--no-drop-triggers",
      "--no-drop-new-table",
      "--no-drop-old-table",
      "--progress",
      "time,1",
      "--set-vars",
      variables.join(","),
      "--recursion-method",
      ...lag,
      "--max-load",
      settings.maxLoad,
      "--critical-load",
      raised(settings.maxLoad),
      "--chunk-time",
      String(settings.chunkTime),
      "--alter",
      order.clauses,
      `F=${CONFIG},h=127.0.0.1,P=${order.port},A=utf8mb4,D=${order.database},t=${order.table}`,
    ],
  };
}

/**
 * Above this load the tool gives up. Its own default is twice the load at which it pauses, and a busy minute can reach
 * that.
 */
function raised(load: string): string {
  return load.replace(/([=:])(\d+)/g, (_, sign, limit) => `${sign}${Number(limit) * 8}`);
}

/**
 * Another tool's command line, for the shell.
 * @param template with `{host}`, `{port}`, `{database}`, `{table}`, `{alter}`, `{user}` and `{config}`, which are
 * inserted with shell quotes
 */
export function otherCommand(template: string, order: Order): CommandLine {
  const values: Readonly<Record<string, string>> = {
    host: "127.0.0.1",
    port: String(order.port),
    database: order.database,
    table: order.table,
    alter: order.clauses,
    user: order.user,
    config: CONFIG,
  };
  const text = template.replace(/\{(\w+)\}/g, (all, name: string) =>
    Object.hasOwn(values, name) ? shellQuoted(values[name] ?? "") : all,
  );
  return { file: "/bin/sh", args: ["-c", text] };
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The content of the tool's file: who connects, and with which TLS. */
export function configText({ user, password, ssl }: DatabaseSettings): string {
  const lines = [`user=${quoted(user)}`, `password=${quoted(password)}`];
  if (ssl.mode !== "disabled" && ssl.mode !== "preferred") {
    // MariaDB's library and MySQL's have different options, and ignore each other's. The server's name cannot be
    // verified, because the connection goes through this machine.
    lines.push("ssl-enforce", `ssl-mode=${ssl.mode === "required" ? "REQUIRED" : "VERIFY_CA"}`);
  }
  for (const part of ["ca", "cert", "key"] as const) {
    const path = ssl[part];
    if (path !== null) lines.push(`ssl-${part}=${quoted(path)}`);
  }
  return `[client]\n${lines.join("\n")}\n`;
}

/** @see https://dev.mysql.com/doc/refman/8.4/en/option-files.html */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
