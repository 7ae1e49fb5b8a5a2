import type { FileChange } from "../run/applied-texts";

/** How a file differs from what was applied, in words. */
export function describeChange(change: FileChange): string {
  switch (change) {
    case "none":
      return "unchanged";
    case "comments":
      return "only comments or white space changed";
    case "code":
      return "statements changed";
    case "unknown":
      return "changed; it is too large to say how";
    default:
      return change satisfies never;
  }
}
