// A ruler: two clicks on the surface, and the distance between them.
import { BufferGeometry, Group, Line, LineBasicMaterial, Mesh, MeshBasicMaterial, SphereGeometry, Vector3, type PerspectiveCamera } from "three";

const COLOR = 0xffb454;

export class Ruler {
  readonly group = new Group();
  private readonly points: Vector3[] = [];
  private readonly ball = new SphereGeometry(1, 12, 8);
  private readonly paint = new MeshBasicMaterial({ color: COLOR, depthTest: false, toneMapped: false });
  private readonly stroke = new LineBasicMaterial({ color: COLOR, depthTest: false, toneMapped: false });

  /** Set the next end; a third one begins anew. */
  add(point: Vector3): void {
    if (this.points.length === 2) this.clear();
    this.points.push(point.clone());
    const ball = new Mesh(this.ball, this.paint);
    ball.position.copy(point);
    ball.renderOrder = 10;
    this.group.add(ball);
    if (this.points.length < 2) return;
    const line = new Line(new BufferGeometry().setFromPoints(this.points), this.stroke);
    line.renderOrder = 10;
    this.group.add(line);
  }

  clear(): void {
    this.points.length = 0;
    this.group.clear();
  }

  /** Metres; null until both ends are set. */
  get length(): number | null {
    const [a, b] = this.points;
    return a && b ? a.distanceTo(b) : null;
  }

  get middle(): Vector3 | null {
    const [a, b] = this.points;
    return a && b ? a.clone().add(b).multiplyScalar(0.5) : null;
  }

  /** Keep the ends as large on the screen, however far they are. */
  scaleFor(camera: PerspectiveCamera): void {
    for (const child of this.group.children) {
      if (child instanceof Mesh) child.scale.setScalar(camera.position.distanceTo(child.position) * 0.006);
    }
  }
}
