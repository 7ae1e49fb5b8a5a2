// Loaded by `node --require`: writes the process's peak of resident memory, in bytes, into the file $BENCH_PEAK.
const { readFileSync, writeFileSync } = require("node:fs");

process.on("exit", () => writeFileSync(process.env.BENCH_PEAK, String(peakBytes())));

function peakBytes() {
  try {
    // Not resourceUsage().maxRSS where there is a choice: on Linux that begins with the parent's size.
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    return Number(kibibytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
