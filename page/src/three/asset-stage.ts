// The finished asset as it was written: lit or by channel, measured, turned, posed.
import { AnimationMixer, Box3, GridHelper, Group, LineBasicMaterial, LineSegments, PerspectiveCamera, Raycaster, Scene, SkeletonHelper, SkinnedMesh, Timer, Vector2, Vector3, WireframeGeometry, type Intersection, type Texture, type WebGLRenderer } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { Channels, type Channel, type SurfaceMaps } from "./channels";
import { environmentOf, lampOf, type Lighting } from "./environment";
import { frame, letGo, loadModel, meshesOf, sphereAround, type Model } from "./models";
import { addCanvas, fitTo, makeRenderer, Redrawing } from "./renderer";
import { JointMarkers, type MarkedJoint } from "./joint-markers";
import { PlaceMarker } from "./place-marker";
import { Ruler } from "./ruler";
import type { Place } from "../api/types";

const CLICK_PX = 4;
const GRID_M = 4;

export interface Shown {
  /** Width, height and depth in metres. */
  size: Vector3;
  clips: string[];
  joints: number;
}

export interface Listeners {
  /** The ruler's length in metres, and where to write it; null without one. */
  onMeasure: (measured: { length: number; x: number; y: number } | null) => void;
  /** What lies under the pointer; null where nothing does. */
  onProbe: (uv: Vector2 | null) => void;
}

