const BEGIN = "<!-- bench -->";
const END = "<!-- /bench -->";

/** The README with what stands between its two bench comments replaced. @throws Error when they are not there */
export function replaceBench(readme: string, text: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`README.md: ${BEGIN} … ${END} are missing`);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${text.trim()}\n\n${readme.slice(end)}`;
}
