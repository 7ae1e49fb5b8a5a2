import type { HistoryRow } from "./lines";

/** What happened, in a word for people. */
export const ACTION_WORDS: Readonly<Record<HistoryRow["action"], string>> = {
  up: "applied",
  down: "reverted",
  stamp: "stamped",
  unstamp: "unstamped",
  repair: "repaired",
  resolve: "resolved",
};
