// The board of drafts: one canvas under all tiles, one camera for all of them.
import { HalfFloatType, PerspectiveCamera, Scene, WebGLRenderTarget, type Texture, type WebGLRenderer } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import type { Draft } from "../api/types";
import { environmentOf, lampOf } from "./environment";
import { cameraFrom } from "./fitted-camera";
import { frame, letGo, loadModel, sphereAround } from "./models";
import { loadTexture, OverPhoto } from "./over-photo";
import { addCanvas, fitTo, isSoftware, makeRenderer, Redrawing } from "./renderer";
import { Shaded, type Shading } from "./shading";

interface Tile {
  draft: Draft;
  element: HTMLElement;
  scene: Scene;
  shaded: Shaded;
}

export interface PhotoPair {
  photo: string;
  mask: string;
}

export class DraftStage {
  private readonly canvas: HTMLCanvasElement;
  private readonly renderer: WebGLRenderer;
  private readonly camera = new PerspectiveCamera(28, 1, 0.01, 100);
  private readonly controls: OrbitControls;
  private readonly target = new WebGLRenderTarget(8, 8, { type: HalfFloatType, samples: isSoftware() ? 0 : 4 });
  private readonly over = new OverPhoto();
  private readonly redrawing = new Redrawing(() => this.draw());
  private readonly observer = new ResizeObserver(() => this.redrawing.ask());
  private readonly light: Texture;
  private tiles: Tile[] = [];
  private shading: Shading = "clay";
  private opacity = 0.6;
  private photoIndex = 0;
  private pair: { photo: Texture; mask: Texture } | null = null;

  constructor(private readonly host: HTMLElement) {
    this.canvas = addCanvas(host, "Drafts in 3D; drag to turn all of them");
    this.renderer = makeRenderer(this.canvas);
    this.light = environmentOf(this.renderer, "studio");
    this.controls = new OrbitControls(this.camera, this.canvas);
    this.controls.addEventListener("change", this.redrawing.ask);
    this.observer.observe(host);
    host.addEventListener("scroll", this.redrawing.ask, true);
  }

  async add(draft: Draft, element: HTMLElement): Promise<void> {
    const { root } = await loadModel(draft.model.url);
    const scene = new Scene();
    scene.environment = this.light;
    scene.add(root, lampOf("studio"));
    const shaded = new Shaded(root);
    shaded.set(this.shading);
    this.tiles.push({ draft, element, scene, shaded });
    this.frameAll();
  }

  frameAll(): void {
    this.fitCamera();
    frame(this.camera, this.controls, sphereAround(this.tiles.map((tile) => tile.shaded.root)));
    this.redrawing.ask();
  }

  turn(left: number, up: number): void {
    const offset = this.camera.position.clone().sub(this.controls.target);
    const radius = offset.length();
    const height = Math.min(1.5, Math.max(-1.5, Math.asin(offset.y / radius) + up));
    const around = Math.atan2(offset.x, offset.z) + left;
    offset.set(Math.sin(around) * Math.cos(height), Math.sin(height), Math.cos(around) * Math.cos(height));
    this.camera.position.copy(this.controls.target).addScaledVector(offset, radius);
    this.controls.update();
  }

  setShading(shading: Shading): void {
    this.shading = shading;
    this.controls.enabled = shading !== "photo" && shading !== "difference";
    for (const tile of this.tiles) tile.shaded.set(shading);
    this.redrawing.ask();
  }

  setOpacity(opacity: number): void {
    this.opacity = opacity;
    this.redrawing.ask();
  }

  async setPhoto(index: number, pair: PhotoPair): Promise<void> {
    const [photo, mask] = await Promise.all([loadTexture(pair.photo, { color: true }), loadTexture(pair.mask, { color: false })]);
    this.pair?.photo.dispose();
    this.pair?.mask.dispose();
    this.pair = { photo, mask };
    this.photoIndex = index;
    this.redrawing.ask();
  }

  dispose(): void {
    this.redrawing.stop();
    this.observer.disconnect();
    this.host.removeEventListener("scroll", this.redrawing.ask, true);
    this.controls.dispose();
    for (const tile of this.tiles) letGo(tile.shaded.root);
    this.tiles = [];
    this.pair?.photo.dispose();
    this.pair?.mask.dispose();
    this.target.dispose();
    this.over.dispose();
    this.light.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
    this.canvas.remove();
  }

  private fitCamera(): void {
    const box = this.tiles[0]?.element.getBoundingClientRect();
    if (box && box.height > 0) this.camera.aspect = box.width / box.height;
    this.camera.updateProjectionMatrix();
  }

  private draw(): void {
    fitTo(this.renderer, this.host);
    this.renderer.setScissorTest(false);
    this.renderer.clear();
    this.renderer.setScissorTest(true);
    this.fitCamera();
    const base = this.host.getBoundingClientRect();
    for (const tile of this.tiles) {
      const box = tile.element.getBoundingClientRect();
      const rect = { x: box.left - base.left, y: base.bottom - box.bottom, width: box.width, height: box.height };
      if (rect.width < 2 || box.bottom < base.top || box.top > base.bottom) continue;
      this.drawTile(tile, rect);
    }
  }

  private drawTile(tile: Tile, rect: Rect): void {
    const wire = tile.draft.cameras[this.photoIndex];
    const throughPhoto = (this.shading === "photo" || this.shading === "difference") && wire && this.pair;
    if (!throughPhoto || !wire || !this.pair) {
      this.view(rect);
      this.renderer.render(tile.scene, this.camera);
      return;
    }
    const scale = Math.min(rect.width / wire.width, rect.height / wire.height);
    const [width, height] = [wire.width * scale, wire.height * scale];
    const ratio = this.renderer.getPixelRatio();
    this.target.setSize(Math.ceil(width * ratio), Math.ceil(height * ratio));
    this.renderer.setRenderTarget(this.target);
    this.renderer.setScissorTest(false);
    this.renderer.clear();
    this.renderer.render(tile.scene, cameraFrom(wire));
    this.renderer.setRenderTarget(null);
    this.renderer.setScissorTest(true);
    this.over.set(this.target, { ...this.pair, opacity: this.opacity, difference: this.shading === "difference" });
    this.view({ x: rect.x + (rect.width - width) / 2, y: rect.y + (rect.height - height) / 2, width, height });
    this.renderer.render(this.over.scene, this.over.camera);
  }

  private view({ x, y, width, height }: Rect): void {
    this.renderer.setViewport(x, y, width, height);
    this.renderer.setScissor(x, y, width, height);
  }
}

interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}
