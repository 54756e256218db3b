"""The views of a finished figure, and what fingers, pens and a team's tokens do to the page."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from bozzetto.studio.database import Database
from bozzetto.studio.settings import Settings
from tests.studio.page.browser import CHROMIUM, Visit, a_browser
from tests.studio.page.keeping import keep_pictures
from tests.studio.page.prepared import LEVELS, a_level, finish_with_a_figure
from tests.studio.running import Running, a_picture, a_project, a_token, bearer, upload

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="No Chromium: tools/install_test_packages.sh"),
]
POINTERS = (
    "window.pointers = new Set(); addEventListener('pointerdown',"
    " event => window.pointers.add(event.pointerType), true)"
)


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """A team's service with a finished figure, tokens, and a photo that was cut out."""
    folder = tmp_path_factory.mktemp("views")
    running = Running(folder)
    address = f"http://127.0.0.1:{running.port}"
    running.add_options("--public-url", address)
    settings = Settings(data=running.data)
    settings.data.mkdir()
    Database(settings.database).migrate()
    secrets = {role: a_token(settings, role, name=f"the {role}") for role in ("viewer", "admin")}
    with running, a_browser() as browser:
        running.http.headers.update(bearer(secrets["admin"]))
        project = a_project(running.http, title="Mannequin")
        upload(running.http, project, a_picture())
        assert running.wait(running.start_job(project, "masks"))["state"] == "succeeded"
        finish_with_a_figure(settings, project)
        yield SimpleNamespace(
            running=running,
            browser=browser,
            url=address,
            project=project,
            secrets=secrets,
            folder=folder,
        )
        keep_pictures(folder)


@pytest.fixture
def visit(studio):
    """Somebody at the page; at the end the browser has nothing to complain of."""
    visit = Visit(studio.browser, studio.url, touch=True)
    visit.context.add_init_script(POINTERS)
    yield visit
    visit.shoot(studio.folder / f"last-{id(visit)}.jpg")
    visit.context.close()
    assert [text for text in visit.complaints if "401" not in text] == []


def log_in(visit, secret, path=""):
    visit.go(path)
    visit.page.get_by_label("Token").fill(secret)
    visit.page.get_by_role("button", name="Come in").click()
    visit.page.get_by_role("button", name="Log out").wait_for()


def choose(page, name):
    page.locator(".segment-row label", has_text=name).first.click()


def look(visit, studio, name):
    """Take pictures in both colours and sizes; nothing may stick out, axe may find nothing."""
    for theme in ("dark", "light"):
        visit.paint_with(theme)
        visit.shoot(studio.folder / f"views-{name}-{theme}.jpg")
        assert visit.faults() == []
    visit.resize(820, 1180)
    visit.shoot(studio.folder / f"views-{name}-tablet.jpg")
    assert visit.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    visit.resize(1280, 720)


def pixels(page, selector):
    """Return what is drawn in an element."""
    shot = page.locator(selector).screenshot()
    return Image.open(io.BytesIO(shot)).convert("RGB")


def test_a_team_member_comes_in_by_token_and_is_offered_what_the_role_may_do(studio, visit):
    visit.go()
    visit.page.get_by_label("Token").fill("bozz_" + "x" * 43)
    visit.page.get_by_role("button", name="Come in").click()
    visit.page.get_by_text("That token was not accepted").wait_for()
    look(visit, studio, "login")
    visit.page.get_by_label("Token").fill(studio.secrets["viewer"])
    visit.page.get_by_role("button", name="Come in").click()
    visit.page.get_by_text("the viewer · viewer").wait_for()
    assert visit.page.get_by_role("button", name="New project").count() == 0
    visit.page.get_by_role("link", name="Mannequin").click()
    visit.page.locator(".advised img").wait_for()
    assert visit.page.get_by_role("button", name="Add").count() == 0
    visit.page.reload()
    visit.page.get_by_text("the viewer · viewer").wait_for()
    visit.page.get_by_role("button", name="Log out").click()
    visit.page.get_by_label("Token").wait_for()


