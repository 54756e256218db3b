// The canvas of the mask view: zoom, pan, what is drawn over what, and the brush's outline.
import type { Finding } from "../../api/types";
import type { Point } from "./brush";
import type { Layers } from "./layers";

export type Backdrop = "checker" | "black" | "white";

export interface Look {
  backdrop: Backdrop;
  /** How much of the rest of the photo shows, 0 to 1. */
  rest: number;
  /** Left of this share of the width is the photo before; null compares nothing. */
  split: number | null;
  marked: readonly Finding[];
  brushRadius: number;
  brushColor: string;
}

const MAX_SCALE = 32;

export class CanvasView {
  layers: Layers | null = null;
  look: Look = { backdrop: "checker", rest: 0.25, split: null, marked: [], brushRadius: 20, brushColor: "#fff" };
  /** Where the brush hovers, in pixels of the photo. */
  cursor: Point | null = null;
  private scale = 1;
  private offset: Point = [0, 0];
  private fitted = true;
  private frame = 0;
  private readonly observer: ResizeObserver;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas);
  }

  dispose(): void {
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
  }

  show(layers: Layers): void {
    const same = this.layers?.photo.id === layers.photo.id;
    this.layers = layers;
    if (!same) this.fit();
    this.redraw();
  }

  fit(): void {
    if (!this.layers) return;
    const { width, height } = this.layers.photo;
    const box = this.canvas.getBoundingClientRect();
    this.scale = Math.min((box.width - 24) / width, (box.height - 24) / height);
    this.offset = [(box.width - width * this.scale) / 2, (box.height - height * this.scale) / 2];
    this.fitted = true;
    this.redraw();
  }

  /** Show a region large, with its surroundings. */
  jumpTo(where: NonNullable<Finding["where"]>): void {
    const box = this.canvas.getBoundingClientRect();
    const wide = Math.max(24, where.x1 - where.x0) * 2;
    const high = Math.max(24, where.y1 - where.y0) * 2;
    this.scale = Math.min(MAX_SCALE, box.width / wide, box.height / high);
    const middle: Point = [(where.x0 + where.x1) / 2, (where.y0 + where.y1) / 2];
    this.offset = [box.width / 2 - middle[0] * this.scale, box.height / 2 - middle[1] * this.scale];
    this.fitted = false;
    this.redraw();
  }

  zoomBy(factor: number, around?: Point): void {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = around ?? [box.width / 2, box.height / 2];
    const next = Math.min(MAX_SCALE, Math.max(0.02, this.scale * factor));
    const ratio = next / this.scale;
    this.offset = [x - (x - this.offset[0]) * ratio, y - (y - this.offset[1]) * ratio];
    this.scale = next;
    this.fitted = false;
    this.redraw();
  }

  panBy(dx: number, dy: number): void {
    this.offset = [this.offset[0] + dx, this.offset[1] + dy];
    this.fitted = false;
    this.redraw();
  }

  /** Pixels of the photo under a place on the canvas. */
  photoPoint([x, y]: Point): Point {
    return [(x - this.offset[0]) / this.scale, (y - this.offset[1]) / this.scale];
  }

  get zoom(): number {
    return this.scale;
  }

  redraw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  private resize(): void {
    const box = this.canvas.getBoundingClientRect();
    this.canvas.width = Math.max(1, Math.round(box.width * devicePixelRatio));
    this.canvas.height = Math.max(1, Math.round(box.height * devicePixelRatio));
    if (this.fitted) this.fit();
    this.redraw();
  }

  private draw(): void {
    const context = this.canvas.getContext("2d");
    const layers = this.layers;
    if (!context || !layers) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const { width, height } = layers.photo;
    const [x, y] = this.offset;
    const [w, h] = [width * this.scale, height * this.scale];
    context.imageSmoothingEnabled = this.scale < 4;
    this.drawBackdrop(context, x, y, w, h);
    context.globalAlpha = this.look.rest;
    context.drawImage(layers.picture, x, y, w, h);
    context.globalAlpha = 1;
    context.drawImage(layers.cut, x, y, w, h);
    context.globalAlpha = 0.45;
    context.drawImage(layers.doubt, x, y, w, h);
    context.globalAlpha = 1;
    if (this.look.split !== null) this.drawBefore(context, x, y, w, h);
    for (const finding of this.look.marked) this.drawMark(context, finding);
    this.drawBrush(context);
  }

  private drawBackdrop(context: CanvasRenderingContext2D, x: number, y: number, w: number, h: number): void {
    context.fillStyle = this.look.backdrop === "black" ? "#000" : this.look.backdrop === "white" ? "#fff" : checker(context);
    context.fillRect(x, y, w, h);
  }

  private drawBefore(context: CanvasRenderingContext2D, x: number, y: number, w: number, h: number): void {
    const edge = x + w * (this.look.split ?? 0);
    context.save();
    context.beginPath();
    context.rect(x, y, edge - x, h);
    context.clip();
    if (this.layers) context.drawImage(this.layers.picture, x, y, w, h);
    context.restore();
    context.fillStyle = "#fff";
    context.fillRect(edge - 1, y, 2, h);
  }

  private drawMark(context: CanvasRenderingContext2D, { where }: Finding): void {
    if (!where) return;
    const corner: Point = [where.x0 * this.scale + this.offset[0], where.y0 * this.scale + this.offset[1]];
    const size: Point = [(where.x1 - where.x0) * this.scale, (where.y1 - where.y0) * this.scale];
    for (const [color, dash] of [["#000", []], ["#ffb454", [6, 4]]] as const) {
      context.strokeStyle = color;
      context.lineWidth = 1.5;
      context.setLineDash([...dash]);
      context.strokeRect(...corner, ...size);
    }
    context.setLineDash([]);
  }

  private drawBrush(context: CanvasRenderingContext2D): void {
    if (!this.cursor) return;
    const [x, y] = [this.cursor[0] * this.scale + this.offset[0], this.cursor[1] * this.scale + this.offset[1]];
    for (const [color, width] of [["#000", 3], [this.look.brushColor, 1.5]] as const) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.beginPath();
      context.arc(x, y, Math.max(1.5, this.look.brushRadius * this.scale), 0, 2 * Math.PI);
      context.stroke();
    }
  }
}

function checker(context: CanvasRenderingContext2D): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 20;
  const paint = tile.getContext("2d");
  if (!paint) return "#999";
  paint.fillStyle = "#8c8c8c";
  paint.fillRect(0, 0, 20, 20);
  paint.fillStyle = "#b4b4b4";
  paint.fillRect(0, 0, 10, 10);
  paint.fillRect(10, 10, 10, 10);
  return context.createPattern(tile, "repeat") ?? "#999";
}
