import type { Environment } from "../settings/settings";

/** The environment of this process, for the one function of the typed API that starts programs. */
export function ownEnvironment(): Environment {
  return process.env;
}
