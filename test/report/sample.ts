import type { Report, ReportedColumn, ReportedKey, ReportedTable } from "../../src/report/model";

/** A column of which nothing else matters. */
export function column(name: string, more: Partial<ReportedColumn> = {}): ReportedColumn {
  return { name, type: "int", nullable: false, default: null, more: "", comment: "", key: null, ...more };
}

/** A table of which nothing else matters. */
export function table(name: string, more: Partial<ReportedTable> = {}): ReportedTable {
  return {
    kind: "table",
    name,
    comment: "",
    columns: [column("id", { key: "primary" })],
    indexes: [],
    references: [],
    referencedBy: [],
    checks: [],
    triggers: [],
    uses: [],
    usedBy: [],
    storage: "InnoDB",
    size: null,
    definition: `CREATE TABLE ${name} (id int)`,
    ...more,
  };
}

/** A foreign key of one column to the other table's id. */
export function key(name: string, to: string, on: string, more: Partial<ReportedKey> = {}): ReportedKey {
  return { name, table: to, database: null, columns: [on], referencedColumns: ["id"], actions: "", ...more };
}

/** A report of these tables. */
export function reportOf(tables: readonly ReportedTable[], more: Partial<Report> = {}): Report {
  return {
    title: "blog",
    server: "MySQL 9.7.4",
    made: "2026-03-01T12:00:00.000Z",
    tool: "0.0.0",
    of: "at version 1",
    version: 1,
    tables: withReferencedBy(tables),
    programs: [],
    migrations: [],
    history: [],
    difference: null,
    drift: "",
    remarks: [],
    ...more,
  };
}

function withReferencedBy(tables: readonly ReportedTable[]): readonly ReportedTable[] {
  return tables.map((each) => ({
    ...each,
    referencedBy: tables.flatMap((other) =>
      other.references.filter((one) => one.table === each.name).map((one) => ({ ...one, table: other.name })),
    ),
  }));
}

const MODULES = ["shop", "billing", "blog", "support", "stock", "mail", "crm", "audit", "media", "search"];
const THINGS = ["orders", "items", "events", "notes", "files", "states", "rates", "logs", "links", "runs"];

/**
 * A schema as services have them: modules whose tables lead to each other, a few tables that everybody refers to, and some that
 * nobody does. The same number always gives the same tables.
 */
export function generatedTables(count: number): readonly ReportedTable[] {
  const hubs = ["accounts", "users"].map((name) =>
    table(name, { columns: columnsFor(0, []), comment: `All ${name}` }),
  );
  const rest = Array.from({ length: count - hubs.length }, (_, n) => generatedTable(n));
  return [...hubs, ...rest];
}

/** So many tables lead to each other. */
const MODULE_SIZE = 15;

function nameOf(n: number): string {
  const at = Math.floor(n / MODULE_SIZE);
  const round = at < MODULES.length ? "" : `${Math.floor(at / MODULES.length) + 1}`;
  const place = n % MODULE_SIZE;
  const thing = `${THINGS[place % THINGS.length]}${place < THINGS.length ? "" : "_old"}`;
  return `${MODULES[at % MODULES.length]}${round}_${thing}`;
}

function generatedTable(n: number): ReportedTable {
  const place = n % MODULE_SIZE;
  const keys: ReportedKey[] = [];
  const name = nameOf(n);
  const lead = (on: string, to: string): void => void keys.push(key(`${name}_${on}_fk`, to, on));
  if (place > 0 && place % 7 !== 6) lead("parent_id", nameOf(n - place + Math.floor((place - 1) / 2)));
  if (place % 5 === 2) lead("previous_id", nameOf(n - 1));
  if (place % 4 === 0) lead("user_id", "users");
  if (place % 9 === 1) lead("account_id", "accounts");
  return table(name, {
    columns: columnsFor(n, keys),
    references: keys,
    comment: n % 3 === 0 ? `What ${name} are for` : "",
  });
}

