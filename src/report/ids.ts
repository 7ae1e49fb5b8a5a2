import type { Report } from "./model";

/** Ids of the parts of a page; they stay the same from one report to the next if the names do. */
export interface Ids {
  /** Null: there is no such table. */
  table(name: string): string | null;
  migration(version: number): string | null;
}

/** Makes ids that are plain and unique, whatever the names are. */
export function createIds({ tables, migrations }: Pick<Report, "tables" | "migrations">): Ids {
  const taken = new Set<string>();
  const byName = new Map<string, string>();
  for (const { name } of tables) {
    const plain = `table-${name.replace(/[^A-Za-z0-9_]+/g, "-").slice(0, 64)}`;
    let id = plain;
    for (let times = 2; taken.has(id.toLowerCase()); times++) id = `${plain}-${times}`;
    taken.add(id.toLowerCase());
    byName.set(name, id);
  }
  const versions = new Set(migrations.map(({ version }) => version));
  return {
    table: (name) => byName.get(name) ?? null,
    migration: (version) => (versions.has(version) ? `migration-${version}` : null),
  };
}
