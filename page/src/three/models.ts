// Models: read from GLB, framed by a camera, and let go.
import { Box3, BufferGeometry, Material, Mesh, MeshStandardMaterial, Object3D, PerspectiveCamera, Sphere, Texture, Vector3, type AnimationClip } from "three";
import type { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

export interface Model {
  root: Object3D;
  clips: AnimationClip[];
}

export async function loadModel(url: string): Promise<Model> {
  const read = await new GLTFLoader().loadAsync(url);
  return { root: read.scene, clips: read.animations };
}

export function meshesOf(root: Object3D): Mesh<BufferGeometry, MeshStandardMaterial>[] {
  const found: Mesh<BufferGeometry, MeshStandardMaterial>[] = [];
  root.traverse((node) => {
    if (node instanceof Mesh) found.push(node as Mesh<BufferGeometry, MeshStandardMaterial>);
  });
  return found;
}

export function sphereAround(roots: readonly Object3D[]): Sphere {
  const box = new Box3();
  for (const root of roots) box.expandByObject(root);
  return box.isEmpty() ? new Sphere(new Vector3(0, 0.5, 0), 1) : box.getBoundingSphere(new Sphere());
}

/** Look at a sphere from the front and a little from above and the right. */
export function frame(camera: PerspectiveCamera, controls: OrbitControls, sphere: Sphere): void {
  const vertical = (camera.fov * Math.PI) / 360;
  const across = Math.atan(Math.tan(vertical) * Math.min(1, camera.aspect));
  const distance = (sphere.radius * 1.06) / Math.sin(across);
  controls.target.copy(sphere.center);
  camera.position.copy(sphere.center).add(new Vector3(0.55, 0.32, 1).setLength(distance));
  camera.near = distance / 100;
  camera.far = distance * 20;
  camera.updateProjectionMatrix();
  controls.update();
}

export function letGo(root: Object3D): void {
  root.removeFromParent();
  for (const mesh of meshesOf(root)) {
    mesh.geometry.dispose();
    for (const material of [mesh.material].flat()) dropMaterial(material);
  }
}

function dropMaterial(material: Material): void {
  for (const value of Object.values(material)) if (value instanceof Texture) value.dispose();
  material.dispose();
}
