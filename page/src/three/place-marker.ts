// A ring around the place that a finding speaks of; it faces the camera and shows through.
import { Group, Mesh, MeshBasicMaterial, RingGeometry, type PerspectiveCamera } from "three";
import type { Place } from "../api/types";

const SIZE = 0.026;

export class PlaceMarker {
  readonly group = new Group();

  constructor() {
    const dark = new MeshBasicMaterial({ color: 0x10151c, depthTest: false, transparent: true, opacity: 0.7, toneMapped: false });
    const light = new MeshBasicMaterial({ color: 0xffb454, depthTest: false, transparent: true, toneMapped: false });
    this.group.add(new Mesh(new RingGeometry(0.86, 1.3, 48), dark), new Mesh(new RingGeometry(0.94, 1.22, 48), light));
    this.group.children.forEach((ring, index) => (ring.renderOrder = 8 + index));
    this.group.visible = false;
  }

  set(place: Place | null): void {
    this.group.visible = place !== null;
    if (place) this.group.position.set(...place.position);
  }

  /** Keep the ring as large on the screen, and turned to whoever looks. */
  scaleFor(camera: PerspectiveCamera): void {
    this.group.quaternion.copy(camera.quaternion);
    this.group.scale.setScalar(camera.position.distanceTo(this.group.position) * SIZE);
  }
}
