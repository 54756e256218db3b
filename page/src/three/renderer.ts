// One WebGL renderer, and drawing only when something has changed.
import { NeutralToneMapping, Vector2, WebGLRenderer } from "three";

export function makeRenderer(canvas: HTMLCanvasElement): WebGLRenderer {
  try {
    const renderer = new WebGLRenderer({ canvas, antialias: !isSoftware(), alpha: true });
    renderer.setPixelRatio(isSoftware() ? 1 : Math.min(2, devicePixelRatio));
    renderer.setClearAlpha(0);
    renderer.toneMapping = NeutralToneMapping;
    return renderer;
  } catch {
    throw new Error("This browser cannot draw in 3D: WebGL 2 is switched off or not there.");
  }
}

let software: boolean | null = null;

/** Whether the processor has to draw, for want of a graphics card: then edges stay unsmoothed. */
export function isSoftware(): boolean {
  if (software !== null) return software;
  const gl = document.createElement("canvas").getContext("webgl2");
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = gl && info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  software = /swiftshader|llvmpipe|software/i.test(name);
  return software;
}

/** Calls `draw` in the next frame, once, however often it is asked. */
export class Redrawing {
  private frame = 0;

  constructor(private readonly draw: () => void) {}

  ask = (): void => {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  };

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }
}

/** Add a canvas that fills an element. */
export function addCanvas(host: HTMLElement, label: string): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.className = "gl";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  host.prepend(canvas);
  return canvas;
}

/** Fit a renderer to an element; a canvas that is set to its size anew is made anew. */
export function fitTo(renderer: WebGLRenderer, host: HTMLElement): { width: number; height: number } {
  const width = Math.max(1, host.clientWidth);
  const height = Math.max(1, host.clientHeight);
  const { x, y } = renderer.getSize(size);
  if (x !== width || y !== height) renderer.setSize(width, height, false);
  return { width, height };
}

const size = new Vector2();
