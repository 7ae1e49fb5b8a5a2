import type { ObjectRef } from "../syntax/classify";
import { quoteQualified } from "../syntax/quote";
import { serverErrno } from "./error-numbers";
import type { Session } from "./session";

/**
 * The condition for information_schema.TABLES that leaves out what dies with the session. Since 11.2 MariaDB lists the
 * session's temporary tables and sequences there, beside the tables that they hide (MDEV-12459).
 * @see https://mariadb.com/kb/en/information-schema-tables-table/
 */
export const LASTING = "TABLE_TYPE NOT LIKE 'TEMPORARY%'";

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
