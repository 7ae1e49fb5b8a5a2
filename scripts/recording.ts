/** One line of a terminal, and when it came. */
export interface RecordedLine {
  readonly text: string;
  /** Milliseconds since the recording began. */
  readonly atMs: number;
}

const COLUMNS = 96;
const ROWS = 24;
const LINE_HEIGHT = 18;
const CHARACTER_WIDTH = 7.8; // of a monospaced font of 13 pixels
const MARGIN = 14;
/** Milliseconds. A viewer neither waits for a slow machine nor loses a line to a quick one. */
const SHORTEST = 60;
const LONGEST = 900;
const AT_THE_END = 5_000;

/**
 * A recording as a picture that moves: the lines come in at the bottom, at the pace at which they came, and begin again after the
 * last one. Who asked for less motion sees the end of it.
 * @returns an SVG document without scripts and without anything to fetch
 */
export function renderRecording(title: string, lines: readonly RecordedLine[]): string {
  const times = pace(lines);
  const total = (times.at(-1) ?? 0) + AT_THE_END;
  const width = Math.ceil(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN);
  const height = ROWS * LINE_HEIGHT + 2 * MARGIN;
  const steps = times.map((at, index) => `${percent(at, total)} { transform: ${upBy(index + 1)}; }`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #d8dee9; white-space: pre; }
.typed { fill: #a3d977; }
.said { fill: #8fb8de; }
.detail { fill: #8a94a6; }
#lines { transform: ${upBy(lines.length)}; }
@media (prefers-reduced-motion: no-preference) { #lines { animation: roll ${(total / 1_000).toFixed(1)}s step-end infinite; } }
@keyframes roll {
0% { transform: ${upBy(0)}; }
${steps.join("\n")}
}
</style>
<clipPath id="window"><rect x="0" y="${MARGIN}" width="${width}" height="${ROWS * LINE_HEIGHT}"/></clipPath>
<rect width="${width}" height="${height}" rx="8" fill="#1e2430"/>
<g clip-path="url(#window)"><g id="lines">
${lines.map(({ text }, index) => renderLine(text, index)).join("\n")}
</g></g>
</svg>
`;
}

/** The lines that a picture shows, as `renderRecording` was given them, cut at the window's edge. */
export function readRecording(svg: string): readonly string[] {
  return [...svg.matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, text = ""]) =>
    text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&"),
  );
}

/** What the window shows of a line. */
export function cutLine(text: string): string {
  return text.length > COLUMNS ? `${text.slice(0, COLUMNS - 1)}…` : text;
}

function renderLine(text: string, index: number): string {
  const y = MARGIN + (ROWS + index) * LINE_HEIGHT + 13;
  return `<text class="${kindOf(text)}" x="${MARGIN}" y="${y}">${escaped(cutLine(text))}</text>`;
}

function kindOf(text: string): string {
  if (text.startsWith("$ ")) return "typed";
  if (text.startsWith("  ")) return "detail";
  return /^[A-Z].*[:?.]$/.test(text) ? "said" : "printed";
}

/** When each line is shown, in milliseconds. */
function pace(lines: readonly RecordedLine[]): readonly number[] {
  let shown = 0;
  return lines.map(({ atMs }, index) => {
    const gap = atMs - (lines[index - 1]?.atMs ?? 0);
    shown += Math.min(LONGEST, Math.max(SHORTEST, gap));
    return shown;
  });
}

function upBy(lines: number): string {
  return `translateY(${-lines * LINE_HEIGHT}px)`;
}

function percent(at: number, total: number): string {
  return `${((at / total) * 100).toFixed(3)}%`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
