// Joints that a person has put elsewhere, until the asset is rigged again with them.
import { signal } from "@preact/signals";

export interface Place {
  role: string;
  position: [number, number, number];
}

/** By refinement. */
export const movedJoints = signal<ReadonlyMap<string, readonly Place[]>>(new Map());
