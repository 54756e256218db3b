// Draft and finished asset from the same place, divided by a line.
import { PerspectiveCamera, Scene, type Texture, type WebGLRenderer } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { environmentOf, lampOf } from "./environment";
import { frame, letGo, loadModel, sphereAround } from "./models";
import { addCanvas, fitTo, makeRenderer, Redrawing } from "./renderer";
import { Shaded } from "./shading";

/** The divider stops that far from the sides. */
const INSET_PX = 8;

export class ComparingStage {
  private readonly canvas: HTMLCanvasElement;
  private readonly renderer: WebGLRenderer;
  private readonly camera = new PerspectiveCamera(28, 1, 0.01, 100);
  private readonly controls: OrbitControls;
  private readonly redrawing = new Redrawing(() => this.draw());
  private readonly observer = new ResizeObserver(() => this.redrawing.ask());
  private readonly light: Texture;
  private readonly before = new Scene();
  private readonly after = new Scene();
  private split = 0.5;

  constructor(private readonly host: HTMLElement) {
    this.canvas = addCanvas(host, "Draft and finished asset in 3D");
    this.renderer = makeRenderer(this.canvas);
    this.light = environmentOf(this.renderer, "studio");
    this.controls = new OrbitControls(this.camera, this.canvas);
    this.controls.addEventListener("change", this.redrawing.ask);
    this.observer.observe(host);
    for (const scene of [this.before, this.after]) {
      scene.add(lampOf("studio"));
      scene.environment = this.light;
    }
  }

  async show(before: string, after: string): Promise<void> {
    const [draft, asset] = await Promise.all([loadModel(before), loadModel(after)]);
    new Shaded(draft.root).set("clay");
    this.before.add(draft.root);
    this.after.add(asset.root);
    this.camera.aspect = this.host.clientWidth / Math.max(1, this.host.clientHeight);
    frame(this.camera, this.controls, sphereAround([draft.root, asset.root]));
    this.host.dataset["ready"] = "true";
    this.redrawing.ask();
  }

  setSplit(split: number): void {
    this.split = split;
    this.redrawing.ask();
  }

  dispose(): void {
    this.redrawing.stop();
    this.observer.disconnect();
    this.controls.dispose();
    for (const scene of [this.before, this.after]) letGo(scene);
    this.light.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
    this.canvas.remove();
  }

  private draw(): void {
    const { width, height } = fitTo(this.renderer, this.host);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    const edge = Math.round(INSET_PX + (width - 2 * INSET_PX) * this.split);
    this.renderer.setViewport(0, 0, width, height);
    this.renderer.setScissorTest(true);
    this.renderer.setScissor(0, 0, edge, height);
    this.renderer.render(this.before, this.camera);
    this.renderer.setScissor(edge, 0, width - edge, height);
    this.renderer.render(this.after, this.camera);
  }
}
