import { renderDot } from "./dot";
import { findElk } from "./elk";
import { renderHtml } from "./html";
import { type LayOut, layOutPlainly } from "./layout";
import { renderMarkdown } from "./markdown";
import { renderMermaid } from "./mermaid";
import type { Report } from "./model";
import { readDiagramStyle, readPageParts } from "./page-parts";
import { drawPictures } from "./pictures";
import { renderSvg } from "./svg";

export { type Choice, chooseTables } from "./choose";
export { makeReport, type ReportInput } from "./make";

/** The remark when diagrams are made without elkjs. */
const WITHOUT_ELK =
  "The diagrams are laid out plainly, since elkjs is not installed. For better ones: npm install --save-dev elkjs";

/** A written report, and remarks for the person who asked for it. */
export interface Rendered {
  readonly text: string;
  readonly remarks: readonly string[];
}

/** What a report can be written as. */
export type ReportFormat = "html" | "mermaid" | "svg" | "dot" | "markdown" | "json";

/**
 * Writes a report.
 * @param folder the project that may have the layout library; null: only look beside this package
 */
export async function renderReport(
  report: Report,
  format: ReportFormat,
  folder: string | null,
): Promise<Rendered> {
  const { remarks } = report;
  switch (format) {
    case "html":
      return await renderPage(report, folder);
    case "svg":
      return await renderPicture(report, folder);
    case "mermaid":
      return { text: renderMermaid(report), remarks };
    case "dot":
      return { text: renderDot(report), remarks };
    case "markdown":
      return { text: renderMarkdown(report), remarks };
    case "json":
      return { text: `${JSON.stringify(report, null, 2)}\n`, remarks };
    default:
      return format satisfies never;
  }
}

async function renderPage(report: Report, folder: string | null): Promise<Rendered> {
  const { layOut, remarks } = layoutFor(report, folder);
  const pictures = await drawPictures(report, layOut);
  return { text: renderHtml({ ...report, remarks }, pictures, readPageParts()), remarks };
}

/** The difference where there is nothing else to show it in, else the tables, else the groups of them. */
async function renderPicture(report: Report, folder: string | null): Promise<Rendered> {
  const { layOut, remarks } = layoutFor(report, folder);
  const { overview, groups, difference } = await drawPictures(report, layOut);
  const isBetween = report.difference?.title.startsWith("From ") === true;
  const [picture] = [...(isBetween ? [difference] : []), overview, ...groups].filter((each) => each != null);
  const label = isBetween ? `What changes in ${report.title}` : `Diagram of ${report.title}`;
  const placed = picture?.placed ?? { width: 1, height: 1, boxes: [], edges: [] };
  const { markup } = renderSvg(placed, { label, style: readDiagramStyle() });
  const grouped =
    overview === null || isBetween
      ? []
      : [
          "These are too many tables for one picture: it shows their groups. --tables or --around choose some.",
        ];
  return { text: `${markup}\n`, remarks: [...remarks, ...grouped] };
}

function layoutFor(
  { remarks }: Report,
  folder: string | null,
): { readonly layOut: LayOut; readonly remarks: readonly string[] } {
  const elk = findElk(folder);
  if (elk === null) return { layOut: layOutPlainly, remarks: [...remarks, WITHOUT_ELK] };
  return { layOut: elk, remarks };
}
