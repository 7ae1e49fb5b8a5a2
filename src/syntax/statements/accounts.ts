import type { Token } from "../lexer";
import { type ObjectRef, repeatable, type StatementKind, selfCommitting } from "../statement-kind";
import { hasSequence, isKeyword, readerOver, type TokenReader } from "../token-reader";
import { acceptGuard, readAccount, readAccounts } from "./object-names";

/** Reads on after ALTER USER. */
export function readAlterUser(reader: TokenReader): StatementKind {
  acceptGuard(reader);
  const all = reader.rest();
  const accounts = readAccounts(readerOver(reader.text, all), "user");
  // Run twice, RETAIN would keep the new password instead of the old one, and a factor cannot be added again.
  const once = hasSequence(all, "RETAIN", "CURRENT") || all.some((token) => isKeyword(token, "FACTOR"));
  return once ? selfCommitting("alter", accounts) : repeatable(accounts);
}

/** Reads on after SET PASSWORD. */
export function readSetPassword(reader: TokenReader): StatementKind {
  const account = reader.accept("FOR") ? readAccount(reader, "user") : [CURRENT_USER];
  return hasSequence(reader.rest(), "RETAIN", "CURRENT")
    ? selfCommitting("alter", account)
    : repeatable(account);
}

const CURRENT_USER: ObjectRef = { type: "account", database: null, name: "CURRENT_USER()" };

/** Reads on after GRANT: granting again changes nothing. */
export function readGrant(): StatementKind {
  return repeatable();
}

/** Reads on after REVOKE: most forms fail when there is nothing left to revoke, and later grants must stay. */
export function readRevoke(reader: TokenReader): StatementKind {
  return selfCommitting("alter", revokedFrom(reader.text, reader.rest()));
}

function revokedFrom(text: string, all: readonly Token[]): readonly ObjectRef[] {
  const from = all.findLastIndex((token) => isKeyword(token, "FROM"));
  return readAccounts(readerOver(text, all.slice(from + 1)), "role");
}
