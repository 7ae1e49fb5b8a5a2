import type { Statement } from "../syntax/statement";

/** Statements whose effect is not confined to one database. */
const SERVER_WIDE =
  /^(use|grant|revoke|flush|reset|purge|kill|shutdown|restart|clone|install|uninstall|change|stop|start\s+(slave|replica|group_replication)|((create|drop|alter|rename)(\s+or\s+replace)?\s+(database|schema|user|role|server|tablespace|undo|logfile|resource))|set\s+(global|persist|persist_only|default\s+role|password|@@global|@@persist))\b/i;

/**
 * Why a statement must not run in a throwaway database beside real ones.
 * @param others names of all databases on the server, the real target among them
 * @returns a clause for a message, or null when it stays within its own database
 */
export function whyNotBesideOthers(
  statement: Pick<Statement, "text">,
  others: readonly string[],
): string | null {
  // Ordinary comments, and what opens one whose content runs.
  const code = statement.text.replace(/^(?:\s|\/\*M?!\d*|\/\*[\s\S]*?\*\/|(?:--\s|#).*\n)+/, "");
  const verb = SERVER_WIDE.exec(code);
  if (verb !== null) return `${verb[0].toUpperCase().replace(/\s+/g, " ")} is not about one database only`;
  // Also within strings, which may be prepared and executed. A table or alias of that name is refused as well.
  const named = others.find((name) => mentions(statement.text, name));
  return named === undefined ? null : `it names the database ${named}`;
}

function mentions(text: string, database: string): boolean {
  const name = database.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w$])(?:\`${name}\`|${name})\\s*\\.`, "i").test(text);
}
