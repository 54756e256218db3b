"""Make a page of finished assets that opens from a file or a static server, without any network.

Runs `bozzetto make` on each photo whose project is not there yet, so an interrupted run goes on;
photos that are absent are named on the page. Everything beside the pictures comes from the
projects' reports; what a person found wrong comes from `tools/gallery_notes.json`.

    python -m tools.gallery -o out/gallery [--only NAME ...] [--no-build]
"""

import argparse
import base64
import html
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bozzetto.formats.gltf.glb import read_glb
from bozzetto.qa.rendering.base import Renderer, RenderShape, RenderStyle
from bozzetto.qa.rendering.cameras import side_cameras
from bozzetto.qa.rendering.registry import choose_renderer

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = Path(__file__).with_name("gallery.html")
NOTES = Path(__file__).with_name("gallery_notes.json")
VIEWER = ROOT / "page/node_modules/@google/model-viewer/dist/model-viewer-umd.min.js"
SIDES = ("front", "three-quarter", "right", "back", "left", "top")
PICTURE_PX = 512
PHOTOS = (
    "triposr/teapot.png",
    "instantmesh/cute_tiger.jpg",
    "triposr/chair.png",
    "triposr/robot.png",
    "triposr/hamburger.png",
    "instantmesh/skating_shoe.jpg",
    "instantmesh/teasure_chest.jpg",
    "triposr/horse.png",
    "instantmesh/sea_turtle.png",
    "instantmesh/mushroom_teapot.jpg",
    "instantmesh/extinguisher.png",
    "instantmesh/cake.jpg",
)


@dataclass(frozen=True, kw_only=True)
class Card:
    """One asset on the page."""

    name: str
    figures: tuple[tuple[str, str], ...]
    """What is measured, and its value."""
    notes: tuple[str, ...]
    """What is wrong with it."""


def main() -> None:
    """Build what is missing, then the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "out" / "gallery")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--no-build", action="store_true", help="show what is there")
    given = parser.parse_args()
    if not VIEWER.exists():
        sys.exit(f"{VIEWER} is missing; run `npm ci` in page/ first.")
    notes: dict[str, list[str]] = json.loads(NOTES.read_text("utf-8"))
    cards: list[Card] = []
    absent: list[str] = []
    for relative in PHOTOS:
        name = Path(relative).stem
        if given.only and name not in given.only:
            continue
        project = given.output / "projects" / name
        if not given.no_build:
            build(photos_folder() / relative, project)
        if (project / "report.json").exists():
            cards.append(show(project, given.output / "assets" / name, notes.get(name, [])))
        else:
            absent.append(relative)
    shutil.copyfile(VIEWER, given.output / "model-viewer.js")
    (given.output / "index.html").write_text(page_of(cards, absent), "utf-8")
    print(f"{given.output / 'index.html'}: {len(cards)} assets, {len(absent)} absent {absent}")


def photos_folder() -> Path:
    """Return the folder of test photographs; it need not exist."""
    return Path(os.environ.get("BOZZETTO_SHARED", ROOT.parent / "shared")) / "photos"


def build(photo: Path, project: Path) -> None:
    """Make one asset where it is missing."""
    if (project / "report.json").exists() or not photo.exists():
        return
    command = [sys.executable, "-m", "bozzetto.cli.main", "make", str(photo), "-o", str(project)]
    print(f"{project.name} ...", flush=True)
    subprocess.run([*command, "--image-format", "jpeg"], check=True, stdout=subprocess.DEVNULL)


def show(project: Path, folder: Path, notes: list[str]) -> Card:
    """Put one asset's files beside the page, where they are not there yet."""
    report = json.loads((project / "report.json").read_text("utf-8"))
    glb = (project / f"{report['name']}.glb").read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "asset.glb").write_bytes(glb)
    # Pages opened from a file may load scripts, but not other files: the model travels in one.
    encoded = base64.b64encode(glb).decode()
    text = f'models["{project.name}"] = "data:model/gltf-binary;base64,{encoded}";\n'
    (folder / "asset.js").write_text(text, "utf-8")
    if not (folder / "relit.jpg").exists():
        draw(glb, folder)
    (source,) = (project / "inputs").glob(f"{report['inputs'][0]['sha256']}.*")
    photo = Image.open(source).convert("RGBA")
    photo.thumbnail((PICTURE_PX, PICTURE_PX))
    on_white(photo).save(folder / "photo.jpg", quality=88)
    return Card(name=project.name, figures=figures_of(report), notes=tuple(notes))


