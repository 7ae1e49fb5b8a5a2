import { quoteIdentifier, quoteString } from "../syntax/quote";
import type { Routine, ScheduledEvent, Sequence, Trigger, View } from "./model";

/** Where a trigger goes among those of the same table, timing and event. */
export type TriggerOrder = { readonly word: "FOLLOWS" | "PRECEDES"; readonly trigger: string };

function definerClause(definer: string | null): string {
  return definer === null ? "" : `DEFINER=${definer} `;
}

/** CREATE VIEW, without semicolon; `verb` is CREATE or CREATE OR REPLACE. */
export function createView(view: View, verb: "CREATE" | "CREATE OR REPLACE"): string {
  const algorithm = view.algorithm === "UNDEFINED" ? "" : `ALGORITHM=${view.algorithm} `;
  const security = view.security === "DEFINER" ? "" : `SQL SECURITY ${view.security} `;
  const head = `${verb} ${algorithm}${definerClause(view.definer)}${security}`;
  return `${head}VIEW ${quoteIdentifier(view.name)} ${view.definition}`;
}

/** CREATE TRIGGER, without semicolon; without an order it goes last. */
export function createTrigger(trigger: Trigger, order: TriggerOrder | null): string {
  const name = quoteIdentifier(trigger.name);
  const place = order === null ? "" : `${order.word} ${quoteIdentifier(order.trigger)}\n`;
  const on = `${trigger.timing} ${trigger.event} ON ${quoteIdentifier(trigger.table)} FOR EACH ROW`;
  return `CREATE ${definerClause(trigger.definer)}TRIGGER ${name} ${on}\n${place}${trigger.body}`;
}

/** CREATE PROCEDURE, FUNCTION, PACKAGE or PACKAGE BODY, without semicolon. */
export function createRoutine(routine: Routine, verb: "CREATE" | "CREATE OR REPLACE"): string {
  const type = `${routine.aggregate ? "AGGREGATE " : ""}${routine.type.toUpperCase()}`;
  const name = quoteIdentifier(routine.name);
  return `${verb} ${definerClause(routine.definer)}${type} ${name}${routine.definition}`;
}

/** CREATE EVENT, without semicolon. */
export function createEvent(event: ScheduledEvent): string {
  const parts = [
    `CREATE ${definerClause(event.definer)}EVENT ${quoteIdentifier(event.name)} ON SCHEDULE ${event.schedule}`,
    ...(event.preserve ? ["ON COMPLETION PRESERVE"] : []),
    ...(event.status === "ENABLE" ? [] : [event.status]),
    ...(event.comment === "" ? [] : [`COMMENT ${quoteString(event.comment)}`]),
  ];
  return `${parts.join(" ")}\nDO ${event.body}`;
}

/** ALTER EVENT with what differs, without semicolon. An untouched schedule keeps its start. */
export function alterEvent(from: ScheduledEvent, to: ScheduledEvent, newSchedule: boolean): string {
  const parts = [`ALTER ${definerClause(to.definer)}EVENT ${quoteIdentifier(to.name)}`];
  if (newSchedule) parts.push(`ON SCHEDULE ${to.schedule}`);
  if (from.preserve !== to.preserve) parts.push(`ON COMPLETION ${to.preserve ? "" : "NOT "}PRESERVE`);
  if (from.status !== to.status) parts.push(to.status);
  if (from.comment !== to.comment) parts.push(`COMMENT ${quoteString(to.comment)}`);
  const isSame = from.body === to.body && from.sqlMode === to.sqlMode;
  // A statement that changes nothing but the definer would be none without it.
  return isSame && parts.length > 1 ? parts.join(" ") : `${parts.join(" ")}\nDO ${to.body}`;
}

/** CREATE SEQUENCE, without semicolon. */
export function createSequence(sequence: Sequence): string {
  const type = sequence.type === null ? "" : ` AS ${sequence.type}`;
  const comment = sequence.comment === "" ? "" : ` COMMENT=${quoteString(sequence.comment)}`;
  const head = `CREATE SEQUENCE ${quoteIdentifier(sequence.name)}${type}`;
  return `${head} START WITH ${sequence.start} ${sequenceOptions(sequence)} ENGINE=${sequence.engine}${comment}`;
}

/** ALTER SEQUENCE, without semicolon; a start that stays is not given, since giving it may be refused. */
export function alterSequence(from: Sequence, to: Sequence): string {
  const type = to.type === from.type || to.type === null ? "" : ` AS ${to.type}`;
  const start = to.start === from.start ? "" : ` START WITH ${to.start}`;
  return `ALTER SEQUENCE ${quoteIdentifier(to.name)}${type}${start} ${sequenceOptions(to)}`;
}

/** ALTER TABLE for what of a sequence is a table's. */
export function alterSequenceTable(from: Sequence, to: Sequence): string {
  const options = [
    ...(from.engine === to.engine ? [] : [`ENGINE=${to.engine}`]),
    ...(from.comment === to.comment ? [] : [`COMMENT=${quoteString(to.comment)}`]),
  ];
  return `ALTER TABLE ${quoteIdentifier(to.name)} ${options.join(", ")}`;
}

/** What CREATE and ALTER SEQUENCE have in common, apart from the start. */
function sequenceOptions(sequence: Sequence): string {
  const cache = sequence.cache === "0" ? "NOCACHE" : `CACHE ${sequence.cache}`;
  return [
    `MINVALUE ${sequence.minimum} MAXVALUE ${sequence.maximum} INCREMENT BY ${sequence.increment}`,
    `${cache} ${sequence.cycle ? "CYCLE" : "NOCYCLE"}`,
  ].join(" ");
}
