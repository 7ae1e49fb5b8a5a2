import { findElk } from "./elk";
import { renderHtml } from "./html";
import { layOutPlainly } from "./layout";
import type { Report } from "./model";
import { readPageParts } from "./page-parts";
import { drawPictures } from "./pictures";

export { makeReport, type ReportInput } from "./make";

/** Said where diagrams are made without it. */
const WITHOUT_ELK =
  "The diagrams are laid out plainly, since elkjs is not installed. For better ones: npm install --save-dev elkjs";

/** A report as it is written, and what whoever asked for it should know. */
export interface Rendered {
  readonly text: string;
  readonly remarks: readonly string[];
}

/**
 * Writes a report as a page.
 * @param folder of the project that may have the layout library; null: only what is beside this package counts
 */
export async function renderPage(report: Report, folder: string | null): Promise<Rendered> {
  const elk = findElk(folder);
  const remarks = elk === null ? [...report.remarks, WITHOUT_ELK] : report.remarks;
  const pictures = await drawPictures(report, elk ?? layOutPlainly);
  return { text: renderHtml({ ...report, remarks }, pictures, readPageParts()), remarks };
}
