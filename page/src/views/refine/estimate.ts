// How long a refinement takes: the medians that the service measured on its machine.
import { estimates } from "../../state/service";

export function expectedSeconds({ lods, numPhotos }: { lods: number; numPhotos: number }): number | null {
  const known = new Map((estimates.value?.stages ?? []).map((stage) => [stage.stage, stage.seconds]));
  const asset = known.get("assets");
  if (asset === undefined) return null;
  const looked = numPhotos > 0 ? 0 : (known.get("masks") ?? 0);
  return looked + lods * asset + (known.get("certificates") ?? 0) + (known.get("previews") ?? 0);
}
