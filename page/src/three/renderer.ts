// One WebGL renderer, its environment light, and drawing only when something has changed.
import { NeutralToneMapping, PMREMGenerator, WebGLRenderer, type Texture } from "three";
import { RoomEnvironment } from "three/examples/jsm/environments/RoomEnvironment.js";

export function makeRenderer(canvas: HTMLCanvasElement): WebGLRenderer {
  try {
    const renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    renderer.setClearAlpha(0);
    renderer.toneMapping = NeutralToneMapping;
    return renderer;
  } catch {
    throw new Error("This browser cannot draw in 3D: WebGL 2 is switched off or not there.");
  }
}

export function roomLight(renderer: WebGLRenderer): Texture {
  const generator = new PMREMGenerator(renderer);
  const room = new RoomEnvironment();
  const light = generator.fromScene(room, 0.04).texture;
  room.dispose();
  generator.dispose();
  return light;
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

/** Fit a renderer to an element; true if its size has changed. */
export function fitTo(renderer: WebGLRenderer, host: HTMLElement): { width: number; height: number } {
  const width = Math.max(1, host.clientWidth);
  const height = Math.max(1, host.clientHeight);
  renderer.setSize(width, height, false);
  return { width, height };
}