def draw(glb: bytes, folder: Path) -> None:
    """Draw the poster and a strip of all sides."""
    shape = RenderShape.of(read_glb(glb, name="asset"), glb=glb)
    renderer, _ = choose_renderer()
    sides = side_cameras(shape.mesh, size_px=PICTURE_PX, names=SIDES)
    drawn = renderer.render(
        shape, cameras=[side.camera for side in sides], style=RenderStyle.TEXTURED
    )
    pictures = [on_white(Image.fromarray(picture)) for picture in drawn]
    pictures[1].save(folder / "poster.jpg", quality=88)
    strip = Image.new("RGB", (3 * PICTURE_PX, 2 * PICTURE_PX))
    for index, picture in enumerate(pictures):
        strip.paste(picture, (index % 3 * PICTURE_PX, index // 3 * PICTURE_PX))
    strip.save(folder / "sides.jpg", quality=85)
    draw_relit(shape, renderer, folder)


def draw_relit(shape: RenderShape, renderer: Renderer, folder: Path) -> None:
    """Draw the front under a lamp at the left and at the right: light left in the colours shows."""
    (front,) = side_cameras(shape.mesh, size_px=PICTURE_PX, names=("front",))
    pair = Image.new("RGB", (2 * PICTURE_PX, PICTURE_PX))
    for index, style in enumerate((RenderStyle.LIT_LEFT, RenderStyle.LIT_RIGHT)):
        (picture,) = renderer.render(shape, cameras=[front.camera], style=style)
        pair.paste(on_white(Image.fromarray(picture)), (index * PICTURE_PX, 0))
    pair.save(folder / "relit.jpg", quality=85)


def on_white(picture: Image.Image) -> Image.Image:
    """Lay a picture over the page's grey."""
    ground = Image.new("RGB", picture.size, (238, 240, 242))
    ground.paste(picture, (0, 0), picture)
    return ground


def figures_of(report: dict) -> tuple[tuple[str, str], ...]:
    """Choose what the page tells of a report."""
    facts, outline = report["facts"], report["outlines"][0]["finished"]
    agreement, topology = facts["agreement"][0], facts["topology"]
    certificate = report["levels"][0]["certificate"]
    jump = facts["textures"]["border_jump"]
    surface = report["surface"]
    return (
        ("Agreement with the photo", f"{agreement['psnr_db']:.1f} dB"),
        ("Silhouette IoU", f"{agreement['silhouette_iou']:.4f}"),
        ("Outline error", f"{outline['median_px']:.2f} / {outline['p95_px']:.2f} px"),
        ("Seam jump", "none" if jump is None else f"{jump:.2f}"),
        (
            "Seen / mirrored / inferred",
            " / ".join(f"{100 * surface[k]:.0f}" for k in ("observed", "mirrored", "inferred"))
            + " %",
        ),
        ("Triangles", f"{topology['triangles']:,}"),
        ("Watertight, manifold", f"{yes(topology['watertight'])}, {yes(topology['manifold'])}"),
        ("Pieces, genus", f"{topology['pieces']}, {topology['genus']}"),
        (
            "Degenerate, inverted, crossing",
            f"{topology['degenerate_triangles']}, {certificate['inverted_triangles']}, "
            f"{certificate['self_intersections']}",
        ),
        ("Interior shells", str(topology["interior_shells"])),
        ("Hausdorff to the dense surface", f"{certificate['hausdorff_percent']:.2f} %"),
        ("UV charts, page used", f"{facts['uv']['charts']}, {facts['uv']['utilization']:.0%}"),
        ("Luminance, 1st and 99th percentile", luminance_of(facts["textures"])),
    )


def yes(value: bool) -> str:
    """Say yes or no."""
    return "yes" if value else "NO"


def luminance_of(textures: dict) -> str:
    """Say how dark and bright the base colour is."""
    return f"{textures['base_luminance_p01']:.0f}, {textures['base_luminance_p99']:.0f}"


def page_of(cards: list[Card], absent: list[str]) -> str:
    """Fill the template."""
    said = "".join(f"<li>{html.escape(name)}</li>" for name in absent)
    missing = f"<section class=absent><h2>Not here</h2><ul>{said}</ul></section>" if said else ""
    body = "".join(card_of(card) for card in cards) + missing
    return TEMPLATE.read_text("utf-8").replace("<!-- assets -->", body)


def card_of(card: Card) -> str:
    """Write one asset."""
    folder = f"assets/{card.name}"
    title = html.escape(card.name.replace("_", " "))
    rows = "".join(
        f"<tr><th>{html.escape(what)}</th><td>{html.escape(value)}</td></tr>"
        for what, value in card.figures
    )
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in card.notes)
    notes = notes or "<li class=open>Nobody has looked at it yet.</li>"
    return f"""
<article id="{card.name}">
  <h2>{title}</h2>
  <div class="stage">
    <button type="button" data-model="{card.name}" aria-label="Show {title} in three dimensions">
      <img src="{folder}/poster.jpg" alt="{title}, from three quarters"><span>Turn it</span>
    </button>
  </div>
  <div class="beside"><img src="{folder}/photo.jpg" alt="The photo of {title}">
    <img src="{folder}/relit.jpg" loading="lazy"
      alt="{title} under a lamp at the left, and at the right"></div>
  <table>{rows}</table>
  <img class="sides" src="{folder}/sides.jpg" loading="lazy"
    alt="{title} from the front, three quarters, the right, behind, the left and above">
  <h3>What is wrong with it</h3>
  <ul>{notes}</ul>
  <p><a href="{folder}/asset.glb" download="{card.name}.glb">GLB</a></p>
</article>"""


if __name__ == "__main__":
    main()
