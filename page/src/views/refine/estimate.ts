// How long a refinement takes: the medians that the service measured on its machine.
import { estimates } from "../../state/service";

export function expectedSeconds({ lods, numPhotos }: { lods: number; numPhotos: number }): number | null {
  const known = new Map((estimates.value?.stages ?? []).map((stage) => [stage.stage, stage.seconds]));
  const shape = known.get("shapes");
  const texture = known.get("assets");
  if (shape === undefined || texture === undefined) return null;
  const looked = numPhotos > 0 ? 0 : (known.get("masks") ?? 0);
  return looked + lods * (shape + texture) + (known.get("certificates") ?? 0) + (known.get("previews") ?? 0);
}