function columnsFor(n: number, keys: readonly ReportedKey[]): readonly ReportedColumn[] {
  const plain = [
    column("name", { type: "varchar(100)" }),
    column("state", { type: "enum('new','active','gone')", default: "'new'" }),
    column("amount", { type: "decimal(12,2)", default: "0.00" }),
    column("note", { type: "text", nullable: true, default: "NULL", comment: "What a person wrote" }),
    column("created_at", { type: "datetime", default: "CURRENT_TIMESTAMP" }),
    column("updated_at", { type: "timestamp", nullable: true, default: "NULL" }),
    column("external_id", { type: "varchar(36)", key: "unique" }),
  ];
  return [
    column("id", { type: "int", more: "AUTO_INCREMENT", key: "primary" }),
    ...keys.flatMap(({ columns }) => columns.map((name) => column(name, { nullable: true, key: "foreign" }))),
    ...plain.slice(0, 3 + (n % 5)),
  ];
}

/** The same as SQL. */
export function createGenerated(count: number): readonly string[] {
  const tables = generatedTables(count);
  const creates = tables.map(({ name, columns, comment }) => {
    const lines = columns.map(
      ({ name: called, type, nullable, default: value, more, comment: about, key: part }) => {
        const given = value === null ? "" : ` DEFAULT ${value}`;
        const keys = part === "primary" ? " PRIMARY KEY" : part === "unique" ? " UNIQUE" : "";
        return `${called} ${type}${nullable ? " NULL" : " NOT NULL"}${given} ${more}${keys} COMMENT '${about}'`;
      },
    );
    return `CREATE TABLE ${name} (${lines.join(", ")}) ENGINE=InnoDB COMMENT='${comment}'`;
  });
  const keys = tables.flatMap(({ name, references }) =>
    references.map(
      (one) =>
        `ALTER TABLE ${name} ADD CONSTRAINT ${one.name} FOREIGN KEY (${one.columns.join(", ")}) REFERENCES ${one.table} (id)`,
    ),
  );
  return [...creates, ...keys];
}

/** Each would do something if it got into a page as markup, or make a mess of it. */
export const HOSTILE = [
  "</script><script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "'onmouseover='alert(1)",
  "</style><svg onload=alert(1)>",
  "<!--",
  "]]>",
  "&lt;b&gt;",
  "javascript:alert(1)",
  "$" + "{alert(1)}`",
  "a\u202eb",
  "\u0000\u0008\u001b[31m",
  "🧨".repeat(64),
  "👩‍👩‍👧‍👦 ǅ ﷽ ا ل ع",
  "x".repeat(64),
  "line\nbreak\ttab",
  "\ud800",
  "constructor",
  "__proto__",
  "#table-users",
  " ",
] as const;

/** Tables, columns, keys, triggers, comments, defaults, SQL and lines of the history: all of them hostile. */
export function hostileReport(): Report {
  const tables = HOSTILE.map((text, index) =>
    table(text, {
      comment: text,
      storage: text,
      columns: [
        column("id", { key: "primary" }),
        column(text, {
          type: `enum('${text}')`,
          default: `'${text}'`,
          comment: text,
          more: text,
          key: "foreign",
        }),
      ],
      indexes: [{ name: text, kind: "unique", parts: [text], more: text }],
      references: [key(text, HOSTILE[(index + 1) % HOSTILE.length] ?? "", text, { actions: text })],
      checks: [{ name: text, expression: text }],
      triggers: [{ name: text, when: text, body: text }],
      uses: [HOSTILE[(index + 2) % HOSTILE.length] ?? ""],
      definition: text,
    }),
  );
  const history = HOSTILE.map((text, index) => ({
    id: index + 1,
    version: index + 1,
    label: text,
    what: text,
    tone: "bad" as const,
    direction: "up" as const,
    startedAt: text,
    durationMs: index,
    who: text,
    reason: text,
    error: text,
  }));
  const migrations = HOSTILE.map((text, index) => ({
    version: index + 1,
    label: text,
    state: text,
    isPending: true,
    problems: [text],
    up: text,
    down: text,
    missingText: text,
  }));
  const changed = tables.map((each) => ({
    name: each.name,
    mark: "changed" as const,
    columns: each.columns.map(({ name, type }) => ({ name, type, mark: "changed" as const, note: type })),
    notes: [each.name],
    table: each,
  }));
  const findings = HOSTILE.map((text) => ({ place: text, sql: text, level: "error" as const, text }));
  const all = HOSTILE.join("\n");
  return reportOf(tables, {
    title: HOSTILE[0],
    server: HOSTILE[1],
    of: HOSTILE[2],
    tool: HOSTILE[1],
    programs: HOSTILE.map((text) => ({ kind: text, name: text, definition: text })),
    history,
    migrations,
    difference: {
      title: HOSTILE[0],
      tables: changed,
      others: [{ mark: "added", what: all }],
      sql: all,
      findings,
    },
    drift: all,
    remarks: HOSTILE,
  });
}