def test_fingers_a_pen_and_the_keyboard_paint_and_a_pinch_does_not(studio, visit):
    page = visit.page
    log_in(visit, studio.secrets["admin"], f"#/projects/{studio.project}/mask")
    page.locator(".viewport.mask[data-ready]").wait_for()
    box = page.locator(".viewport.mask canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    wire = visit.context.new_cdp_session(page)

    def touch(kind, *points):
        at = [{"x": px, "y": py, "id": k} for k, (px, py) in enumerate(points)]
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    def pen(kind, px, py, buttons=1):
        wire.send(
            "Input.dispatchMouseEvent",
            {
                "type": kind,
                "x": px,
                "y": py,
                "button": "left",
                "buttons": buttons,
                "pointerType": "pen",
                "force": 0.5,
                "clickCount": 1,
            },
        )

    choose(page, "Removed")
    touch("touchStart", (x - 40, y))
    touch("touchMove", (x + 40, y))
    touch("touchEnd")
    page.get_by_text("1 stroke", exact=True).wait_for()
    painted = pixels(page, ".viewport.mask")
    touch("touchStart", (x - 20, y))
    touch("touchStart", (x - 20, y), (x + 20, y))
    touch("touchMove", (x - 90, y), (x + 90, y))
    touch("touchEnd")
    visit.settle()
    assert page.get_by_text("1 stroke", exact=True).count() == 1, "A pinch is no stroke."
    near = pixels(page, ".viewport.mask")
    assert holes(near) > 4 * holes(painted) > 0, "What was painted out is larger now."
    pen("mousePressed", x, y + 60)
    pen("mouseMoved", x + 40, y + 60)
    pen("mouseReleased", x + 40, y + 60, buttons=0)
    page.get_by_text("2 strokes", exact=True).wait_for()
    page.locator(".viewport.mask canvas").focus()
    for key in ("ArrowUp", "Shift+ArrowLeft", "d"):
        page.keyboard.press(key)
    page.get_by_text("3 strokes", exact=True).wait_for()
    assert set(page.evaluate("() => [...window.pointers]")) >= {"touch", "pen"}
    look(visit, studio, "painted")


def holes(picture):
    """Count the pixels of the middle row where the checkerboard shows inside the object."""
    row = np.asarray(picture).astype(int)[picture.height // 2]
    grey = np.ptp(row, axis=1) < 12
    inside = np.flatnonzero(~grey)
    return int(grey[inside[0] : inside[-1]].sum()) if len(inside) else 0


def test_levels_and_places_are_shown_on_the_asset(studio, visit):
    page = visit.page
    log_in(visit, studio.secrets["admin"], f"#/projects/{studio.project}/asset")
    page.locator(".asset[data-ready]").wait_for()
    counts = [len(a_level(level).triangles) for level in range(LEVELS)]
    for level, count in enumerate(counts):
        choose(page, f"{level}: {count:,}")
        page.locator(".asset[data-ready]").wait_for()
        page.locator("dl.facts", has_text=f"{count:,}").wait_for()
    front = pixels(page, ".viewport.asset")
    choose(page, "Quality")
    page.get_by_role("button", name="Show on the asset").first.click()
    page.locator(".hint.place", has_text="No photo shows this part").wait_for()
    visit.settle()
    back = pixels(page, ".viewport.asset")
    assert ringed(back) > 60 > ringed(front)
    look(visit, studio, "place")
    page.keyboard.press("Escape")
    page.locator(".hint.place").wait_for(state="detached")


def ringed(picture):
    """Count the pixels in the colour of the ring around a place."""
    difference = np.abs(np.asarray(picture).astype(int) - (255, 180, 84))
    return int((difference < (14, 26, 40)).all(axis=2).sum())


def test_a_figure_is_rigged_posed_and_its_joints_are_moved_on_both_sides(studio, visit):
    page = visit.page
    log_in(visit, studio.secrets["admin"], f"#/projects/{studio.project}/asset")
    page.locator(".asset[data-ready]").wait_for()
    choose(page, "Rig")
    page.get_by_label("Walk", exact=True).check()
    page.get_by_role("button", name="Find a skeleton").click()
    wait_for_rigs(visit, studio, 1)
    page.get_by_text("A skeleton fits").wait_for()
    page.get_by_label("Show the rigged file").check()
    page.locator(".asset[data-ready]").wait_for()
    look(visit, studio, "rigged")
    rest = pixels(page, ".viewport.asset")
    page.get_by_label("Clip").select_option("walk")
    page.wait_for_timeout(400)
    assert pixels(page, ".viewport.asset").tobytes() != rest.tobytes(), "It walks."
    look(visit, studio, "walking")
    page.get_by_label("Clip").select_option("")
    page.get_by_label("Move joints").check()
    page.get_by_role("combobox", name="Joint", exact=True).select_option("leftLowerArm")
    before = places(page)
    drag_a_handle(visit, studio)
    page.get_by_role("button", name="Rig with 2 moved joints").wait_for()
    look(visit, studio, "joints")
    after = places(page)
    assert before != after
    page.get_by_role("button", name="Rig with 2 moved joints").click()
    rigs = wait_for_rigs(visit, studio, 2)
    assert sorted(j["role"] for j in rigs[0]["options"]["joints"])[0].startswith("left")
    page.get_by_text("A skeleton fits").wait_for()


def places(page):
    """Read the fields of the chosen joint."""
    return [field.input_value() for field in page.locator(".axes input").all()]


def drag_a_handle(visit, studio):
    """Drag whichever handle of an arm is found along a row of pixels, by its colour."""
    picture = pixels(visit.page, ".viewport.asset")
    box = visit.page.locator(".viewport.asset").bounding_box()
    r, g, b = np.moveaxis(np.asarray(picture).astype(int), 2, 0)
    rows, columns = np.nonzero((b > 200) & (b - r > 80) & (b - g > 30))
    outermost = columns.argmax()  # On the right: the figure's left hand.
    x, y = int(columns[outermost]), int(rows[outermost])
    mouse = visit.page.mouse
    mouse.move(box["x"] + x - 3, box["y"] + y)
    mouse.down()
    mouse.move(box["x"] + x - 3, box["y"] + y - 20, steps=4)
    mouse.up()


def wait_for_rigs(visit, studio, count):
    """Wait until so many jobs have rigged, and return them, newest first."""
    jobs = []
    while len(jobs) < count:
        visit.page.wait_for_timeout(100)
        listed = studio.running.http.get(f"/v1/projects/{studio.project}/jobs").json()["items"]
        jobs = [job for job in listed if job["kind"] == "rigs"]
    assert studio.running.wait(jobs[0]["id"])["state"] == "succeeded"
    return jobs
