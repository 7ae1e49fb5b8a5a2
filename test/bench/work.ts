import type { PrivateServer } from "../../src/scratch/private-server";
import type { Measuring } from "./measure";
import type { Peer } from "./peers";
import type { Row } from "./table";

/** What a kind of work gets in order to measure it on one server. */
export interface Bench extends Measuring {
  readonly server: PrivateServer;
  /** Path of the family's command-line client. */
  readonly client: string;
  /** The built program, to be run by Node. */
  readonly bin: string;
  /** Other tools to measure beside; empty when they are not installed. */
  readonly peers: readonly Peer[];
  readonly options: BenchOptions;
  /** Tells on stderr how far it is. */
  readonly report: (line: string) => void;
}

/** What was asked for on the command line, as far as works need it. */
export interface BenchOptions {
  /** Runs of everything that is compared. */
  readonly runs: number;
  /** Size of the file that stands for 1 GB. */
  readonly gigabytes: number;
  /** Whether a gigabyte of single rows is loaded as well. */
  readonly singleGigabyte: boolean;
}

/** A kind of work: something to do, and the rows that come of it. */
export type Work = (bench: Bench) => Promise<readonly Row[]>;
