import { MigrateError } from "../errors";
import type { ToolMark } from "../history/tool-mark";
import { readDefinition } from "../server/definitions";
import { quoteQualified } from "../syntax/quote";
import { compareRows } from "./compare-rows";
import { briefly, type OnlineAlter, type OnlineHands, stopped } from "./hands";
import { keepAlive } from "./keep-alive";
import { observe } from "./observe";

/** Checks the copy, then gives it the table's name. */
export async function swap(hands: OnlineHands, alter: OnlineAlter, mark: ToolMark): Promise<void> {
  const { database, table } = alter;
  const [copied] = mark.copies;
  const [old] = mark.olds;
  if (copied === undefined || old === undefined) throw new TypeError("both have names");
  await refuseOtherDefinition(hands, alter, copied);
  await refuseOtherRows(hands, alter, copied);
  const seen = await observe(hands.session, mark);
  if (seen.triggers.length !== mark.triggers.length || seen.copies.length === 0) {
    throw new MigrateError("tool-failed", `somebody dropped what keeps the copy of ${table} up to date.`);
  }
  // Otherwise the server would know nothing about its rows at first, and choose bad plans.
  await hands.session.query(`ANALYZE NO_WRITE_TO_BINLOG TABLE ${quoteQualified(database, copied)}`);
  const [from, to] = [quoteQualified(database, table), quoteQualified(database, copied)];
  await briefly(hands, () =>
    hands.locked(async () => {
      await hands.confirm();
      await hands.session.execute(
        `RENAME TABLE ${from} TO ${quoteQualified(database, old)}, ${to} TO ${from}`,
      );
    }),
  );
}

async function refuseOtherDefinition(
  { session, made }: OnlineHands,
  { database, table }: OnlineAlter,
  copied: string,
): Promise<void> {
  const wanted = await made();
  if (wanted === null) return;
  const is = (await readDefinition(session, { type: "table", database, name: copied }, database)) ?? "";
  // The server renames these constraints together with their table.
  if (is.replaceAll(`\`${copied}_chk_`, `\`${table}_chk_`) === wanted) return;
  throw new MigrateError(
    "tool-failed",
    `the tool makes another table of ${table} than the server would:\n${is}\ninstead of:\n${wanted}`,
    { hint: "Run it when nobody writes, without the mark." },
  );
}

async function refuseOtherRows(
  hands: OnlineHands,
  { database, table }: OnlineAlter,
  copied: string,
): Promise<void> {
  const own = await hands.beside();
  const keeper = keepAlive(hands.confirm);
  try {
    const compared = await compareRows(own, database, table, copied, (rows, percent) => {
      if (hands.stop.aborted || hands.kill.aborted) throw stopped(table);
      if (keeper.lost.aborted) throw keeper.lost.reason;
      if (rows > 0) hands.progress("comparing rows", percent, null);
    });
    if (compared.difference !== null) {
      throw new MigrateError(
        "tool-failed",
        `rows of ${table} would not be the same afterwards: ${compared.difference}.`,
        { hint: "Values may not fit into what the statement makes of their columns. Correct them first." },
      );
    }
    if (compared.notCompared.length > 0) {
      const names = compared.notCompared.join(", ");
      hands.warn(`Values of ${names} in ${table} were not compared with their copies: their type changes.`);
    }
  } finally {
    await keeper.end();
    await own.close();
  }
}
