/** Every verb, in the order in which help lists them. Calling one loads its file. */
export const verbs = {
  init: () => (require("./init") as typeof import("./init")).init,
  create: () => (require("./create") as typeof import("./create")).create,
  up: () => (require("./up") as typeof import("./up")).up,
  down: () => (require("./down") as typeof import("./down")).down,
  redo: () => (require("./redo") as typeof import("./redo")).redo,
  status: () => (require("./status") as typeof import("./status")).status,
  current: () => (require("./current") as typeof import("./current")).current,
  history: () => (require("./history") as typeof import("./history")).history,
  show: () => (require("./show") as typeof import("./show")).show,
  heads: () => (require("./heads") as typeof import("./heads")).heads,
  branches: () => (require("./branches") as typeof import("./branches")).branches,
  merge: () => (require("./merge") as typeof import("./merge")).merge,
  stamp: () => (require("./stamp") as typeof import("./stamp")).stamp,
  repair: () => (require("./repair") as typeof import("./repair")).repair,
  resolve: () => (require("./resolve") as typeof import("./resolve")).resolve,
  diff: () => (require("./diff") as typeof import("./diff")).diff,
  verify: () => (require("./verify") as typeof import("./verify")).verify,
  check: () => (require("./check") as typeof import("./check")).check,
  dump: () => (require("./dump") as typeof import("./dump")).dump,
  edit: () => (require("./edit") as typeof import("./edit")).edit,
  completion: () => (require("./completion") as typeof import("./completion")).completion,
};

export type Verb = keyof typeof verbs;

/** Whether a word is a verb. */
export function isVerb(word: string): word is Verb {
  return Object.hasOwn(verbs, word);
}
