import hashlib
import json
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from bozzetto.asset.model import Part
from bozzetto.delivery.bundle.bundling import BundleOptions, bundle
from bozzetto.delivery.export.exporting import Deliverable, Placing
from bozzetto.delivery.inspect.inspection import inspect_opened
from bozzetto.delivery.inspect.model_pictures import draw_model
from bozzetto.delivery.inspect.page import render_page
from bozzetto.delivery.open_model import open_model
from bozzetto.delivery.provenance import provenance_of_file
from bozzetto.delivery.sizing import parse_size
from bozzetto.qa.profile import judge, load_profile
from bozzetto.qa.rendering.raycast import RaycastRenderer
from tests.models import a_box, a_model, a_surface, plain
from tests.textured import a_globe

SMALL = BundleOptions(
    formats=("usdz", "fbx", "obj"), poster_px=64, view_px=32, turntable_px=32, turntable_frames=4,
    turntable_seconds=2.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A bundle of a painted ball with a box on one side, and one further level of detail."""
    folder = tmp_path_factory.mktemp("bundle")
    ball = a_model(
        Part(name="a", mesh=plain(a_globe()), surface=(paint := a_surface())),
        Part(name="b", mesh=a_box(size=(0.2, 0.2, 0.2), centre=(0.5, 0.4, 0)), surface=paint),
        name="Ball",
    )
    record = replace(
        provenance_of_file(ball, file_name="ball.glb", sha256="1" * 64), rights="CC0-1.0"
    )
    deliverable = Deliverable(name="Ball", levels=(ball, ball), provenance=record)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOZZETTO_RENDERER", "raycast")
        placing = Placing(size=parse_size("height=30cm"))
        return bundle(deliverable, folder=folder, placing=placing, options=SMALL)


def test_every_file_is_there_and_reads_back_the_same(made):
    assert {file.path for file in made.files} == {
        "ball.glb", "ball-web.glb", "ball.usdz", "ball.fbx", "ball.obj", "ball_lod1.glb",
    }  # fmt: skip
    assert made.passed
    for file in made.files:
        model = open_model(made.folder / file.path).model
        assert sum(part.mesh.num_triangles for part in model.parts) == file.triangles == 540
        assert file.size_m[1] == pytest.approx(0.3, rel=1e-3)


def test_the_hashes_cover_every_file_but_their_own(made):
    lines = (made.folder / "SHA256SUMS").read_text().splitlines()
    listed = dict(reversed(line.split("  ")) for line in lines)
    there = {path.name for path in made.folder.iterdir()} - {"SHA256SUMS"}
    assert set(listed) == there
    for name, digest in listed.items():
        assert hashlib.sha256((made.folder / name).read_bytes()).hexdigest() == digest


def test_the_turntable_goes_once_round_and_repeats(made):
    film = Image.open(BytesIO((made.folder / "ball_turntable.webp").read_bytes()))
    assert (film.n_frames, film.size, film.info["loop"]) == (4, (32, 32), 0)
    for side in ("front", "right", "back", "left", "top", "bottom"):
        view = BytesIO((made.folder / f"ball_view_{side}.png").read_bytes())
        assert Image.open(view).size == (32, 32)


def test_the_readme_says_where_it_comes_from_and_under_which_terms(made):
    text = (made.folder / "README.md").read_text()
    for wanted in (
        "ball.glb",
        "1" * 64,
        "CC0-1.0",
        "height 0.3 m",
        "the same",
        "level of detail 1",
    ):
        assert wanted in text
    assert "DIFFERENT" not in text


def test_the_report_holds_the_comparison_of_each_file(made):
    report = json.loads((made.folder / "bundle.json").read_text())
    for file in report["files"]:
        names = {check["name"] for check in file["comparison"]["checks"]}
        assert {"triangles", "bounds"} <= names


def test_a_page_holds_its_pictures_its_facts_and_its_verdicts(made):
    opened = open_model(made.folder / "ball.glb")
    inspection = inspect_opened(opened)
    result = judge(load_profile("quick_look"), inspection.model, inspection.file)
    drawn = draw_model(opened.model, renderer=RaycastRenderer(samples_per_side=1), side_px=48)
    page = render_page(replace(inspection, profiles=(result,)), drawn, drawn_by='ray & "cast"')
    assert page.count("data:image/webp") == 4 + 6 + 1 + 3  # Renders, sides, layout, textures.
    assert "Profile quick_look: refused" in page
    assert "ray &amp; &quot;cast&quot;" in page
    assert 'src="http' not in page
