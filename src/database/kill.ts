import type { DatabaseSettings } from "../config";
import { MigrateError } from "../errors";
import { withSession } from "./connection";
import { serverErrno } from "./server-errors";
import type { Session } from "./session";

/** The session has ended by itself. */
const ER_NO_SUCH_THREAD = 1094;

/**
 * Ends the statement that a session is running; nothing happens when it runs none. The session goes on and gets the
 * statement's outcome: an error of number 1317, or success when it was too late.
 * @throws MigrateError as `openSession`, `server-error` when the second connection reached another server; the
 *   driver's error when the user may not
 * @see https://dev.mysql.com/doc/refman/8.4/en/kill.html
 */
export async function killStatement(settings: DatabaseSettings, target: Session): Promise<void> {
  await withSession(
    settings,
    async (session) => {
      // Behind a proxy or a name with several addresses the same number is somebody else's session.
      if (session.server.instance !== target.server.instance) {
        throw new MigrateError("server-error", "The second connection reached another server.");
      }
      await session.run(`KILL QUERY ${target.connectionId}`).catch((error: unknown) => {
        if (serverErrno(error) !== ER_NO_SUCH_THREAD) throw error;
      });
    },
    // The statement may be about to drop it.
    { withoutDatabase: true },
  );
}
