"""Draw what three.js shows in Chromium: `python -m tools.formats_check.browser_sheet -o sheet.png`.

A row for each model (the check's own two, then those given), a column for each format. Needs
`npm ci` in tools/node and a Chromium on the system, and says so where one is missing.
"""

import argparse
import shutil
import sys
import tempfile
import threading
from base64 import b64decode
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bozzetto.asset.model import Model
from bozzetto.formats.registry import load_format
from bozzetto.formats.storing import store
from tools.formats_check.facts import FRAME
from tools.formats_check.readers import NODE_TOOLS
from tools.formats_check.sheets import SIDE, joined, models_of
from tools.formats_check.subjects import CLIP, FRAMES_PER_SECOND

FORMATS = ("glb", "glb-web", "gltf", "fbx", "usdz", "obj", "stl", "ply", "3mf")
_THREE = NODE_TOOLS / "node_modules" / "three"
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main() -> int:
    """Write the models, let three.js draw them and join the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    chosen = parser.parse_args()
    if _CHROMIUM is None or not _THREE.is_dir():
        print("skipped: needs a Chromium on the system, and `npm ci` in tools/node")
        return 0
    models = models_of(chosen.models)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "three").symlink_to(_THREE)
        shutil.copy(NODE_TOOLS / "view_models.html", folder)
        pictures = _served(Path(folder), partial(_all, models, folder=Path(folder)))
    joined(models, FORMATS, pictures).save(chosen.output)
    failed = sum(picture is None for line in pictures for picture in line)
    print(f"{len(models) * len(FORMATS) - failed} drawn, {failed} failed: {chosen.output}")
    return int(failed > 0)


def _served(
    folder: Path, work: Callable[[str], list[list[Image.Image | None]]]
) -> list[list[Image.Image | None]]:
    """Do something while a folder is served on this machine alone."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        return work(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()


def _all(models: list[Model], site: str, *, folder: Path) -> list[list[Image.Image | None]]:
    """Draw every model in every format."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_FLAGS))
        page = browser.new_page(viewport={"width": SIDE, "height": SIDE})
        page.goto(f"{site}/view_models.html")
        page.wait_for_function("window.ready")
        pictures = [
            [_drawn(page, model, name, folder=folder / f"{row}_{name}") for name in FORMATS]
            for row, model in enumerate(models)
        ]
        browser.close()
    return pictures


def _drawn(page: Page, model: Model, name: str, *, folder: Path) -> Image.Image | None:
    """Write one file and let three.js draw it; None, and why, where it does not."""
    path = store(load_format(name).write(model), folder=folder)
    try:
        drawn = page.evaluate(
            "([url, clip, seconds]) => window.show(url, clip, seconds)",
            [f"/{folder.name}/{path.name}", CLIP, FRAME / FRAMES_PER_SECOND],
        )
    except Exception as error:
        print(f"{name} {model.name}: {str(error)[:500]}")
        return None
    return Image.open(BytesIO(b64decode(drawn))).convert("RGB")


if __name__ == "__main__":
    sys.exit(main())
