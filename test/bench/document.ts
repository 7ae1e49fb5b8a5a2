const BEGIN = "<!-- bench -->";
const END = "<!-- /bench -->";

/** The document with what stands between its two bench comments replaced. @throws Error when they are not there */
export function replaceBench(document: string, text: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`benchmarks.md: ${BEGIN} … ${END} are missing`);
  return `${document.slice(0, begin)}${BEGIN}\n\n${text.trim()}\n\n${document.slice(end)}`;
}
