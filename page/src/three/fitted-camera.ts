// A fitted camera of the service as one of three.js.
//
// The service's cameras look along +z with +y down and pixel centres at +0.5 (as OpenCV's);
// three.js looks along -z with +y up. The world is the asset's frame in both.
import { Matrix4, PerspectiveCamera } from "three";
import type { Camera } from "../api/types";

const NEAR_M = 0.01;
const FAR_M = 100;

export function cameraFrom(wire: Camera): PerspectiveCamera {
  const camera = new PerspectiveCamera();
  camera.matrixAutoUpdate = false;
  const [a, b, c] = wire.world_from_camera_rotation as unknown as [number[], number[], number[]];
  const [x, y, z] = wire.world_from_camera_translation as [number, number, number];
  const row = (r: number[], t: number) => [r[0] ?? 0, -(r[1] ?? 0), -(r[2] ?? 0), t] as const;
  camera.matrix.set(...row(a, x), ...row(b, y), ...row(c, z), 0, 0, 0, 1);
  camera.matrixWorld.copy(camera.matrix);
  camera.matrixWorldInverse.copy(camera.matrix).invert();
  camera.projectionMatrix.copy(projection(wire));
  camera.projectionMatrixInverse.copy(camera.projectionMatrix).invert();
  camera.matrixWorldAutoUpdate = false;
  return camera;
}

function projection({ width, height, focal_px, centre_px }: Camera): Matrix4 {
  const [cx, cy] = centre_px as [number, number];
  const scale = NEAR_M / focal_px;
  return new Matrix4().makePerspective(-cx * scale, (width - cx) * scale, cy * scale, -(height - cy) * scale, NEAR_M, FAR_M);
}
