import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { verbs } from "../src/verbs/list";
import type { OptionTable } from "../src/verbs/options";
import { programName } from "../src/verbs/program-input";

const SRC = join(__dirname, "../src");

interface Member {
  readonly name: string;
  /** Empty when there is no comment. */
  readonly comment: string;
}

interface Declared {
  readonly comment: string;
  readonly text: string;
  readonly bases: readonly string[];
  readonly members: readonly Member[];
}

/** The interfaces that a file exports. They are written one member after another, two spaces in. */
function interfacesOf(path: string): ReadonlyMap<string, Declared> {
  const text = readFileSync(join(SRC, path), "utf8");
  const found = new Map<string, Declared>();
  const pattern =
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export interface (\w+)(?: extends ([\w, <>]+?))? (?:\{\}|\{\n([\s\S]*?)\n\}\n)/g;
  for (const [, comment = "", name = "", bases = "", body = ""] of text.matchAll(pattern)) {
    const members = [
      ...body.matchAll(/^((?: {2}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?) {2}(?:readonly )?(\w+)\??[:(]/gm),
    ].map(([, above = "", member = ""]): Member => ({ name: member, comment: above }));
    found.set(name, { comment, text: body, bases: bases.split(", ").filter((base) => base !== ""), members });
  }
  return found;
}

const methods = interfacesOf("verbs/migrator.ts").get("Migrator")?.members ?? [];
const taken = interfacesOf("verbs/program-options.ts");

function allMembers(name: string): readonly Member[] {
  const { bases = [], members = [] } = taken.get(name) ?? {};
  return [...bases.flatMap(allMembers), ...members];
}

test("every method says what it does and shows a call", () => {
  assert.ok(methods.length >= 19);
  const ofMany = interfacesOf("fleet/fleet-migrator.ts").get("FleetMigrator")?.members ?? [];
  const many = Object.values(verbs).filter((command) => "overMany" in command);
  assert.deepEqual(ofMany.map(({ name }) => name).sort(), many.map(({ name }) => name).sort());
  for (const { name, comment } of [...methods, ...ofMany]) {
    assert.match(comment, /@example\n {3}\* .*migrator\./, name);
  }
});

test("every option says what it means", () => {
  const interfaces = [
    ...taken,
    ...interfacesOf("index.ts"),
    ...interfacesOf("fleet/fleet-migrator.ts"),
    ...interfacesOf("fleet/result.ts"),
    ...[...interfacesOf("settings/settings.ts")].filter(([name]) =>
      /^(SettingOptions|SslSettings)$/.test(name),
    ),
  ];
  assert.ok(interfaces.length > 20);
  for (const [name, { members }] of interfaces) {
    for (const member of members) assert.notEqual(member.comment, "", `${name}.${member.name}`);
  }
});

test("a program's options are the flags, and times have their unit", () => {
  const withoutOptions = ["init", "current", "heads", "branches"];
  // No verbs of a program: they need a terminal, are about a shell, or run another program.
  const notForPrograms = ["edit", "completion", "sandbox"];
  for (const [verb, command] of Object.entries(verbs)) {
    if (notForPrograms.includes(verb)) continue;
    assert.ok(
      methods.some(({ name }) => name === verb),
      `${verb} is no method of Migrator`,
    );
    const table: OptionTable = command.options;
    const expected = Object.entries(table).map(([name, option]) => programName(name, option));
    const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Options`;
    const names = withoutOptions.includes(verb) ? [] : allMembers(type).map(({ name }) => name);
    assert.deepEqual([...names].sort(), expected.sort(), type);
  }
});

test("what is exported has no Buffer in it", () => {
  const index = readFileSync(join(SRC, "index.ts"), "utf8");
  const exported = [...index.matchAll(/^export (?:type )?\{([^}]*)\} from "\.\/([^"]+)";/gm)];
  assert.ok(exported.length > 15);
  for (const [, names = "", path = ""] of exported) {
    const declared = interfacesOf(`${path}.ts`);
    for (const name of names.split(/[,\s]+/))
      assert.doesNotMatch(declared.get(name)?.text ?? "", /\bBuffer\b/, name);
  }
});