export class AssetStage {
  private readonly canvas: HTMLCanvasElement;
  private readonly renderer: WebGLRenderer;
  private readonly camera = new PerspectiveCamera(28, 1, 0.01, 100);
  private readonly controls: OrbitControls;
  private readonly scene = new Scene();
  private readonly lamps = new Group();
  private readonly lines = new Group();
  private readonly ruler = new Ruler();
  private readonly marker = new PlaceMarker();
  private readonly joints = new JointMarkers();
  private onJoint: ((place: { role: string; position: [number, number, number] }) => void) | null = null;
  private readonly timer = new Timer();
  private readonly redrawing = new Redrawing(() => this.draw());
  private readonly observer = new ResizeObserver(() => this.redrawing.ask());
  private lighting: Lighting | null = null;
  private light: Texture | null = null;
  private readonly grid = new GridHelper(GRID_M, 10 * GRID_M);
  private model: Model | null = null;
  private channels: Channels | null = null;
  private bones: SkeletonHelper | null = null;
  private mixer: AnimationMixer | null = null;
  private measuring = false;
  private probing = false;
  private pressed: Vector2 | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly listeners: Listeners,
  ) {
    this.canvas = addCanvas(host, "The asset in 3D; drag to turn it");
    this.renderer = makeRenderer(this.canvas);
    this.grid.material.transparent = true;
    this.grid.material.opacity = 0.18;
    this.scene.add(this.lamps, this.lines, this.ruler.group, this.joints.group, this.marker.group, this.grid);
    // Before the controls hear of it: a handle that is held must not turn the view.
    this.canvas.addEventListener("pointerdown", this.onDown);
    this.controls = new OrbitControls(this.camera, this.canvas);
    this.controls.addEventListener("change", this.redrawing.ask);
    this.canvas.addEventListener("pointerup", this.onUp);
    this.canvas.addEventListener("pointermove", this.onMove);
    this.observer.observe(host);
  }

  async show(url: string): Promise<Shown> {
    const model = await loadModel(url);
    const first = this.model === null;
    if (this.model) letGo(this.model.root);
    this.lines.clear();
    this.bones?.removeFromParent();
    this.mixer = null;
    this.model = model;
    this.channels = new Channels(model.root);
    this.scene.add(model.root);
    this.bones = skeletonOf(model);
    if (this.bones) this.scene.add(this.bones);
    const { width, height } = fitTo(this.renderer, this.host);
    this.camera.aspect = width / height;
    if (first) this.frame();
    await this.renderer.compileAsync(this.scene, this.camera);
    this.redrawing.ask();
    const size = new Box3().setFromObject(model.root).getSize(new Vector3());
    return { size, clips: model.clips.map((clip) => clip.name), joints: this.bones?.bones.length ?? 0 };
  }

  frame(): void {
    if (this.model) frame(this.camera, this.controls, sphereAround([this.model.root]));
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

  /** Look at a place from where it faces, and mark it; null takes the mark away. */
  pointAt(place: Place | null): void {
    this.marker.set(place);
    if (place && this.model) {
      const reach = sphereAround([this.model.root]).radius;
      const distance = (Math.max(0.35 * reach, Math.min(reach, place.radius_m)) * 1.25) / Math.sin((this.camera.fov * Math.PI) / 360);
      this.controls.target.set(...place.position);
      this.camera.position.copy(this.controls.target).addScaledVector(new Vector3(...place.facing), distance);
      this.controls.update();
    }
    this.redrawing.ask();
  }

  setLighting(lighting: Lighting): void {
    if (lighting === this.lighting) return;
    this.lighting = lighting;
    this.light?.dispose();
    this.light = environmentOf(this.renderer, lighting);
    this.scene.environment = this.light;
    this.lamps.clear();
    this.lamps.add(lampOf(lighting));
    this.redrawing.ask();
  }

  setChannel(channel: Channel, maps: SurfaceMaps | null): void {
    this.channels?.show(channel, maps);
    this.probing = channel === "confidence" || channel === "origin";
    this.redrawing.ask();
  }

  setWireframe(on: boolean): void {
    if (on && this.lines.children.length === 0 && this.model) {
      const material = new LineBasicMaterial({ color: 0x10151c, transparent: true, opacity: 0.6 });
      for (const mesh of meshesOf(this.model.root)) {
        const lines = new LineSegments(new WireframeGeometry(mesh.geometry), material);
        lines.applyMatrix4(mesh.matrixWorld);
        lines.scale.multiplyScalar(1.0008);
        this.lines.add(lines);
      }
    }
    this.lines.visible = on;
    this.redrawing.ask();
  }

  setGrid(on: boolean): void {
    this.grid.visible = on;
    this.redrawing.ask();
  }

  setTurning(on: boolean): void {
    this.controls.autoRotate = on;
    this.timer.update();
    this.redrawing.ask();
  }

  setMeasuring(on: boolean): void {
    this.measuring = on;
    if (!on) this.ruler.clear();
    this.canvas.classList.toggle("aiming", on);
    this.redrawing.ask();
  }

  setBones(on: boolean): void {
    if (this.bones) this.bones.visible = on;
    this.redrawing.ask();
  }

  /** Show handles for joints; `onMove` hears of each that was dragged. */
  setJoints(joints: readonly MarkedJoint[], onMove: ((place: { role: string; position: [number, number, number] }) => void) | null): void {
    this.onJoint = onMove;
    this.joints.set(joints);
    this.redrawing.ask();
  }

  play(clip: string | null): void {
    this.mixer?.stopAllAction();
    this.mixer = null;
    const found = this.model?.clips.find((one) => one.name === clip);
    if (this.model && found) {
      this.mixer = new AnimationMixer(this.model.root);
      this.mixer.clipAction(found).play();
      this.timer.update();
    }
    this.redrawing.ask();
  }

  dispose(): void {
    this.redrawing.stop();
    this.observer.disconnect();
    this.controls.dispose();
    this.channels?.drop();
    if (this.model) letGo(this.model.root);
    this.light?.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
    this.canvas.remove();
  }

  private readonly onDown = (event: PointerEvent): void => {
    this.pressed = new Vector2(event.clientX, event.clientY);
    if (this.onJoint && this.joints.grab(this.placeOf(event), this.camera)) this.controls.enabled = false;
  };

  private readonly onUp = (event: PointerEvent): void => {
    this.controls.enabled = true;
    const joint = this.joints.drop();
    if (joint) {
      this.onJoint?.(joint);
      return;
    }
    const moved = this.pressed?.distanceTo(new Vector2(event.clientX, event.clientY)) ?? Infinity;
    if (!this.measuring || moved > CLICK_PX) return;
    const hit = this.under(event);
    if (hit) this.ruler.add(hit.point);
    this.redrawing.ask();
  };

  private readonly onMove = (event: PointerEvent): void => {
    if (this.joints.drag(this.placeOf(event), this.camera)) this.redrawing.ask();
    if (this.probing && event.buttons === 0) this.listeners.onProbe(this.under(event)?.uv ?? null);
  };

  private under(event: PointerEvent): Intersection | null {
    if (!this.model) return null;
    const caster = new Raycaster();
    caster.setFromCamera(this.placeOf(event), this.camera);
    return caster.intersectObjects(meshesOf(this.model.root), false)[0] ?? null;
  }

  /** Where on the canvas an event was, from -1 to 1. */
  private placeOf(event: PointerEvent): Vector2 {
    const box = this.canvas.getBoundingClientRect();
    return new Vector2((2 * (event.clientX - box.left)) / box.width - 1, 1 - (2 * (event.clientY - box.top)) / box.height);
  }

  private draw(): void {
    this.timer.update();
    const seconds = this.timer.getDelta();
    const { width, height } = fitTo(this.renderer, this.host);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.mixer?.update(seconds);
    if (this.controls.autoRotate) this.controls.update(seconds);
    this.ruler.scaleFor(this.camera);
    this.joints.scaleFor(this.camera);
    this.marker.scaleFor(this.camera);
    this.renderer.render(this.scene, this.camera);
    this.tellLength(width, height);
    if (this.mixer || this.controls.autoRotate) this.redrawing.ask();
  }

  private tellLength(width: number, height: number): void {
    const { length, middle } = this.ruler;
    if (length === null || !middle) {
      this.listeners.onMeasure(null);
      return;
    }
    const seen = middle.project(this.camera);
    this.listeners.onMeasure({ length, x: ((seen.x + 1) / 2) * width, y: ((1 - seen.y) / 2) * height });
  }
}

function skeletonOf({ root }: Model): SkeletonHelper | null {
  let skinned = false;
  root.traverse((node) => {
    skinned ||= node instanceof SkinnedMesh;
  });
  if (!skinned) return null;
  const helper = new SkeletonHelper(root);
  helper.visible = false;
  return helper;
}
