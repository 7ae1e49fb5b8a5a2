import { getSystemErrorMap } from "node:util";

/** Says in words why the system would not read a file, without its path: `permission denied`. */
export function describeReadError(error: unknown): string {
  const { code, errno } = error as NodeJS.ErrnoException;
  if (code === "ELOOP") return "the link leads in a circle";
  const words = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return words ?? code ?? String(error);
}
