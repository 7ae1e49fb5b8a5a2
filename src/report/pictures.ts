import { diagramOf, diagramOfDifference } from "./diagram";
import { diagramOfGroups, type Group, groupTables } from "./groups";
import { type LayOut, layOutPlainly, type Placed } from "./layout";
import type { Report } from "./model";

/** A laid-out diagram and what it shows. */
export interface Picture {
  /** `all`, or the group's name. */
  readonly name: string;
  readonly placed: Placed;
}

/** The pictures of a report. */
export interface Pictures {
  /** If there are groups: the groups and their relations. */
  readonly overview: Picture | null;
  /** Only one if all tables fit. */
  readonly groups: readonly Picture[];
  readonly difference: Picture | null;
}

/** Lays out all diagrams of a report. */
export async function drawPictures(
  { tables, difference }: Pick<Report, "tables" | "difference">,
  layOut: LayOut,
): Promise<Pictures> {
  const groups = groupTables(tables);
  const pictures: Picture[] = [];
  for (const group of groups) pictures.push(await drawGroup(group, groups, layOut));
  // Most groups lead to the one with the users: laid out by that, they are all one below the other.
  const overview =
    groups.length < 2 ? null : { name: "groups", placed: await layOutPlainly(diagramOfGroups(groups)) };
  const changed =
    difference === null || difference.tables.length === 0
      ? null
      : { name: "difference", placed: await layOut(diagramOfDifference(difference)) };
  return { overview, groups: pictures, difference: changed };
}

async function drawGroup(group: Group, all: readonly Group[], layOut: LayOut): Promise<Picture> {
  const others = all.flatMap((other) => (other === group ? [] : other.tables));
  return { name: group.name, placed: await layOut(diagramOf(group.tables, others)) };
}
