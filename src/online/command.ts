import type { DatabaseSettings } from "../settings/database";
import type { OnlineSettings } from "../settings/online";
import type { AlterParts } from "../syntax/alter-wish";

/** The tool that is used unless another one is set. */
export const PT_OSC = "pt-online-schema-change";

/** What a tool is told. */
export interface Order {
  readonly database: string;
  readonly table: string;
  readonly clauses: AlterParts["clauses"];
  readonly user: string;
  /** Of the way to the server, on 127.0.0.1. */
  readonly port: number;
  /** Seconds that it waits for a metadata lock. */
  readonly lockWaitSeconds: number;
  /** The server has the variable explain_format, without which the tool cannot read its plans. */
  readonly explainFormat: boolean;
}

/** A program with its arguments. */
export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
}

/** The file with user and password, as the tool finds it: it has no name in any folder, so that nothing can be left of it. */
export const CONFIG = "/dev/fd/3";

/** Names of what pt-online-schema-change makes: its copy, what it calls the table afterwards, and its triggers. */
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

/** The same of other tools: gh-ost's, and those of pt-online-schema-change behind a script. */
export function namesOfAny(database: string, table: string): ReturnType<typeof namesOf> {
  const own = namesOf(database, table);
  return {
    copies: [...own.copies, `_${table}_gho`, `_${table}_ghc`],
    olds: [...own.olds, `_${table}_del`],
    triggers: own.triggers,
  };
}

/**
 * pt-online-schema-change, told to copy and keep the copy up to date, and nothing more: the tables are swapped by the session that
 * holds the lock, once the copy was compared.
 */
export function ptOscCommand(path: string, order: Order, settings: OnlineSettings): CommandLine {
  const variables = [
    `lock_wait_timeout=${order.lockWaitSeconds}`,
    "innodb_lock_wait_timeout=1",
    // In its default form MySQL 9 prints plans that the tool takes for empty tables.
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

/** The tool gives up beyond this load. By its own default that is twice what makes it pause, which a busy minute reaches. */
function raised(load: string): string {
  return load.replace(/([=:])(\d+)/g, (_, sign, limit) => `${sign}${Number(limit) * 8}`);
}

/**
 * Another tool's command line, for the shell.
 * @param template with `{host}`, `{port}`, `{database}`, `{table}`, `{alter}`, `{user}` and `{config}`, each of which is put in quoted
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

/** What the tool's file says: who connects, and how safely. */
export function configText({ user, password, ssl }: DatabaseSettings): string {
  const lines = [`user=${quoted(user)}`, `password=${quoted(password)}`];
  if (ssl.mode !== "disabled" && ssl.mode !== "preferred") {
    // MariaDB's library and MySQL's have words of their own, and pass over each other's. A name cannot be compared: the way
    // leads through this machine.
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
