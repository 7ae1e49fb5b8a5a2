import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { runCommand, type SignalRelay } from "../../src/cli/run-command";
import { isRunning } from "../support/processes";

const ROOT = join(__dirname, "../..");

test("run-command: a command at a terminal does not outlive its parent, nor do its children", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "updown-run-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const script = `
    const { runCommand } = require(${JSON.stringify(join(ROOT, "src/cli/run-command.ts"))});
    runCommand(["sh", "-c", "sleep 1000 & echo $$ $! > pids; echo ready; wait"], {
      cwd: ${JSON.stringify(folder)}, env: process.env, relay: { to: null }, terminal: true,
    });`;
  const parent = spawn(process.execPath, ["--require", "tsx/cjs", "--eval", script], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(parent.stdout, "data");
  const pids = readFileSync(join(folder, "pids"), "utf8").trim().split(" ").map(Number);
  assert.deepEqual(pids.map(isRunning), [true, true]);
  parent.kill("SIGKILL");
  for (let tries = 0; pids.some(isRunning); tries++) {
    assert.ok(tries < 1000, "it still runs");
    await delay(50);
  }
});

test("run-command: at a terminal Ctrl-C is the command's own affair, and other signals end both", async () => {
  const relay: SignalRelay = { to: null };
  const running = runCommand(["sleep", "1000"], { cwd: "/", env: process.env, relay, terminal: true });
  while (relay.to === null) await delay(10);
  assert.equal(relay.to("SIGINT"), false);
  assert.equal(relay.to("SIGTERM"), true);
  assert.deepEqual(await running, { code: null, signal: "SIGTERM" });
  assert.equal(relay.to, null);
});
