// Joints that a person puts elsewhere, until the asset is rigged again with them.
import { signal } from "@preact/signals";
import type { Rig } from "../../api/types";
import type { MarkedJoint } from "../../three/joint-markers";

export interface Place {
  role: string;
  position: [number, number, number];
}

/** By refinement. */
export const movedJoints = signal<ReadonlyMap<string, readonly Place[]>>(new Map());

/** The handles that are shown, and what is done when one was dragged; null while nobody edits. */
export const editing = signal<{ joints: MarkedJoint[]; move: (place: Place) => void } | null>(null);

/** Where the service found the joints. */
export async function foundJoints(rig: Rig): Promise<Place[]> {
  if (!rig.positions) return [];
  const read = (await (await fetch(rig.positions.url)).json()) as { joints: Record<string, [number, number, number]> };
  return Object.entries(read.joints).map(([role, position]) => ({ role, position }));
}

export function moveJoint(refinementId: string, found: readonly Place[], place: Place, { mirror }: { mirror: boolean }): void {
  const other = mirror ? mirrored(found, place) : null;
  const changed = [place, ...(other ? [other] : [])];
  const before = movedJoints.value.get(refinementId) ?? [];
  const kept = before.filter((one) => !changed.some((now) => now.role === one.role));
  movedJoints.value = new Map(movedJoints.value).set(refinementId, [...kept, ...changed]);
}

export function forgetMoves(refinementId: string): void {
  const rest = new Map(movedJoints.value);
  rest.delete(refinementId);
  movedJoints.value = rest;
}

/** The same place on the other side; null for joints of the trunk. */
function mirrored(found: readonly Place[], { role, position }: Place): Place | null {
  const other = otherSide(role);
  if (!other || !found.some((one) => one.role === other)) return null;
  const [x, y, z] = position;
  return { role: other, position: [2 * middleOf(found) - x, y, z] };
}

function otherSide(role: string): string | null {
  if (role.startsWith("left")) return `right${role.slice(4)}`;
  return role.startsWith("right") ? `left${role.slice(5)}` : null;
}

/** x of the plane between left and right: the mean over all pairs. */
function middleOf(found: readonly Place[]): number {
  const at = new Map(found.map((one) => [one.role, one.position[0]]));
  const middles = found.flatMap(({ role, position }) => {
    const other = role.startsWith("left") ? at.get(`right${role.slice(4)}`) : undefined;
    return other === undefined ? [] : [(position[0] + other) / 2];
  });
  return middles.length > 0 ? middles.reduce((sum, x) => sum + x, 0) / middles.length : 0;
}
