import type { Since } from "../schema/introspect";
import type { Schema } from "../schema/model";
import type { StatementKind } from "../syntax/classify";

/** Follows which objects the statements may change, so that we need not read the whole schema after each file. */
export interface ChangedObjects {
  see(kind: StatementKind): void;
  /** What may have changed since this schema was read; null: anything. */
  since(schema: Schema): Since | null;
  /** Call after everything was read. */
  clear(): void;
}

export function createChangedObjects(): ChangedObjects {
  const names = new Set<string>();
  let programs = false;
  let anything = false;
  return {
    see(kind) {
      switch (kind.kind) {
        case "transactional":
        case "begin":
        case "commit":
        case "rollback":
        case "set":
        case "lock-tables":
        case "unlock-tables":
        case "temporary":
        case "deallocate":
          return;
        case "self-committing":
        case "repeatable":
          // A statement that names no object can be about any.
          anything ||= kind.objects.length === 0;
          for (const { type, name } of kind.objects) {
            if (type === "table") names.add(name.toLowerCase());
            else programs = true;
          }
          return;
        case "use":
        case "prepare":
        case "execute":
        case "execute-immediate":
        case "call":
        case "unjudgeable":
        case "refused":
          anything = true;
          return;
        default:
          kind satisfies never;
      }
    },
    since(schema) {
      return anything ? null : { schema, changed: withChildren(names, schema), programs };
    },
    clear() {
      names.clear();
      programs = false;
      anything = false;
    },
  };
}

/** A foreign key's definition changes with the names in the table that it refers to. */
function withChildren(names: ReadonlySet<string>, { tables }: Schema): ReadonlySet<string> {
  const children = tables.filter(({ foreignKeys }) =>
    foreignKeys.some((key) => names.has(key.referencedTable.toLowerCase())),
  );
  return new Set([...names, ...children.map(({ name }) => name.toLowerCase())]);
}
