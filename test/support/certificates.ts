import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Paths of PEM files, all made for one test run. */
export interface Certificates {
  readonly folder: string;
  /** The authority that issued the others. */
  readonly ca: string;
  /** An authority that issued none of them. */
  readonly otherCa: string;
  readonly server: KeyPair;
  /** Its subject is `CN=app`. */
  readonly client: KeyPair;
  /** A client whom only the other authority knows. */
  readonly stranger: KeyPair;
}

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** @param names what the server's certificate is for, such as `DNS:localhost` */
export function makeCertificates(names: readonly string[]): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "updown-certificates-"));
  mkdirSync(folder, { recursive: true });
  const ca = makeAuthority(folder, "ca");
  const other = makeAuthority(folder, "other");
  return {
    folder,
    ca: ca.cert,
    otherCa: other.cert,
    server: issue(folder, ca, "server", `subjectAltName=${names.join(",")}`),
    client: issue(folder, ca, "app", "extendedKeyUsage=clientAuth"),
    stranger: issue(folder, other, "stranger", "extendedKeyUsage=clientAuth"),
  };
}

export function removeCertificates({ folder }: Certificates): void {
  rmSync(folder, { recursive: true, force: true });
}

function makeAuthority(folder: string, name: string): KeyPair {
  const pair = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`) };
  openssl(
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${name}`],
    ...["-addext", "basicConstraints=critical,CA:TRUE", "-keyout", pair.key, "-out", pair.cert],
  );
  return pair;
}

function issue(folder: string, by: KeyPair, name: string, extension: string): KeyPair {
  const pair = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`) };
  const request = join(folder, `${name}.csr`);
  const extensions = join(folder, `${name}.ext`);
  writeFileSync(extensions, `${extension}\n`);
  openssl(
    ...["req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", `/CN=${name}`],
    ...["-keyout", pair.key, "-out", request],
  );
  openssl(
    ...["x509", "-req", "-in", request, "-CA", by.cert, "-CAkey", by.key, "-CAcreateserial"],
    ...["-days", "2", "-extfile", extensions, "-out", pair.cert],
  );
  return pair;
}

function openssl(...words: readonly string[]): void {
  execFileSync("openssl", words, { stdio: ["ignore", "ignore", "pipe"] });
}
