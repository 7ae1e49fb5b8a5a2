import type { Problem } from "../errors";

/** A setting that cannot be used. Its message names the setting and never carries a secret. */
export function badSetting(message: string, hint: string | null = null): Problem {
  return { code: "bad-setting", file: null, message, hint };
}

/** A setting that is needed and not there. */
export function missingSetting(message: string, hint: string | null = null): Problem {
  return { code: "missing-setting", file: null, message, hint };
}
