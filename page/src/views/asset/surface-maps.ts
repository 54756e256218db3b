// What is known of each texel: how sure it is, and where it comes from.
import type { Refinement } from "../../api/types";
import { asNumbers, type SurfaceMaps } from "../../three/channels";
import { loadTexture } from "../../three/over-photo";

export const ORIGINS = ["outside the charts", "observed", "mirrored", "inferred"] as const;

export interface Probe {
  confidence: number;
  origin: (typeof ORIGINS)[number];
}

export interface Surface {
  maps: SurfaceMaps;
  at: (u: number, v: number) => Probe;
}

export async function loadSurface(refinement: Refinement): Promise<Surface> {
  const [confidence, origin] = await Promise.all([loadTexture(refinement.confidence.url, { color: false }), loadTexture(refinement.origin.url, { color: false })]);
  asNumbers(confidence, { mixed: true });
  asNumbers(origin, { mixed: false });
  const sure = reader(confidence.image as HTMLImageElement);
  const from = reader(origin.image as HTMLImageElement);
  return {
    maps: { confidence, origin },
    at: (u, v) => ({ confidence: sure(u, v) / 255, origin: ORIGINS[Math.min(3, from(u, v))] ?? "inferred" }),
  };
}

function reader(image: HTMLImageElement): (u: number, v: number) => number {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (u, v) => {
    if (!context) return 0;
    const x = Math.min(image.width - 1, Math.max(0, Math.floor(u * image.width)));
    const y = Math.min(image.height - 1, Math.max(0, Math.floor(v * image.height)));
    context.drawImage(image, x, y, 1, 1, 0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data[0] ?? 0;
  };
}
