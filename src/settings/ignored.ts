/** Patterns of names; null or left out: nothing is ignored. */
export interface Ignored {
  /** Names that are left out of every comparison, and do not count when we look whether a database is empty. */
  readonly ignore?: readonly string[];
  /** Tables whose partitions are not compared. */
  readonly ignorePartitions?: readonly string[];
}

/** Reads lists of patterns such as `knex_*,_*_gho`; a list that is not given is left out. */
export function readIgnored(
  ignore: string | null | undefined,
  ignorePartitions: string | null | undefined,
): Ignored {
  const list = (text: string): readonly string[] =>
    text
      .split(",")
      .map((pattern) => pattern.trim())
      .filter((pattern) => pattern !== "");
  return {
    ...(ignore == null ? {} : { ignore: list(ignore) }),
    ...(ignorePartitions == null ? {} : { ignorePartitions: list(ignorePartitions) }),
  };
}

/** Whether a name matches one of the patterns, in upper or lower case; `*` stands for any characters, `?` for one. */
export function createMatcher(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map((pattern) => {
    const escaped = pattern.replace(/[\\^$.+()[\]{}|]/g, "\\$&");
    return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "isu");
  });
  return (name) => expressions.some((expression) => expression.test(name));
}
