import { hostname, userInfo } from "node:os";
import { packageVersion } from "../version";

/** Who runs this, for the history. */
export interface Identity {
  readonly osUser: string;
  readonly host: string;
  readonly toolVersion: string;
}

export function readIdentity(): Identity {
  return { osUser: userName(), host: hostname(), toolVersion: packageVersion() };
}

/** A container may run under a user id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
