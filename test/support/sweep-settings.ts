import { inParallel, type PointResult } from "./figures";
import { type Group, groupsWithPrograms } from "./fixture";
import { withServer } from "./server-with-options";
import { FAMILIES, type TestServer } from "./servers";
import type { Point } from "./sweep";
import { MOMENTS, observeAll, pointsOf, runSweep, type SweepReport } from "./sweep-plan";

/** How a server is set up otherwise than it is by default. What does not touch each other shares a server. */
export interface ServerSetup {
  readonly name: string;
  readonly options: readonly string[];
  readonly families: readonly TestServer["family"][];
  /** Files with stored programs, or a bare BEGIN, fail there on any client: the server takes both for another language. */
  readonly withoutPrograms?: boolean;
}

export const SERVER_SETUPS: readonly ServerSetup[] = [
  {
    name: "autocommit off, latin1, packets of 32 KiB",
    options: [
      "--autocommit=0",
      "--character-set-server=latin1",
      "--collation-server=latin1_swedish_ci",
      "--max-allowed-packet=32768",
    ],
    families: FAMILIES,
  },
  {
    name: "ANSI, READ COMMITTED, binary log",
    options: [
      "--sql-mode=ANSI",
      "--transaction-isolation=READ-COMMITTED",
      "--log-bin=binlog",
      "--binlog-format=MIXED",
      // With it, MySQL refuses what writes to InnoDB and MyISAM at once.
      "--loose-gtid-mode=OFF",
      "--loose-enforce-gtid-consistency=OFF",
      "--log-bin-trust-function-creators=1",
    ],
    families: FAMILIES,
  },
  { name: "MyISAM by default", options: ["--default-storage-engine=MyISAM"], families: FAMILIES },
  { name: "ORACLE", options: ["--sql-mode=ORACLE"], families: ["mariadb"], withoutPrograms: true },
];

/**
 * Sweeps some of the groups on each of the servers.
 * @param every each server takes every n-th point, and begins at another
 */
export async function sweepSetups(
  groups: readonly Group[],
  options: { every: number; check: (point: Point) => Promise<PointResult> },
): Promise<SweepReport> {
  const reports: SweepReport[] = [];
  for (const [offset, setup] of SERVER_SETUPS.entries()) {
    const left = setup.withoutPrograms ? await groupsWithPrograms(groups) : [];
    const chosen = groups.filter((group) => !left.includes(group));
    const without = left.length === 0 ? "" : `, less ${left.map(({ name }) => name).join(", ")}`;
    const done = await inParallel(setup.families, setup.families.length, (family) =>
      withServer(family, setup.options, async (server): Promise<SweepReport> => {
        const what = `${setup.name}${without}: cut`;
        try {
          const points = pointsOf(await observeAll(chosen, [server]), MOMENTS);
          return await runSweep(points, { ...options, what, offset, width: 2 });
        } catch (error) {
          return { figures: [], failures: `${what} [${family}]: ${error}` }; // the other servers' figures count, too
        }
      }),
    );
    reports.push(...done);
  }
  return {
    figures: reports.flatMap(({ figures }) => figures),
    failures: reports
      .map(({ failures }) => failures)
      .filter((text) => text !== "")
      .join("\n"),
  };
}
