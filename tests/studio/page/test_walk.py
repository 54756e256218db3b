"""One person's way through the page, from a photo to files, in a real browser."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.studio.page.browser import AXE, CHROMIUM, Visit, a_browser
from tests.studio.page.keeping import keep_pictures
from tests.studio.running import Running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="No Chromium: tools/install_test_packages.sh"),
]
ROOT = Path(__file__).parents[3]
PHOTO = ROOT / "examples" / "photos" / "coffee.png"
HANDLE = (0.368, 0.69)
"""Where the cup's handle is, as a share of the photo's size."""
SIZES = {"wide": (1280, 720), "tablet": (820, 1180)}


@dataclass
class Seen:
    """What there was to see on the way."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    downloads: dict[str, bytes] = field(default_factory=dict)
    long_tasks_ms: list[float] = field(default_factory=list)
    sideways: dict[str, int] = field(default_factory=dict)
    alpha: dict[str, int] = field(default_factory=dict)
    project: str = ""


class Walk:
    """The steps; each looks at its view in both themes and sizes before it goes on."""

    def __init__(self, visit, folder):
        self.visit = visit
        self.page = visit.page
        self.folder = folder
        self.seen = Seen()

    def look(self, name, *, sizes=SIZES):
        """Take pictures, ask axe, and see that nothing is cut off at the side."""
        for theme in ("light", "dark"):
            self.visit.paint_with(theme)
            for size, (width, height) in sizes.items():
                if (theme, size) == ("dark", "tablet"):
                    continue  # Tells nothing new, and takes its time.
                self.visit.resize(width, height)
                self.visit.shoot(self.folder / f"{name}-{theme}-{size}.jpg")
                wider = "() => document.documentElement.scrollWidth - innerWidth"
                self.seen.sideways[f"{name}-{size}"] = self.page.evaluate(wider)
            self.visit.resize(*SIZES["wide"])
            self.seen.faults[f"{name}-{theme}"] = self.visit.faults()

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def choose(self, name):
        """Choose one of a row: the label takes the click, as the circle is not drawn."""
        self.page.locator(".segment-row label", has_text=name).first.click()

    def make_a_project(self):
        self.visit.go()
        self.page.get_by_text("No projects yet").wait_for()
        self.look("projects")
        self.page.get_by_label("Name of the object").fill("Coffee cup")
        self.button("New project").click()
        self.page.get_by_text("Drop one to four photos").wait_for()
        self.look("empty")
        self.seen.project = self.page.evaluate("() => location.hash.split('/')[2]")

    def add_a_photo(self):
        self.page.get_by_label("Photos of the object").set_input_files(PHOTO)
        self.page.locator(".advised img").wait_for()
        self.wait_for_job("masks")
        self.page.get_by_text("Looking at the photo").wait_for(state="detached")
        self.look("photos")
        self.seen.texts["photos"] = self.page.locator("aside.inspector").inner_text()

    def wait_for_job(self, kind, *, count=1):
        """Wait until so many jobs of a kind have ended, by what the service says."""
        ask = f"{self.visit.url}/v1/projects/{self.seen.project}/jobs"
        deadline = time.monotonic() + 900
        while time.monotonic() < deadline:
            jobs = [job for job in httpx.get(ask).json()["items"] if job["kind"] == kind]
            ended = [job for job in jobs if job["state"] not in ("queued", "running")]
            if len(ended) >= count:
                assert ended[0]["state"] == "succeeded", ended[0]["error"]
                return
            self.page.wait_for_timeout(150)
        raise AssertionError(f"The {kind} did not end.")

    def brush_the_handle(self):
        """Take the handle off, then bring it back: by undo, and by the keep brush."""
        self.button("Look at the mask").or_(self.page.get_by_text("Look at the mask")).first.click()
        self.page.locator(".viewport.mask[data-ready]").wait_for()
        self.seen.alpha["found"] = self.brightness()
        self.choose("Removed")
        self.stroke()
        self.seen.alpha["removed"] = self.brightness()
        self.look("mask")
        self.page.keyboard.press("Control+z")
        self.visit.settle()
        self.seen.alpha["undone"] = self.brightness()
        self.page.keyboard.press("Control+Shift+z")
        self.choose("Kept")
        self.stroke()
        self.visit.settle()
        self.seen.alpha["kept"] = self.brightness()
        self.button("Apply strokes").click()
        self.wait_for_job("masks", count=2)
        self.page.get_by_text("Cutting out").first.wait_for(state="detached")

    def place_of_the_handle(self):
        """Return where the handle is on the screen: the photo is centred in its canvas."""
        box = self.page.locator(".viewport.mask canvas").bounding_box()
        scale = min((box["width"] - 24) / 600, (box["height"] - 24) / 400)
        left = box["x"] + (box["width"] - 600 * scale) / 2
        top = box["y"] + (box["height"] - 400 * scale) / 2
        return left + 600 * scale * HANDLE[0], top + 400 * scale * HANDLE[1]

    def stroke(self):
        x, y = self.place_of_the_handle()
        mouse = self.page.mouse
        mouse.move(x, y - 14)
        mouse.down()
        mouse.move(x, y, steps=4)
        mouse.move(x, y + 14, steps=4)
        mouse.up()
        mouse.move(x + 200, y - 200)
        self.visit.settle()

    def brightness(self):
        """Return how red the canvas is at the handle: the cup is, the checkerboard is not."""
        self.visit.settle()
        x, y = self.place_of_the_handle()
        return self.page.evaluate(
            """([x, y]) => {
              const canvas = document.querySelector('.viewport.mask canvas');
              const box = canvas.getBoundingClientRect();
              const r = devicePixelRatio;
              const at = [Math.round((x - box.left) * r), Math.round((y - box.top) * r)];
              const [red, , blue] = canvas.getContext('2d').getImageData(...at, 1, 1).data;
              return red - blue;
            }""",
            [x, y],
        )

    def judge_drafts(self):
        self.page.get_by_role("link", name="Drafts", exact=True).first.click()
        self.page.get_by_text("No drafts yet").wait_for()
        self.page.get_by_label("Engine").select_option("inflate")
        self.button("Make drafts").click()
        self.page.locator(".board[data-ready][data-count='3']").wait_for(timeout=900_000)
        self.look("drafts")
        for shading in ("Wireframe", "Normals", "Over photo", "Silhouette"):
            self.choose(shading)
            name = shading.lower().replace(" ", "-")
            self.visit.shoot(self.folder / f"drafts-{name}.jpg")
        self.choose("Clay")
        self.button("Reject").click()
        self.seen.texts["rejecting"] = self.page.locator("aside.inspector").inner_text()
        self.page.locator(".tile-name").nth(1).click()
        self.page.get_by_label("Reason").fill("Too deep for a cup")
        self.button("Reject").click()
        self.page.locator(".tile").nth(1).get_by_text("rejected").wait_for()
        self.page.locator(".tile-name").first.click()
        self.button("Approve").click()

    def refine(self):
        self.page.get_by_text("Ready to refine").wait_for()
        self.button("1,000").click()
        self.choose("512")
        self.button("Refine").click()
        self.page.locator(".stages").wait_for()
        self.visit.shoot(self.folder / "refining.jpg")
        self.wait_for_job("refinements")
        self.page.locator(".compare .viewport[data-ready]").wait_for()
        self.look("refine")

    def view_the_asset(self):
        self.page.get_by_role("link", name="Look at the asset").click()
        self.page.locator(".asset[data-ready]").wait_for()
        self.look("asset")
        channel = self.page.get_by_label("Channel")
        for name in ("base colour", "normal", "roughness", "occlusion", "uv checker", "confidence"):
            channel.select_option(name)
            self.visit.shoot(self.folder / f"asset-{name.replace(' ', '-')}.jpg")
        box = self.page.locator(".asset canvas").bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.move(*middle)
        self.page.locator(".hint", has_text="% sure").wait_for()
        self.seen.texts["probe"] = self.page.locator(".hint").inner_text()
        channel.select_option("lit")
        self.page.keyboard.press("m")
        self.page.get_by_text("Click two points").wait_for()
        for side in (-60, 60):
            self.visit.settle()
            self.page.mouse.click(middle[0] + side, middle[1])
        self.page.locator(".length", has_text="m").wait_for()
        self.seen.texts["length"] = self.page.locator(".length").inner_text()
        self.page.keyboard.press("m")
        for panel in ("Quality", "Rig"):
            self.choose(panel)
            self.look(f"asset-{panel.lower()}", sizes={"wide": SIZES["wide"]})
            self.seen.texts[panel] = self.page.locator("aside.inspector").inner_text()
        self.button("Find a skeleton").click()
        self.wait_for_job("rigs")
        self.page.get_by_text("No skeleton was put in").wait_for()
        self.seen.texts["refused"] = self.page.locator("aside.inspector").inner_text()
        self.choose("View")
        self.page.get_by_label("Product view").check()
        self.page.locator(".product[data-ready]").wait_for()
        self.visit.shoot(self.folder / "asset-product.jpg")

    def export(self):
        self.page.get_by_role("link", name="Export").first.click()
        for count, target in enumerate(("glb", "usdz"), 1):
            card = self.page.locator(
                ".target", has=self.page.get_by_role("heading", name=target.upper(), exact=True)
            )
            card.get_by_role("button").first.click()
            self.wait_for_job("exports", count=count)
            card.locator(".verdict").wait_for()
            self.seen.texts[target] = card.inner_text()
            with self.page.expect_download() as download:
                card.locator(".downloads a", has_text=f".{target}").first.click()
            self.seen.downloads[download.value.suggested_filename] = Path(
                download.value.path()
            ).read_bytes()
        self.look("export")
        self.page.keyboard.press("?")
        self.page.get_by_role("dialog").wait_for()
        self.look("help")
        self.page.keyboard.press("Escape")


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Walk the whole path once; keep the pictures where BOZZETTO_PICTURES says."""
    folder = tmp_path_factory.mktemp("walk")
    with Running(folder) as running, a_browser() as browser:
        visit = Visit(browser, f"http://127.0.0.1:{running.port}")
        visit.context.add_init_script(
            "window.longTasks = []; new PerformanceObserver(list => window.longTasks.push("
            "...list.getEntries().map(e => e.duration))).observe({type: 'longtask'})"
        )
        walk = Walk(visit, folder)
        try:
            for step in (
                walk.make_a_project,
                walk.add_a_photo,
                walk.brush_the_handle,
                walk.judge_drafts,
                walk.refine,
                walk.view_the_asset,
                walk.export,
            ):
                step()
        finally:
            visit.page.screenshot(path=folder / "last.png")
            keep_pictures(folder)
        walk.seen.complaints = visit.complaints
        walk.seen.long_tasks_ms = visit.page.evaluate("() => window.longTasks")
        return walk.seen


def test_the_brush_takes_the_handle_off_and_brings_it_back(seen):
    found, removed = seen.alpha["found"], seen.alpha["removed"]
    assert found - removed > 25, "The handle is red; without it the checkerboard shows."
    assert abs(seen.alpha["undone"] - found) < 8
    assert abs(seen.alpha["kept"] - found) < 8


def test_a_rejection_wants_a_reason(seen):
    assert "A rejection wants one." in seen.texts["rejecting"]


def test_the_asset_is_measured_in_metres_and_read_texel_by_texel(seen):
    number, unit = seen.texts["length"].split()
    assert unit in ("cm", "m", "mm")
    assert float(number) > 0
    assert "% sure" in seen.texts["probe"]


def test_a_cup_gets_no_skeleton_and_the_page_says_why(seen):
    _, _, why = seen.texts["refused"].partition("No skeleton was put in:")
    assert len(why.split()) > 8


def test_quality_tells_what_was_measured(seen):
    assert "Watertight" in seen.texts["Quality"]
    assert "1,000" in seen.texts["Quality"]
    assert "Observed" in seen.texts["Quality"]


def test_the_files_that_were_written_come_down(seen):
    by_kind = {Path(name).suffix: data for name, data in seen.downloads.items()}
    assert by_kind[".glb"][:4] == b"glTF"
    assert by_kind[".usdz"][:2] == b"PK"
    assert "Passes" in seen.texts["glb"]


@pytest.mark.skipif(not AXE.exists(), reason="The page's tools are not installed: `make setup`")
def test_axe_finds_no_serious_fault_in_any_view(seen):
    assert {view: faults for view, faults in seen.faults.items() if faults} == {}
    assert len(seen.faults) >= 18


def test_nothing_sticks_out_at_the_side(seen):
    assert {name: by for name, by in seen.sideways.items() if by > 0} == {}


def test_the_browser_has_nothing_to_complain_of(seen):
    assert seen.complaints == [], "Errors, and what the content policy refused."
