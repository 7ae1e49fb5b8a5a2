import type { Settings } from "../config";
import { withSession } from "../database/connection";
import type { ServerInfo, Session } from "../database/session";
import { withTranslatedErrors } from "../run/translate-error";
import { introspect } from "../schema/introspect";
import type { Schema } from "../schema/model";
import { renderSchema } from "../schema/render-schema";
import { withoutIgnored } from "./ignored";

export interface LiveSchema {
  readonly schema: Schema;
  readonly server: ServerInfo;
  /** As SQL, ordered and stable. */
  readonly sql: string;
}

/** Reads the target database's schema, less the history table. Needs no more than to look. */
export async function readLiveSchema(settings: Settings): Promise<LiveSchema> {
  const read = async (session: Session): Promise<LiveSchema> => {
    const whole = await introspect(session, session.database, { except: [settings.table] });
    const schema = withoutIgnored(whole, settings);
    return { schema, server: session.server, sql: renderSchema(schema, session.server) };
  };
  return await withTranslatedErrors(() => withSession(settings.database, read, { unlimited: true }));
}
