import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { MigrateError } from "../../src/errors";
import { type PrivateServer, startPrivateServer } from "../../src/scratch/private-server";
import { openSession } from "../../src/server/connection";
import { settingsFromOptions } from "../../src/settings/settings";
import { type Certificates, makeCertificates, removeCertificates } from "../support/certificates";
import { FAMILIES, type TestServer } from "../support/servers";

/** The servers of a family. */
interface Servers {
  /** Its certificate is for `localhost` and 127.0.0.1. */
  readonly ours: PrivateServer;
  /** Its certificate is for `localhost` alone. */
  readonly named: PrivateServer;
  /** Its certificate is for another machine. */
  readonly foreign: PrivateServer;
  /** It has no TLS. */
  readonly without: PrivateServer;
}

let certificates: Certificates;
let foreignCertificates: Certificates;
let namedCertificates: Certificates;
const servers = new Map<TestServer["family"], Servers>();

before(async () => {
  certificates = makeCertificates(["DNS:localhost", "IP:127.0.0.1"]);
  foreignCertificates = makeCertificates(["DNS:db.example", "IP:192.0.2.1"]);
  namedCertificates = makeCertificates(["DNS:localhost"]);
  for (const family of FAMILIES) {
    const start = (serverArguments: readonly string[]): Promise<PrivateServer> =>
      startPrivateServer({ family, environment: process.env, serverArguments });
    const ours = await start(tlsArguments(certificates));
    const named = await start(tlsArguments(namedCertificates));
    const foreign = await start(tlsArguments(foreignCertificates));
    const without = await start(family === "mysql" ? ["--tls-version="] : ["--skip-ssl"]);
    servers.set(family, { ours, named, foreign, without });
    await makeUsers(ours);
  }
});

after(async () => {
  for (const each of servers.values()) {
    await Promise.all(Object.values(each).map((server) => server.stop()));
  }
  removeCertificates(certificates);
  removeCertificates(foreignCertificates);
  removeCertificates(namedCertificates);
});

function tlsArguments({ ca, server }: Certificates): readonly string[] {
  return [`--ssl-ca=${ca}`, `--ssl-cert=${server.cert}`, `--ssl-key=${server.key}`];
}

async function makeUsers(server: PrivateServer): Promise<void> {
  const session = await open(`${server.url}/mysql?ssl-mode=disabled`);
  for (const [user, needs] of [
    ["needs_tls", "SSL"],
    ["needs_cert", "X509"],
    ["needs_app", "SUBJECT '/CN=app'"],
  ]) {
    await session.run(`CREATE USER ${user} IDENTIFIED BY 'pw' REQUIRE ${needs}`);
    await session.run(`GRANT SELECT ON mysql.* TO ${user}`);
  }
  await session.close();
}

type Session = Awaited<ReturnType<typeof openSession>>;

function open(databaseUrl: string): Promise<Session> {
  return openSession(settingsFromOptions({ databaseUrl }).database);
}

/** Opens a session; gives its cipher, empty when it is not encrypted. */
async function cipherOf(databaseUrl: string): Promise<string> {
  const session = await open(databaseUrl);
  const [row] = await session.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
  await session.close();
  return String(row?.Value);
}

interface Case {
  readonly name: string;
  readonly server: keyof Servers;
  readonly user?: string;
  readonly host?: string;
  /** What is in the URL after the question mark. */
  readonly query: () => string;
  /** A session, encrypted or not; or the code, the message and the hint of a refusal. */
  readonly expected: "encrypted" | "plain" | readonly [code: string, message: RegExp, hint: RegExp];
}

const ca = (path: () => string) => (): string => `ssl-ca=${path()}`;
const ours = ca(() => certificates.ca);
const other = ca(() => certificates.otherCa);
const foreign = ca(() => foreignCertificates.ca);
const named = ca(() => namedCertificates.ca);
const withClient =
  (pair: "client" | "stranger", rest: () => string = ours) =>
  (): string =>
    `${rest()}&ssl-cert=${certificates[pair].cert}&ssl-key=${certificates[pair].key}`;
