import { readNonTransactionalNames } from "../database/engines";
import type { Session } from "../database/session";

/** How old an answer may be that the next migration takes over, in milliseconds. */
const FRESH_MS = 1_000;

/** Knows the names through which a statement reaches a table whose engine cannot roll back. */
export interface Engines {
  /** @returns as `readNonTransactionalNames`  @throws the driver's error */
  namesSeenFrom(session: Session, database: string): Promise<ReadonlySet<string>>;
  /** A migration begins: what is not fresh is asked again. Until it ends, only `forget` does that. */
  begin(): void;
  /** A statement ran that may have changed them. */
  forget(): void;
}

/**
 * One for a whole run: the question costs milliseconds on a server with many tables, and short migrations come by
 * the hundred.
 */
export function createEngines(): Engines {
  let known: { readonly database: string; readonly names: ReadonlySet<string>; readonly at: number } | null =
    null;
  return {
    async namesSeenFrom(session, database) {
      if (known?.database !== database) {
        const names = await readNonTransactionalNames(session, database);
        known = { database, names, at: performance.now() };
      }
      return known.names;
    },
    begin() {
      if (known !== null && performance.now() - known.at > FRESH_MS) known = null;
    },
    forget() {
      known = null;
    },
  };
}
