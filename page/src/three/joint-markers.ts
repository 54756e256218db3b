// Joints as handles that can be dragged, in the plane that faces the camera.
import { Group, Mesh, MeshBasicMaterial, Plane, Raycaster, SphereGeometry, Vector2, Vector3, type PerspectiveCamera } from "three";

const SIZE = 0.0085;

export interface MarkedJoint {
  role: string;
  position: readonly [number, number, number];
  moved: boolean;
}

export class JointMarkers {
  readonly group = new Group();
  private readonly ball = new SphereGeometry(1, 16, 12);
  private readonly found = new MeshBasicMaterial({ color: 0x6fb6ff, depthTest: false, transparent: true, opacity: 0.85, toneMapped: false });
  private readonly moved = new MeshBasicMaterial({ color: 0xffb454, depthTest: false, transparent: true, toneMapped: false });
  private readonly caster = new Raycaster();
  private readonly plane = new Plane();
  private held: Mesh | null = null;

  set(joints: readonly MarkedJoint[]): void {
    if (this.held) return;
    this.group.clear();
    for (const joint of joints) {
      const marker = new Mesh(this.ball, joint.moved ? this.moved : this.found);
      marker.name = joint.role;
      marker.position.set(...joint.position);
      marker.renderOrder = 9;
      this.group.add(marker);
    }
  }

  scaleFor(camera: PerspectiveCamera): void {
    for (const marker of this.group.children) marker.scale.setScalar(camera.position.distanceTo(marker.position) * SIZE);
  }

  /** Take hold of the handle under the pointer; false where there is none. */
  grab(place: Vector2, camera: PerspectiveCamera): boolean {
    this.caster.setFromCamera(place, camera);
    const hit = this.caster.intersectObjects(this.group.children, false)[0]?.object;
    if (!(hit instanceof Mesh)) return false;
    this.held = hit;
    this.plane.setFromNormalAndCoplanarPoint(camera.getWorldDirection(new Vector3()), hit.position);
    return true;
  }

  /** Move the held handle; false where none is held. */
  drag(place: Vector2, camera: PerspectiveCamera): boolean {
    if (!this.held) return false;
    this.caster.setFromCamera(place, camera);
    const point = this.caster.ray.intersectPlane(this.plane, new Vector3());
    if (point) this.held.position.copy(point);
    return true;
  }

  /** Let go; return which joint now is where. */
  drop(): { role: string; position: [number, number, number] } | null {
    const held = this.held;
    this.held = null;
    return held && { role: held.name, position: held.position.toArray() };
  }
}
