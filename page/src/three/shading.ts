// Ways of looking at a white model.
import { Color, DoubleSide, Group, LineBasicMaterial, LineSegments, Mesh, MeshNormalMaterial, MeshStandardMaterial, WireframeGeometry, type Object3D } from "three";
import { meshesOf } from "./models";

export type Shading = "clay" | "wireframe" | "normals" | "colours" | "photo" | "difference";

const CLAY = new Color(0.5, 0.475, 0.45);

/** One model under all shadings: materials are swapped, geometry is shared. */
export class Shaded {
  private readonly first = new Map<Mesh, MeshStandardMaterial>();
  private readonly clay = new MeshStandardMaterial({ color: CLAY, roughness: 0.85, metalness: 0, side: DoubleSide });
  private readonly normals = new MeshNormalMaterial({ side: DoubleSide });
  private readonly lines = new Group();

  constructor(readonly root: Object3D) {
    for (const mesh of meshesOf(root)) {
      mesh.material.side = DoubleSide;
      this.first.set(mesh, mesh.material);
    }
    root.add(this.lines);
  }

  set(shading: Shading): void {
    this.lines.visible = shading === "wireframe";
    if (shading === "wireframe" && this.lines.children.length === 0) this.addLines();
    for (const [mesh, own] of this.first) {
      mesh.material = shading === "normals" ? this.normals : shading === "colours" || shading === "photo" ? own : this.clay;
    }
  }

  private addLines(): void {
    // Dense meshes would be all line: the more there are, the fainter each is.
    const corners = [...this.first.keys()].reduce((sum, mesh) => sum + (mesh.geometry.index?.count ?? 0), 0);
    const opacity = Math.min(0.6, Math.max(0.06, 0.6 * Math.sqrt(12_000 / Math.max(1, corners))));
    const material = new LineBasicMaterial({ color: 0x10151c, transparent: true, opacity });
    for (const mesh of this.first.keys()) {
      const lines = new LineSegments(new WireframeGeometry(mesh.geometry), material);
      mesh.updateWorldMatrix(true, false);
      lines.applyMatrix4(this.root.matrixWorld.clone().invert().multiply(mesh.matrixWorld));
      this.lines.add(lines);
    }
    this.clay.polygonOffset = true;
    this.clay.polygonOffsetFactor = 1;
    this.clay.polygonOffsetUnits = 1;
  }
}
