import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

/** A program to be measured. It inherits nothing but PATH and HOME. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Path of the file that it gets as standard input. */
  readonly input?: string;
  /** Its exit code when it did what it should; default 0. */
  readonly exitCode?: number;
}

/** What one run of a command took. */
export interface Sample {
  /** From its start to its end, in milliseconds. */
  readonly ms: number;
  /** Its most resident memory, in bytes; null when that was not asked for. */
  readonly peakBytes: number | null;
}

/** How commands are run. */
export interface Measuring {
  /** Where output and figures of the commands go. */
  readonly folder: string;
  /** Aborted: the command under way is ended. */
  readonly signal: AbortSignal;
}

const PEAK_HOOK = join(__dirname, "peak-hook.cjs");

/** Runs a command and says how long it took. @throws Error with the end of its output when it fails */
export async function measure(command: Command, measuring: Measuring): Promise<Sample> {
  return { ms: await run(command, measuring), peakBytes: null };
}

/** Runs a Node program and says how long it took and how much memory. @throws as measure does */
export async function measureWithPeak(command: Command, measuring: Measuring): Promise<Sample> {
  const peak = join(measuring.folder, "peak");
  const hooked = {
    ...command,
    args: ["--require", PEAK_HOOK, ...command.args],
    environment: { ...command.environment, BENCH_PEAK: peak },
  };
  const ms = await run(hooked, measuring);
  return { ms, peakBytes: Number(await readFile(peak, "utf8")) };
}

/** Output goes to a file: a pipe would have this process read while it measures. */
async function run(command: Command, { folder, signal }: Measuring): Promise<number> {
  const { program, args, input } = command;
  const log = join(folder, "output");
  const output = openSync(log, "w");
  const source = input === undefined ? null : openSync(input, "r");
  let start = 0;
  try {
    const failure = await new Promise<string | null>((resolve, reject) => {
      start = performance.now();
      const child = spawn(program, args, {
        cwd: command.cwd,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...command.environment },
        stdio: [source ?? "ignore", output, output],
        signal,
      });
      child.on("error", reject);
      child.on("exit", (code, by) =>
        resolve(code === (command.exitCode ?? 0) ? null : `ended with ${by ?? code}`),
      );
    });
    const ms = performance.now() - start;
    if (failure === null) return ms;
    const tail = (await readFile(log, "utf8")).trim().split("\n").slice(-5).join("\n");
    throw new Error(`${[program, ...args].join(" ")} ${failure}:\n${tail}`);
  } finally {
    closeSync(output);
    if (source !== null) closeSync(source);
  }
}

/** One of those that are compared. */
export interface Contender {
  readonly name: string;
  /** Run before each of its runs, and not measured. */
  readonly before?: () => Promise<void>;
  readonly run: () => Promise<Sample>;
  /** Run after each of its runs, and not measured. */
  readonly after?: () => Promise<void>;
}

export interface RaceOptions {
  readonly runs: number;
  /** Whether first there is a run of each that does not count: for programs so short that a cold file cache shows. */
  readonly warmUp: boolean;
  /** Told after each round. */
  readonly report: (line: string) => void;
}

/** The medians of a race. */
export interface Medians {
  readonly limit: Sample;
  readonly ours: Sample;
  /** In the order of the others; null for one that failed. */
  readonly others: readonly (Sample | null)[];
}

/**
 * Runs all in turns, so that what else the machine does hits them alike.
 * @throws Error when the limit or ours fails; another one that fails drops out
 */
export async function race(
  limit: Contender,
  ours: Contender,
  others: readonly Contender[],
  { runs, warmUp, report }: RaceOptions,
): Promise<Medians> {
  const lanes = [limit, ours, ...others].map((contender) => ({
    contender,
    samples: [] as Sample[],
    failed: false,
  }));
  for (let round = warmUp ? 0 : 1; round <= runs; round++) {
    const line: string[] = [];
    for (const lane of lanes.filter(({ failed }) => !failed)) {
      try {
        const sample = await runOnce(lane.contender);
        line.push(`${lane.contender.name} ${Math.round(sample.ms)} ms`);
        if (round > 0) lane.samples.push(sample);
      } catch (error) {
        if (!others.includes(lane.contender)) throw error;
        lane.failed = true;
        report(String(error));
      }
    }
    report(`${round === 0 ? "warm-up" : `round ${round} of ${runs}`}: ${line.join(", ")}`);
  }
  const [first, second, ...rest] = lanes.map(({ samples, failed }) =>
    failed ? null : medianSample(samples),
  );
  if (first == null || second == null) throw new RangeError("a race takes at least one run");
  return { limit: first, ours: second, others: rest };
}

/** One run, with what has to be done before and after it. */
export async function runOnce({ before, run, after }: Contender): Promise<Sample> {
  await before?.();
  const sample = await run();
  await after?.();
  return sample;
}

function medianSample(samples: readonly Sample[]): Sample {
  const peaks = samples.map(({ peakBytes }) => peakBytes).filter((peak) => peak !== null);
  return { ms: median(samples.map(({ ms }) => ms)), peakBytes: peaks.length === 0 ? null : median(peaks) };
}

/** The middle one, or the mean of the two in the middle. @throws RangeError when there is none */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError("no median of nothing");
  return (lower + upper) / 2;
}