const mode =
  (name: string, rest: () => string = () => "") =>
  (): string =>
    [`ssl-mode=${name}`, rest()].filter((text) => text !== "").join("&");

const NO_TLS = [
  "cannot-connect",
  /does not support secure/i,
  /^The server offers no TLS, and ssl-mode=/,
] as const;
const NOT_TRUSTED = ["cannot-connect", /certificate/, /^Does ssl-ca name the authority/] as const;
const NO_AUTHORITY = ["cannot-connect", /certificate/, /^Name the authority/] as const;
const WRONG_NAME = ["cannot-connect", /does not match certificate's altnames/, /^Connect by a name/] as const;
const DENIED = [
  "access-denied",
  /refused user needs_cert/,
  /may also require a client certificate: ssl-cert/,
] as const;

const cases: readonly Case[] = [
  { name: "disabled", server: "ours", query: mode("disabled"), expected: "plain" },
  { name: "preferred, to this machine", server: "ours", query: mode("preferred"), expected: "plain" },
  { name: "required", server: "ours", query: mode("required"), expected: "encrypted" },
  { name: "required trusts everybody", server: "foreign", query: mode("required"), expected: "encrypted" },
  {
    name: "REQUIRED, as the client spells it",
    server: "ours",
    query: mode("REQUIRED"),
    expected: "encrypted",
  },
  { name: "verify-ca", server: "ours", query: mode("verify-ca", ours), expected: "encrypted" },
  { name: "a CA alone means verify-ca", server: "ours", query: ours, expected: "encrypted" },
  { name: "VERIFY_CA", server: "ours", query: mode("VERIFY_CA", ours), expected: "encrypted" },
  {
    name: "verify-ca, not the name",
    server: "foreign",
    query: mode("verify-ca", foreign),
    expected: "encrypted",
  },
  { name: "verify-ca, another CA", server: "ours", query: mode("verify-ca", other), expected: NOT_TRUSTED },
  { name: "a CA alone, another one", server: "ours", query: other, expected: NOT_TRUSTED },
  { name: "verify-ca, without a CA", server: "ours", query: mode("verify-ca"), expected: NO_AUTHORITY },
  {
    name: "verify-identity, by address",
    server: "ours",
    query: mode("verify-identity", ours),
    expected: "encrypted",
  },
  {
    name: "verify-identity, by name",
    server: "ours",
    host: "localhost",
    query: mode("verify-identity", ours),
    expected: "encrypted",
  },
  {
    name: "verify-identity, by a name without an address",
    server: "named",
    host: "localhost",
    query: mode("verify-identity", named),
    expected: "encrypted",
  },
  {
    name: "verify-identity, by an address that only its name stands for",
    server: "named",
    query: mode("verify-identity", named),
    expected: WRONG_NAME,
  },
  {
    name: "verify-identity, another address",
    server: "foreign",
    query: mode("verify-identity", foreign),
    expected: WRONG_NAME,
  },
  {
    name: "verify-identity, another name",
    server: "foreign",
    host: "localhost",
    query: mode("verify-identity", foreign),
    expected: WRONG_NAME,
  },
  {
    name: "verify-identity, another CA",
    server: "ours",
    query: mode("verify-identity", other),
    expected: NOT_TRUSTED,
  },
  { name: "a server without TLS, disabled", server: "without", query: mode("disabled"), expected: "plain" },
  { name: "a server without TLS, preferred", server: "without", query: mode("preferred"), expected: "plain" },
  { name: "a server without TLS, required", server: "without", query: mode("required"), expected: NO_TLS },
  { name: "a server without TLS, verify-ca", server: "without", query: ours, expected: NO_TLS },
  {
    name: "an account that needs TLS, preferred",
    server: "ours",
    user: "needs_tls:pw",
    query: mode("preferred"),
    expected: "encrypted",
  },
  {
    name: "an account that needs TLS, disabled",
    server: "ours",
    user: "needs_tls:pw",
    query: mode("disabled"),
    expected: [
      "access-denied",
      /refused user needs_tls/,
      /may also require TLS, which ssl-mode=disabled rules out/,
    ],
  },
  {
    name: "a client certificate",
    server: "ours",
    user: "needs_cert:pw",
    query: withClient("client"),
    expected: "encrypted",
  },
  {
    name: "a client certificate, preferred",
    server: "ours",
    user: "needs_cert:pw",
    query: withClient("client", mode("preferred")),
    expected: "encrypted",
  },
  {
    name: "a client certificate with its subject",
    server: "ours",
    user: "needs_app:pw",
    query: withClient("client"),
    expected: "encrypted",
  },
  { name: "no client certificate", server: "ours", user: "needs_cert:pw", query: ours, expected: DENIED },
  {
    name: "a client certificate of another CA",
    server: "ours",
    user: "needs_cert:pw",
    query: withClient("stranger"),
    expected: ["cannot-connect", /alert unknown ca\.$/, /^The server refused the client's side of TLS/],
  },
  {
    name: "a CA file that is none",
    server: "ours",
    query: () => `ssl-ca=${textFile("no.pem", "hello\n")}`,
    expected: ["bad-setting", /^ssl-ca: .* is no PEM file\.$/, /^$/],
  },
  {
    name: "a key that is damaged",
    server: "ours",
    query: () =>
      `ssl-mode=required&ssl-cert=${certificates.client.cert}&ssl-key=${textFile("key.pem", "-----BEGIN PRIVATE KEY-----\nx\n")}`,
    expected: ["bad-setting", /^ssl-cert, ssl-key: no usable PEM files/, /^$/],
  },
  {
    name: "the key of another certificate",
    server: "ours",
    query: () =>
      `ssl-mode=required&ssl-cert=${certificates.client.cert}&ssl-key=${certificates.stranger.key}`,
    expected: ["bad-setting", /^ssl-cert, ssl-key: no usable PEM files/, /^$/],
  },
];

for (const family of FAMILIES) {
  for (const each of cases) {
    test(`TLS: ${each.name} [${family}]`, async () => {
      const server = servers.get(family)?.[each.server];
      assert.ok(server !== undefined);
      const user = each.user ?? "root";
      const url = `mysql://${user}@${each.host ?? server.host}:${server.port}/mysql?${each.query()}`;
      const { expected } = each;
      if (typeof expected === "string") {
        assert.equal((await cipherOf(url)) === "" ? "plain" : "encrypted", expected);
        return;
      }
      const [code, message, hint] = expected;
      await assert.rejects(open(url), (error) => {
        assert.ok(error instanceof MigrateError, String(error));
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        assert.match(error.hint ?? "", hint);
        return true;
      });
    });
  }

  test(`TLS: a server that insists on it is met with preferred, and refused when disabled [${family}]`, async () => {
    const server = servers.get(family)?.ours;
    assert.ok(server !== undefined);
    const session = await open(`${server.url}/mysql?ssl-mode=required`);
    await session.run("SET GLOBAL require_secure_transport = ON");
    try {
      assert.notEqual(await cipherOf(`${server.url}/mysql`), "");
      await assert.rejects(open(`${server.url}/mysql?ssl-mode=disabled`), (error) => {
        assert.ok(error instanceof MigrateError);
        // MariaDB 10 calls it a wrong password; 11.8 says what it wants, as MySQL does.
        assert.equal(error.code, hidesItsReason(server.version) ? "access-denied" : "cannot-connect");
        assert.match(
          error.hint ?? "",
          /The server insists on TLS: ssl-mode=required|the server, may also require TLS/,
        );
        return true;
      });
    } finally {
      await session.run("SET GLOBAL require_secure_transport = OFF");
      await session.close();
    }
  });
}

function hidesItsReason(version: string): boolean {
  return /^10\..*MariaDB/.test(version);
}

function textFile(name: string, text: string): string {
  const path = join(certificates.folder, name);
  writeFileSync(path, text);
  return path;
}
