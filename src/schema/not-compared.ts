import type { NotCompared, Schema } from "./model";

/** A schema less what of it, or of what it is compared with, could not be read: that is neither missing nor new. */
export function withoutHidden(schema: Schema, hidden: readonly NotCompared[]): Schema {
  const objects = new Set(hidden.map(({ object }) => object));
  if (objects.size === 0) return schema;
  const isSeen = (type: string) => (item: { readonly name: string }) => !objects.has(`${type} ${item.name}`);
  return {
    ...schema,
    tables: schema.tables.filter(isSeen("table")),
    views: schema.views.filter(isSeen("view")),
    sequences: schema.sequences.filter(isSeen("sequence")),
    triggers: objects.has("triggers") ? [] : schema.triggers.filter(isSeen("trigger")),
    routines: objects.has("routines")
      ? []
      : schema.routines.filter((routine) => !objects.has(`${routine.type} ${routine.name}`)),
    events: objects.has("events") ? [] : schema.events.filter(isSeen("event")),
  };
}
