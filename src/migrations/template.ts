/** What `create` writes into an up file. @param stem the file's name without its ending */
export function upTemplate(stem: string): string {
  return `-- ${stem}: say here what it does and why. Each statement ends with a semicolon.\n\n`;
}

/** What `create` writes into a down file. */
export function downTemplate(stem: string): string {
  return (
    `-- Takes back what ${stem}.up.sql does, last statement first. If nothing can, remove this file and put the line\n` +
    `--   -- migrate: irreversible\n` +
    `-- at the top of ${stem}.up.sql.\n\n`
  );
}

/** No template is longer than this, with 15 digits and a name of 200 characters, twice. */
const LONGEST = 1_000;

const DASH = "-".charCodeAt(0);

/** The file may have been renumbered since, so the name in it is ignored. */
const SHAPES = [upTemplate, downTemplate].map((template) => {
  const [first = "", ...rest] = template("\0").trimEnd().split("\0").map(literally);
  return new RegExp(`^${[first, ...rest].join("\\S+")}\\s*$`);
});

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Whether a file still contains only what `create` wrote. @param text normalized, whole */
export function isTemplate(text: Buffer): boolean {
  if (text.length > LONGEST || text[0] !== DASH) return false;
  const words = text.toString("utf8");
  return SHAPES.some((shape) => shape.test(words));
}
