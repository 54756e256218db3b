// The pictures behind the mask view, at a size that stays quick: photo, alpha, cut-out, doubts.
import type { Photo } from "../../api/types";
import { alphaBitmap } from "./alpha";
import { drawStroke, type Painted } from "./brush";

const LONGEST_PX = 2048;

export class Layers {
  readonly cut: HTMLCanvasElement;
  readonly doubt: HTMLCanvasElement;
  private readonly alpha: HTMLCanvasElement;

  private constructor(
    readonly photo: Photo,
    readonly picture: ImageBitmap,
    private readonly base: ImageBitmap | null,
    /** Pixels here per pixel of the photo. */
    readonly scale: number,
  ) {
    this.cut = canvasLike(picture);
    this.doubt = canvasLike(picture);
    this.alpha = canvasLike(picture);
  }

  static async load(photo: Photo, maskUrl: string | null): Promise<Layers> {
    const scale = Math.min(1, LONGEST_PX / Math.max(photo.width, photo.height));
    const width = Math.max(1, Math.round(photo.width * scale));
    const height = Math.max(1, Math.round(photo.height * scale));
    const blob = await (await fetch(photo.file.url)).blob();
    const [picture, base] = await Promise.all([
      createImageBitmap(blob, { resizeWidth: width, resizeHeight: height, resizeQuality: "high" }),
      maskUrl ? alphaBitmap(maskUrl, width, height) : null,
    ]);
    const layers = new Layers(photo, picture, base, scale);
    layers.repaint([]);
    return layers;
  }

  /** Show strokes that the service has not applied yet. */
  repaint(fresh: readonly Painted[], drawing: Painted | null = null): void {
    const alpha = contextOf(this.alpha);
    const doubt = contextOf(this.doubt);
    clear(alpha);
    clear(doubt);
    alpha.globalCompositeOperation = "source-over";
    if (this.base) alpha.drawImage(this.base, 0, 0);
    for (const stroke of drawing ? [...fresh, drawing] : fresh) this.paint(alpha, doubt, stroke);
    this.compose();
  }

  private paint(alpha: CanvasRenderingContext2D, doubt: CanvasRenderingContext2D, stroke: Painted): void {
    for (const context of [alpha, doubt]) context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    const core = stroke.kind === "unsure" ? 0 : stroke.radius * stroke.hardness;
    doubt.strokeStyle = "#f0b429";
    doubt.globalCompositeOperation = "source-over";
    if (core < stroke.radius) drawStroke(doubt, stroke.points, stroke.radius);
    if (core > 0) {
      doubt.globalCompositeOperation = "destination-out";
      drawStroke(doubt, stroke.points, core);
      alpha.strokeStyle = "#fff";
      alpha.globalCompositeOperation = stroke.kind === "keep" ? "source-over" : "destination-out";
      drawStroke(alpha, stroke.points, core);
    }
    for (const context of [alpha, doubt]) context.setTransform(1, 0, 0, 1, 0, 0);
  }

  private compose(): void {
    const cut = contextOf(this.cut);
    clear(cut);
    cut.globalCompositeOperation = "source-over";
    cut.drawImage(this.alpha, 0, 0);
    cut.globalCompositeOperation = "source-in";
    cut.drawImage(this.picture, 0, 0);
  }
}

function canvasLike(picture: ImageBitmap): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  return canvas;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot draw.");
  return context;
}

function clear(context: CanvasRenderingContext2D): void {
  context.globalCompositeOperation = "source-over";
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
}
