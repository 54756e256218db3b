"""Put the page about a file on a disk."""

from pathlib import Path

from bozzetto.delivery.inspection import Inspection
from bozzetto.delivery.model_pictures import draw_model
from bozzetto.delivery.open_model import open_model
from bozzetto.delivery.page import render_page
from bozzetto.pipeline.store import write_file
from bozzetto.qa.rendering.registry import choose_renderer


def write_page(path: Path, inspection: Inspection, *, page: Path) -> None:
    """Draw a file that was inspected, and write the page.

    Raises:
        InputError: The file is gone or has changed to something that cannot be read.
        ResourceError: The page cannot be written.
    """
    renderer, _ = choose_renderer()
    pictures = draw_model(open_model(path).model, renderer=renderer)
    html = render_page(inspection, pictures, drawn_by=renderer.name)
    write_file(page, html.encode("utf-8"))
