"""How well finished assets agree with their photographs, and a picture of all of them.

Reads the projects that `python -m benchmarks.speed` left, or makes them. Writes
`results/agreement.csv` and, beside the projects, `all.png`: each photo, and its asset from the
front, three quarters, the side and behind.

    python -m benchmarks.agreement [--projects DIR]
"""

import argparse
import csv
import json
import statistics
from pathlib import Path

from PIL import Image, ImageDraw

from benchmarks.photo_runs import all_photos, run_all
from bozzetto.formats.gltf.glb import read_glb
from bozzetto.qa.rendering.base import Renderer, RenderShape, RenderStyle
from bozzetto.qa.rendering.cameras import side_cameras
from bozzetto.qa.rendering.registry import choose_renderer

SIDES = ("front", "three-quarter", "right", "back")
RESULTS = Path(__file__).parent / "results" / "agreement.csv"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=Path, default=Path("benchmarks/out/speed"))
    arguments, options = parser.parse_known_args()
    if not arguments.projects.is_dir():
        for run in run_all(all_photos(), out=arguments.projects, options=options):
            print(f"{run.photo.name}: exit {run.exit_code}, {run.wall_seconds:.1f} s", flush=True)
    rows = [row_of(path) for path in sorted(arguments.projects.glob("*/report.json"))]
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for name in ("psnr_db", "silhouette_iou", "observed", "inferred", "triangles"):
        values = [row[name] for row in rows]
        print(
            f"{name:16} median {statistics.median(values):9.3f}"
            f"   worst {min(values):9.3f}   best {max(values):9.3f}"
        )
    draw_all(sorted(path.parent for path in arguments.projects.glob("*/report.json")))


def draw_all(projects: list[Path], *, cell_px: int = 180, columns: int = 3) -> None:
    """Draw every asset beside its photo, for a person to judge."""
    renderer, _ = choose_renderer()
    rows = -(-len(projects) // columns)
    width = (1 + len(SIDES)) * cell_px
    page = Image.new("RGB", (columns * (width + 24), rows * (cell_px + 24)), "white")
    pen = ImageDraw.Draw(page)
    for index, project in enumerate(projects):
        x, y = index // rows * (width + 24), index % rows * (cell_px + 24)
        pen.text((x, y + cell_px + 4), project.name, fill="black", font_size=14)
        for column, picture in enumerate(pictures_of(project, renderer, cell_px=cell_px)):
            page.paste(picture, (x + column * cell_px, y), picture)
    page.save(projects[0].parent / "all.png")
    print(f"Picture: {projects[0].parent / 'all.png'}")


def pictures_of(project: Path, renderer: Renderer, *, cell_px: int) -> list[Image.Image]:
    """Return the photo's thumbnail and the asset from several sides."""
    report = json.loads((project / "report.json").read_text())
    given = report["inputs"][0]
    (path,) = (project / "inputs").glob(f"{given['sha256']}.*")
    photo = Image.open(path).convert("RGBA")
    photo.thumbnail((cell_px, cell_px))
    glb = (project / f"{report['name']}.glb").read_bytes()
    shape = RenderShape.of(read_glb(glb, name=project.name), glb=glb)
    cameras = [side.camera for side in side_cameras(shape.mesh, size_px=cell_px, names=SIDES)]
    drawn = renderer.render(shape, cameras=cameras, style=RenderStyle.TEXTURED)
    return [photo, *(Image.fromarray(picture) for picture in drawn)]


def row_of(path: Path) -> dict[str, object]:
    """Read one report."""
    report = json.loads(path.read_text())
    agreement = report["facts"]["agreement"][0]
    topology = report["facts"]["topology"]
    return {
        "photo": path.parent.name,
        "variant": report["approval"]["variant"],
        "psnr_db": round(agreement["psnr_db"], 2),
        "silhouette_iou": round(agreement["silhouette_iou"], 4),
        "observed": round(report["surface"]["observed"], 3),
        "mirrored": round(report["surface"]["mirrored"], 3),
        "inferred": round(report["surface"]["inferred"], 3),
        "triangles": topology["triangles"],
        "watertight": topology["watertight"],
        "pieces": topology["pieces"],
    }


if __name__ == "__main__":
    main()
