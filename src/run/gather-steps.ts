import type { FileScan } from "../migrations/judge-statements";
import type { Step } from "../plan/planned";
import { createClassifier } from "../syntax/classify";
import { createCompanions, FEWEST, type Work } from "./companions";
import type { FileReader } from "./step-files";

/** The most bytes of pairs whose lines are added together: their texts go into the history as well. */
const MOST_BYTES = 256 * 1024;

/** A file that is run together with others, and its statements. */
export interface WholeFile {
  readonly step: Step;
  readonly scan: FileScan;
  readonly works: readonly Work[];
}

/** What is needed to read a step's file. */
export interface StepReader {
  readonly reader: FileReader;
  readonly scan: (step: Step) => Promise<FileScan>;
}

/**
 * The steps, from a given one on, whose files contain only statements that are announced together (see companions.ts).
 * @param most statements
 * @returns none when the first must run by itself
 */
export async function gatherSteps(
  steps: readonly Step[],
  from: number,
  { reader, scan: scanOf }: StepReader,
  most: number,
  maxPacketBytes: number,
): Promise<readonly WholeFile[]> {
  const companions = createCompanions(maxPacketBytes);
  const classify = createClassifier();
  const found: WholeFile[] = [];
  let statements = 0;
  let bytes = Math.min(MOST_BYTES, maxPacketBytes / 8);
  if (most < FEWEST) return found;
  for (let at = from; at < steps.length; at++) {
    const step = steps[at];
    if (step === undefined) break;
    const scan = await scanOf(step);
    const { up, down } = step.migration;
    statements += scan.total;
    bytes -= up.bytes + (down?.bytes ?? 0);
    if (step.resume !== null || !leavesNoTrace(scan) || statements > most || bytes < 0) break;
    const works: Work[] = [];
    for (const statement of reader.look(step).whole) {
      const work = { statement, classified: classify(statement) };
      if (!companions.admit(work)) break;
      works.push(work);
    }
    if (works.length !== scan.total) break;
    found.push({ step, scan, works });
  }
  const enough = found.reduce((sum, { works }) => sum + works.length, 0) >= FEWEST;
  return found.length > 1 && enough ? found : [];
}

/** The file leaves its session like new, and does not depend on what is sent in between. */
function leavesNoTrace({ total, userVariables, usesLastInsertId, usesPrevious }: FileScan): boolean {
  return total > 0 && userVariables.length === 0 && !usesLastInsertId && !usesPrevious;
}
