import type { HistoryRow } from "../database/history";
import { formatVersion } from "../files/filename";
import { readLog } from "../run/log";
import { defineCommand } from "./command";
import { type Cell, type Column, formatDuration, type Layout, layOutTable, plural } from "./layout";
import { text, value } from "./options";

/** Shows what was done, as a log. */
export const history = defineCommand({
  name: "history",
  summary: "Show what was done: applied, reverted, stamped, repaired, resolved",
  details: [
    "Newest last. It is a log: reverting a migration adds a line. Times are in UTC. Changes nothing.",
  ],
  options: {
    range: value("A:B", text, "Only these versions, such as 3:7, :head, base: or -2:head"),
  },
  examples: ["history", "history --range 3:7", "history --range -2: --json"],
  run: async (context) => readLog(context.settings(), context.options.range),
  render: ({ lines, initialized, database }, layout) => {
    if (lines.length > 0) return renderLog(lines, layout);
    return [initialized ? `Nothing was done in ${database}.` : `${database} has no history table yet.`];
  },
});

/** Lines of the history as a table. */
export function renderLog(lines: readonly HistoryRow[], layout: Layout): readonly string[] {
  return layOutTable(COLUMNS, lines.map(toCells), layout);
}

const COLUMNS: readonly Column[] = [
  { title: "when" },
  { title: "version" },
  { title: "name" },
  { title: "what" },
  { title: "details", shrinks: true },
];

function toCells(line: HistoryRow): readonly Cell[] {
  return [
    line.startedAt.slice(0, 19).replace("T", " "),
    formatVersion(line.version),
    line.name,
    describe(line),
    details(line),
  ];
}

/** The reason first: it is what a person wrote, and a narrow terminal cuts the end. */
function details({ action, reason, done, durationMs, dbUser, osUser, host }: HistoryRow): string {
  const ran = action === "up" || action === "down";
  const took = durationMs === null ? "" : ` in ${formatDuration(durationMs)}`;
  const parts = [
    reason,
    ran ? `${plural(done, "statement")}${took}` : null,
    `by ${dbUser} (${osUser}@${host})`,
  ];
  return parts.filter((part) => part !== null).join("; ");
}

const WORDS: Readonly<Record<HistoryRow["action"], string>> = {
  up: "applied",
  down: "reverted",
  stamp: "stamped",
  unstamp: "unstamped",
  repair: "repaired",
  resolve: "resolved",
};

function describe({ action, finishedAt, done, total }: HistoryRow): Cell {
  const word = WORDS[action];
  if (finishedAt !== null) return { text: word, style: action === "up" ? "green" : null };
  return { text: `${word} ${done} of ${total}`, style: "red" };
}
