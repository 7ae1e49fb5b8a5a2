import type { ObjectRef } from "../syntax/classify";
import { quoteQualified } from "../syntax/quote";
import { serverErrno } from "./server-errors";
import type { Session } from "./session";

/** Whether a table is known to have no rows. @throws the driver's error when the connection is lost */
export async function isEmptyTable(session: Session, { database, name }: ObjectRef): Promise<boolean> {
  try {
    const rows = await session.query(
      `SELECT 1 FROM ${quoteQualified(database ?? session.database, name)} LIMIT 1`,
    );
    return rows.length === 0;
  } catch (error) {
    if (serverErrno(error) === null) throw error;
    return false;
  }
}
