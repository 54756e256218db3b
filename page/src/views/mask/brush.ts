// What a person paints, and how it goes over the wire.
import type { Stroke, StrokeKind } from "../../api/types";

export type Point = readonly [number, number];

export interface Painted {
  kind: StrokeKind;
  /** Half the brush's width, in pixels of the photo. */
  radius: number;
  /** Share of the radius that is painted for certain; the rim beyond it is left to the edges. */
  hardness: number;
  points: Point[];
}

/** A soft brush is two strokes: an unsure rim, which finds the edge, and a certain core. */
export function toWire(painted: readonly Painted[]): Stroke[] {
  return painted.flatMap(({ kind, radius, hardness, points }) => {
    const corners = points.map(([x, y]) => [x, y] as [number, number]);
    const core = { kind, radius_px: Math.max(0.5, radius * hardness), points: corners };
    if (kind === "unsure" || hardness >= 0.999) return [{ ...core, radius_px: radius }];
    return [{ kind: "unsure" as const, radius_px: radius, points: corners }, core];
  });
}

export function fromWire(strokes: readonly Stroke[]): Painted[] {
  const painted: Painted[] = [];
  for (let i = 0; i < strokes.length; i += 1) {
    const rim = strokes[i];
    const core = strokes[i + 1];
    if (!rim) continue;
    if (core && isRimOf(rim, core)) {
      painted.push({ kind: core.kind, radius: rim.radius_px, hardness: core.radius_px / rim.radius_px, points: core.points as Point[] });
      i += 1;
    } else {
      painted.push({ kind: rim.kind, radius: rim.radius_px, hardness: 1, points: rim.points as Point[] });
    }
  }
  return painted;
}

function isRimOf(rim: Stroke, core: Stroke): boolean {
  return rim.kind === "unsure" && core.kind !== "unsure" && core.radius_px < rim.radius_px && JSON.stringify(rim.points) === JSON.stringify(core.points);
}

export function drawStroke(context: CanvasRenderingContext2D, points: readonly Point[], radius: number): void {
  context.lineCap = "round";
  context.lineJoin = "round";
  context.lineWidth = 2 * radius;
  context.beginPath();
  points.forEach(([x, y], index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  const [first] = points;
  if (points.length === 1 && first) context.lineTo(first[0] + 0.01, first[1]);
  context.stroke();
}
