"""A sheet per photograph with its draft from all sides, for a person to judge."""

import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.quality.methods import Reconstructs, load_method
from bozzetto.capture.load import load_photo
from bozzetto.errors import BozzettoError
from bozzetto.imaging.color import srgb8_from_linear
from bozzetto.imaging.resample import fit_within
from bozzetto.matting.cut_out import cut_out
from bozzetto.pipeline.masking import make_mask
from bozzetto.qa.rendering.base import RenderShape, RenderStyle
from bozzetto.qa.rendering.cameras import orbit_camera
from bozzetto.qa.rendering.raycast import RaycastRenderer
from bozzetto.qa.sheet_layout import Cell, Rgb, Rgba, compose_page

_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".heic"}
_CELL_PX = 256
_TURNS_DEG = {
    "front": 0,
    "45": 45,
    "90": 90,
    "135": 135,
    "180": 180,
    "225": 225,
    "270": 270,
    "315": 315,
}
_ELEVATION_DEG = 12.0


def make_turntables(photos: Path, out: Path, *, engine: str) -> None:
    """Draw a sheet for every photograph below a folder, keeping the sheets that are there.

    Args:
        photos: Folder.
        out: Folder of the sheets; a PNG each, and `all.txt` with times and refusals.
        engine: Name of an engine, or `bozzetto=FILE` for other weights.
    """
    out.mkdir(parents=True, exist_ok=True)
    loaded = load_method(engine)
    found = sorted(path for path in photos.rglob("*") if path.suffix.lower() in _SUFFIXES)
    if not found:
        sys.exit(f"No photographs below {photos}.")
    for path in found:
        name = "-".join(path.relative_to(photos).with_suffix("").parts)
        target = out / f"{name}.png"
        if target.exists():
            continue
        started = time.perf_counter()
        try:
            page = turntable(path, loaded, name=name)
        except BozzettoError as error:
            line = f"{name}: refused: {error}"
        else:
            Image.fromarray(page).save(target)
            line = f"{name}: {time.perf_counter() - started:.1f} s"
        print(line, flush=True)
        with (out / "all.txt").open("a") as log:
            log.write(line + "\n")


def turntable(path: Path, engine: Reconstructs, *, name: str) -> Rgb:
    """Draw one sheet: the photograph, then the draft in its colours, then in clay.

    Raises:
        BozzettoError: There is no draft of this photograph.
    """
    photo, _ = load_photo(path)
    foreground = cut_out(photo, make_mask(photo).mask)
    draft = engine.reconstruct((foreground,), seed=0)
    views = [(label, float(azimuth), _ELEVATION_DEG) for label, azimuth in _TURNS_DEG.items()]
    views += [("top", 0.0, 75.0), ("below", 0.0, -50.0)]
    cameras = [
        orbit_camera(draft.mesh, size_px=_CELL_PX, azimuth_deg=azimuth, elevation_deg=elevation)
        for _, azimuth, elevation in views
    ]
    given = fit_within(photo.linear_rgb, longest_px=_CELL_PX)
    alpha = fit_within(foreground.alpha, longest_px=_CELL_PX)
    cut = np.dstack([srgb8_from_linear(given), (np.clip(alpha, 0, 1) * 255).astype(np.uint8)])
    first = (
        Cell(picture=srgb8_from_linear(given), caption="photo"),
        Cell(picture=cut, caption="mask"),
    )
    rows = []
    for lead, style in zip(first, (RenderStyle.BASE_COLOR, RenderStyle.CLAY), strict=True):
        drawn = RaycastRenderer().render(RenderShape(mesh=draft.mesh), cameras=cameras, style=style)
        cells = [_cell(picture, view[0]) for picture, view in zip(drawn, views, strict=True)]
        rows.append((lead, *cells))
    subtitle = f"{draft.engine}   |   {draft.variant}   |   {draft.mesh.num_triangles} triangles"
    return compose_page(title=name, subtitle=subtitle, rows=rows, cell_px=_CELL_PX)


def _cell(picture: Rgba, label: str) -> Cell:
    """Caption one picture."""
    return Cell(picture=picture, caption=label)
