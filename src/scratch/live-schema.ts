import type { Settings } from "../config";
import { withSession } from "../database/connection";
import type { ServerInfo } from "../database/session";
import { withTranslatedErrors } from "../run/translate-error";
import { introspect } from "../schema/introspect";
import type { Schema } from "../schema/model";
import { renderSchema } from "../schema/render-schema";
import { withoutIgnored } from "./ignored";
import { liftLimits } from "./scratch-session";

export interface LiveSchema {
  readonly schema: Schema;
  readonly server: ServerInfo;
  /** As SQL, ordered and stable. */
  readonly sql: string;
}

/** Reads the target database's schema, less the history table. Needs no more than to look. */
export async function readLiveSchema(settings: Settings): Promise<LiveSchema> {
  return await withTranslatedErrors(() =>
    withSession(settings.database, async (session) => {
      await liftLimits(session);
      const whole = await introspect(session, session.database, { except: [settings.table] });
      const schema = withoutIgnored(whole, settings);
      return { schema, server: session.server, sql: renderSchema(schema, session.server) };
    }),
  );
}
