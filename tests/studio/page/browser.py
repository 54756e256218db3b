"""A real browser for tests of the page: Chromium of the system, WebGL on the processor."""

import contextlib
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # WebGL 2 without a graphics card.
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAGE = Path(__file__).parents[3] / "page"
AXE = PAGE / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 120_000
_HARMLESS = (
    "GPU stall",
    "KHR_parallel_shader_compile",
    "GroupMarkerNotSet",
    "rAF timed out",
    # A test reads pixels back; the page does not.
    "Multiple readback operations",
)


@contextlib.contextmanager
def a_browser():
    """Start Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """One person at the page: what they see, and what the browser complains of."""

    def __init__(self, browser, url, *, theme="dark", width=1280, height=720, touch=False):
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            accept_downloads=True,
            has_touch=touch,
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.url = url
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._on_console)

    def _on_console(self, message):
        harmless = any(part in message.text for part in _HARMLESS)
        if message.type in ("error", "warning") and not harmless:
            self.complaints.append(f"{message.type}: {message.text}")

    def go(self, path=""):
        self.page.goto(f"{self.url}/{path}")

    def settle(self):
        """Wait until what was asked to be drawn has been drawn."""
        self.page.evaluate(
            "() => new Promise(d => requestAnimationFrame(() => requestAnimationFrame(d)))"
        )

    def resize(self, width, height):
        self.page.set_viewport_size({"width": width, "height": height})
        self.settle()

    def paint_with(self, theme):
        self.page.emulate_media(color_scheme=theme)
        self.settle()

    def shoot(self, path):
        self.settle()
        self.page.screenshot(path=path, type="jpeg", quality=82, timeout=PATIENCE_MS)

    def faults(self):
        """Return what axe finds serious: accessible names, contrast, roles, order."""
        if not AXE.exists():
            return []
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{fault['id']}: {node['target']} {node['failureSummary'][:200]}"
            for fault in found["violations"]
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"]
        ]