/** A report in which there is something of everything. */
export function richReport(): Report {
  const users = table("users", {
    comment: "Who writes",
    columns: [
      column("id", { key: "primary", more: "AUTO_INCREMENT" }),
      column("email", { type: "varchar(200)", key: "unique" }),
    ],
    indexes: [{ name: "PRIMARY", kind: "primary", parts: ["id"], more: "" }],
    size: { rows: 1200, bytes: 340_000 },
    usedBy: ["titles"],
  });
  const posts = table("posts", {
    columns: [
      column("id", { key: "primary" }),
      column("user_id", { key: "foreign" }),
      column("title", { type: "varchar(100)", default: "''", comment: "Shown in lists", nullable: true }),
    ],
    references: [key("posts_user", "users", "user_id", { actions: "ON DELETE CASCADE" })],
    checks: [{ name: "has_title", expression: "(title <> '')" }],
    triggers: [{ name: "count_posts", when: "AFTER INSERT", body: "UPDATE users SET posts = posts + 1" }],
  });
  const titles = table("titles", { kind: "view", columns: [], uses: ["posts"], storage: "" });
  const line = {
    id: 1,
    version: 1,
    label: "0001_users",
    what: "applied",
    tone: "good" as const,
    direction: "up" as const,
    startedAt: "2026-03-01T12:00:00.123Z",
    durationMs: 850,
    who: "2 statements by app@% (ann on laptop), with 0.1.0",
    reason: null,
    error: null,
  };
  const migration = {
    version: 1,
    label: "0001_users",
    state: "applied",
    isPending: false,
    problems: [],
    up: "CREATE TABLE users (id INT PRIMARY KEY); -- who\nINSERT INTO users VALUES (1);",
    down: "DROP TABLE users;",
    missingText: null,
  };
  const tags = table("tags");
  return reportOf([users, posts, titles], {
    programs: [{ kind: "procedure", name: "merge_tags", definition: "CREATE PROCEDURE merge_tags() DO 1" }],
    history: [
      line,
      {
        ...line,
        id: 2,
        what: "failed after 1 of 2",
        tone: "bad",
        error: "Table 'x' does not exist",
        durationMs: null,
      },
      {
        ...line,
        id: 3,
        what: "repaired",
        tone: "warn",
        direction: null,
        reason: "a comment was wrong",
        durationMs: null,
      },
      { ...line, id: 4, what: "reverted", tone: "neutral", direction: "down", durationMs: 12 },
    ],
    migrations: [
      migration,
      {
        ...migration,
        version: 2,
        label: "0002_posts",
        isPending: true,
        state: "pending",
        problems: ["0002_posts.up.sql is out of order."],
      },
    ],
    difference: {
      title: "Pending",
      tables: [
        {
          name: "tags",
          mark: "added",
          columns: [{ name: "id", type: "int", mark: "added", note: "" }],
          notes: [],
          table: tags,
        },
        {
          name: "posts",
          mark: "changed",
          columns: [
            { name: "title", type: "varchar(50)", mark: "changed", note: "was varchar(100)" },
            { name: "old", type: "int", mark: "dropped", note: "" },
          ],
          notes: ["index by_title added"],
          table: posts,
        },
        {
          name: "gone",
          mark: "dropped",
          columns: [{ name: "id", type: "int", mark: "dropped", note: "" }],
          notes: [],
          table: table("gone"),
        },
      ],
      others: [{ mark: "added", what: "procedure p" }],
      sql: "DROP TABLE gone;",
      findings: [
        {
          place: "0002_posts.up.sql:1",
          sql: "DROP TABLE gone",
          level: "error",
          text: "loses-data: drops table gone with its rows.",
        },
        {
          place: "0002_posts.up.sql:2",
          sql: "ALTER TABLE posts",
          level: "warning",
          text: "blocks-writes: writes to posts wait.",
        },
        {
          place: "0002_posts.up.sql:2",
          sql: "ALTER TABLE posts",
          level: "cost",
          text: "INSTANT; nobody waits.",
        },
      ],
    },
    drift: "ALTER TABLE users DROP COLUMN hotfix;",
    remarks: ["Not shown: procedure q: nobody may see it."],
  });
}
