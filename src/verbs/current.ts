import { formatMigration, formatVersion } from "../migrations/names";
import type { StatusEntry } from "../plan/version-state";
import { readStatus, type StatusReport } from "./status";
import { defineCommand } from "./verb";

/** A migration by version and name. */
interface Named {
  readonly version: number;
  readonly name: string;
}

export interface CurrentReport {
  readonly database: string;
  /** The database's version; null: base. */
  readonly current: Named | null;
  /** The newest migration of folder and database. */
  readonly head: Named | null;
  readonly pending: number;
  /** Migrations that were left half-way. */
  readonly partial: readonly (Named & {
    readonly direction: "up" | "down";
    readonly done: number;
    readonly total: number;
  })[];
  /** Pending below the current version. */
  readonly outOfOrder: readonly Named[];
}

/** Shows the database's version. */
export const current = defineCommand({
  name: "current",
  summary: "Show the version that the database is at",
  details: ["And what is partial or out of order around it. The first line is the version, or base."],
  options: {},
  examples: ["current", "current --json"],
  run: async (context) => summarize(await readStatus(context.settings())),
  overMany: {
    brief: ({ current, head, pending, partial, outOfOrder }) => ({
      state:
        partial.length + outOfOrder.length > 0
          ? `${partial.length + outOfOrder.length} with a problem`
          : pending > 0
            ? `${pending} pending`
            : "up to date",
      style: partial.length + outOfOrder.length > 0 ? "red" : pending > 0 ? "yellow" : "green",
      from: current?.version ?? null,
      to: head?.version ?? null,
      migrations: pending,
    }),
    parallel: 4,
    columns: { from: "at", to: "head", migrations: "pending" },
    readsFolder: true,
  },
  render: (report, layout) => [
    renderCurrent(report),
    ...report.partial.map(({ done, total, direction, ...migration }) =>
      layout.paint(
        "red",
        `${formatMigration(migration)} is ${direction === "up" ? "applied" : "reverted"} in part only: ${done} of ${total} statements`,
      ),
    ),
    ...report.outOfOrder.map((migration) =>
      layout.paint("yellow", `${formatMigration(migration)} is pending below it, out of order`),
    ),
  ],
});

function summarize({ database, current: version, entries }: StatusReport): CurrentReport {
  const at = entries.find((entry) => entry.version === version);
  const newest = entries.at(-1);
  const pending = entries.filter(({ state }) => state === "pending");
  return {
    database,
    current: at === undefined ? null : named(at),
    head: newest === undefined ? null : named(newest),
    pending: pending.length,
    partial: entries.flatMap((entry) =>
      entry.done === null || entry.total === null
        ? []
        : [
            {
              ...named(entry),
              direction: entry.state === "partial-up" ? "up" : "down",
              done: entry.done,
              total: entry.total,
            },
          ],
    ),
    outOfOrder: pending
      .filter(({ problems }) => problems.some(({ code }) => code === "out-of-order"))
      .map(named),
  };
}

function named({ version, name }: StatusEntry): Named {
  return { version, name };
}

function renderCurrent({ current, head, pending }: CurrentReport): string {
  const at = current === null ? "base" : formatMigration(current);
  if (head === null) return `${at} (there are no migrations)`;
  if (head.version === current?.version) return `${at} (head)`;
  const waiting = pending === 0 ? "" : `${pending} pending, `;
  return `${at} (${waiting}head is ${formatVersion(head.version)})`;
}
