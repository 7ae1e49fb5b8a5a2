import assert from "node:assert/strict";
import { test } from "node:test";
import { type Environment, layerEnvironment } from "../../src/settings/environment";

const file = {
  DATABASE_URL: "file",
  MYSQL_HOST: "file",
  MYSQL_PORT: "file",
  MYSQL_SOCKET: "file",
  MYSQL_USER: "file",
  MYSQL_PASSWORD: "file",
  MIGRATIONS_DIR: "file",
};

const rows: Array<[name: string, real: Environment, taken: string[]]> = [
  ["nothing is set", {}, Object.keys(file)],
  ["another variable", { PATH: "real" }, Object.keys(file)],
  ["the URL beats all parts", { DATABASE_URL: "real" }, ["MIGRATIONS_DIR"]],
  ["so does a URL in a file", { DATABASE_URL_FILE: "real" }, ["MIGRATIONS_DIR"]],
  [
    "a host beats the URL and the socket",
    { MYSQL_HOST: "real" },
    ["MYSQL_PORT", "MYSQL_USER", "MYSQL_PASSWORD", "MIGRATIONS_DIR"],
  ],
  [
    "a socket beats the URL, host and port",
    { MYSQL_SOCKET: "real" },
    ["MYSQL_USER", "MYSQL_PASSWORD", "MIGRATIONS_DIR"],
  ],
  [
    "a password in a file beats one in .env",
    { MYSQL_PASSWORD_FILE: "real" },
    Object.keys(file).filter((name) => name !== "MYSQL_PASSWORD"),
  ],
  ["an empty value is a value", { DATABASE_URL: "" }, ["MIGRATIONS_DIR"]],
  ["a flag's variable", { MIGRATIONS_DIR: "real" }, Object.keys(file).slice(0, -1)],
];

for (const [name, real, taken] of rows) {
  test(`.env under the environment: ${name}`, () => {
    const merged = layerEnvironment(real, file);
    assert.deepEqual(
      Object.keys(merged).filter((key) => merged[key] === "file"),
      taken,
    );
    for (const [key, value] of Object.entries(real)) assert.equal(merged[key], value);
  });
}
