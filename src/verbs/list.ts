import { baseline } from "./baseline";
import { branches } from "./branches";
import { check } from "./check";
import { completion } from "./completion";
import { create } from "./create";
import { current } from "./current";
import { diff } from "./diff";
import { down } from "./down";
import { dump } from "./dump";
import { edit } from "./edit";
import { heads } from "./heads";
import { history } from "./history";
import { init } from "./init";
import { lint } from "./lint";
import { merge } from "./merge";
import { redo } from "./redo";
import { repair } from "./repair";
import { report } from "./report";
import { resolve } from "./resolve";
import { sandbox } from "./sandbox";
import { show } from "./show";
import { squash } from "./squash";
import { stamp } from "./stamp";
import { status } from "./status";
import { up } from "./up";
import { verify } from "./verify";

/** Every verb, in the order in which help lists them. */
export const verbs = {
  init,
  create,
  up,
  down,
  redo,
  status,
  current,
  history,
  show,
  heads,
  branches,
  merge,
  stamp,
  baseline,
  squash,
  repair,
  resolve,
  diff,
  lint,
  verify,
  check,
  dump,
  sandbox,
  report,
  edit,
  completion,
};

export type Verb = keyof typeof verbs;

/** Whether a word is a verb. */
export function isVerb(word: string): word is Verb {
  return Object.hasOwn(verbs, word);
}
