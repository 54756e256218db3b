"""How good masks and cut-outs are, where the truth is known.

    python -m benchmarks.matting --assets DIR --backgrounds DIR [--models u2netp u2net]

Objects (CC0, only test data) come from the folder `--assets` or $BOZZETTO_ASSETS; backgrounds from
`--backgrounds` or $BOZZETTO_BACKGROUNDS (the photographs of Debian's opencv-doc) and from inside
scikit-image. Writes `benchmarks/results/matting.csv` and prints medians and means.
Letters: h w rows and columns.
"""

import argparse
import csv
import os
import sys
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from benchmarks.matting_scenes import (
    KINDS,
    PLAIN_KINDS,
    Scene,
    find_backgrounds,
    find_objects,
    scenes,
)
from bozzetto.errors import PhotoError
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.imaging.resample import resize
from bozzetto.matting.alpha import refine_alpha
from bozzetto.matting.cut_out import cut_out
from bozzetto.matting.models.base import MattingModel
from bozzetto.matting.models.registry import load_model, model_names
from bozzetto.matting.segment import SegmentOptions, segment
from bozzetto.views.mask import Mask

RESULTS = Path(__file__).parent / "results" / "matting.csv"
_TOLERANCE_PX = 2.0
_JUDGED_PX = 512
_BAND_PX = 6


@dataclass(frozen=True, kw_only=True)
class Row:
    """One mask, or one cut-out with the true mask, measured."""

    kind: str
    scene: str
    method: str
    iou: float
    """Of alpha above one half."""
    boundary_f: float
    """Within 2 px at 512 px."""
    alpha_error: float
    """Mean absolute, within 6 px of the true edge."""
    raw_colour_error: float
    """Mean absolute sRGB error of the photo's own colours at pixels of partial true alpha."""
    colour_error: float
    """The same after the cut-out; both only where the mask was found."""
    seconds: float


def main(arguments: list[str]) -> int:
    """Run the benchmark."""
    options = _parse(arguments)
    for name, folder in (("assets", options.assets), ("backgrounds", options.backgrounds)):
        if folder is None or not folder.is_dir():
            print(f"No folder of {name}: give --{name} DIR or set BOZZETTO_{name.upper()}.")
            return 2
    objects = find_objects(options.assets, every=options.every)
    if not objects:
        print(f"No test objects below {options.assets}.")
        return 2
    backgrounds = find_backgrounds(options.backgrounds)
    print(f"{len(objects)} objects, {len(backgrounds)} background photographs")
    models = {name: load_model(name) for name in options.models}
    first = {options.models[0]: models[options.models[0]]}
    rows: list[Row] = []
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("w", newline="") as file:
        names = [field.name for field in fields(Row)]
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        for index, scene in enumerate(scenes(objects, backgrounds)):
            # Further networks are for comparison only, and see every fourth object.
            measured = _measure(scene, models if index // len(KINDS) % 4 == 0 else first)
            writer.writerows(_rounded(row) for row in measured)
            rows += measured
    _print_table(rows)
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("assets", "backgrounds"):
        known = os.environ.get(f"BOZZETTO_{name.upper()}")
        parser.add_argument(f"--{name}", type=Path, default=Path(known) if known else None)
    parser.add_argument("--models", nargs="+", default=["u2netp"], choices=model_names())
    parser.add_argument("--every", type=int, default=1, help="take every n-th object")
    return parser.parse_args(arguments)


def _measure(scene: Scene, models: dict[str, MattingModel]) -> list[Row]:
    """Measure all ways of making a mask on one scene."""
    rows = [_row(scene, "true alpha", Mask(alpha=scene.alpha, source="user"), seconds=0.0)]
    for name, model in models.items():
        start = time.perf_counter()
        once = _one_pass(scene, model)
        rows.append(_row(scene, f"{name} once", once, seconds=time.perf_counter() - start))
        if scene.kind in PLAIN_KINDS:  # Elsewhere it is what the next one gives.
            twice, seconds = _segment(scene, model, plain=False)
            rows.append(_row(scene, f"{name} twice", twice, seconds=seconds))
        mask, seconds = _segment(scene, model, plain=True)
        rows.append(_row(scene, f"{name} twice+backdrop", mask, seconds=seconds))
        start = time.perf_counter()
        fine = refine_alpha(scene.photo, mask)
        seconds += time.perf_counter() - start
        rows.append(_row(scene, f"{name} +refined", fine, seconds=seconds))
    return rows


def _segment(scene: Scene, model: MattingModel, *, plain: bool) -> tuple[Mask, float]:
    """Segment, counting a refusal as an empty mask; also return the seconds."""
    start = time.perf_counter()
    try:
        mask = segment(scene.photo, options=SegmentOptions(plain_background=plain), model=model)
    except PhotoError:
        mask = Mask(alpha=np.zeros_like(scene.alpha), source=model.card.name)
    return mask, time.perf_counter() - start


def _one_pass(scene: Scene, model: MattingModel) -> Mask:
    """Run the network once on the whole picture."""
    side = scene.alpha.shape[0]
    found = model.saliency(srgb_from_linear(scene.photo.linear_rgb))
    return Mask(alpha=np.clip(resize(found, width=side, height=side), 0, 1), source="net")


def _row(scene: Scene, method: str, mask: Mask, *, seconds: float) -> Row:
    """Measure one mask."""
    edge = ((scene.alpha > 0) & (scene.alpha < 1)).astype(np.uint8)
    kernel = np.ones((2 * _BAND_PX + 1, 2 * _BAND_PX + 1), np.uint8)
    band = np.asarray(cv2.dilate(edge, kernel)) > 0
    partial = (scene.alpha > 0.1) & (scene.alpha < 0.95) & (mask.alpha > 0.05)
    cut = cut_out(scene.photo, mask)
    return Row(
        kind=scene.kind,
        scene=scene.name,
        method=method,
        iou=_iou(mask.alpha > 0.5, scene.alpha > 0.5),
        boundary_f=_boundary_f(mask.alpha, scene.alpha),
        alpha_error=float(np.abs(mask.alpha - scene.alpha)[band].mean()),
        raw_colour_error=_colour_error(scene.photo.linear_rgb, scene.colours, partial),
        colour_error=_colour_error(cut.linear_rgb, scene.colours, partial),
        seconds=seconds,
    )


def _iou(found: Bool[np.ndarray, "h w"], truth: Bool[np.ndarray, "h w"]) -> float:
    """Return intersection over union."""
    return float((found & truth).sum() / max((found | truth).sum(), 1))


def _boundary_f(found: Float32[np.ndarray, "h w"], truth: Float32[np.ndarray, "h w"]) -> float:
    """Compare edges: harmonic mean of precision and recall within the tolerance."""
    distances, edges = [], []
    for alpha in (found, truth):
        small = (resize(alpha, width=_JUDGED_PX, height=_JUDGED_PX) > 0.5).astype(np.uint8)
        edge = small - cv2.erode(small, np.ones((3, 3), np.uint8))
        edges.append(edge > 0)
        distances.append(cv2.distanceTransform(1 - edge, cv2.DIST_L2, 5))
    if not edges[0].any():
        return 0.0
    precision = float((distances[1][edges[0]] <= _TOLERANCE_PX).mean())
    recall = float((distances[0][edges[1]] <= _TOLERANCE_PX).mean())
    return 2 * precision * recall / max(precision + recall, 1e-9)


def _colour_error(
    found: Float32[np.ndarray, "h w 3"],
    truth: Float32[np.ndarray, "h w 3"],
    where: Bool[np.ndarray, "h w"],
) -> float:
    """Compare colours as the eye would, in sRGB."""
    if not where.any():
        return float("nan")
    difference = srgb_from_linear(found[where]) - srgb_from_linear(truth[where])
    return float(np.abs(difference).mean())


def _rounded(row: Row) -> dict[str, str | float]:
    """Return a row as it is written: five digits are more than is known."""
    values = asdict(row).items()
    return {name: round(v, 5) if isinstance(v, float) else v for name, v in values}


def _print_table(rows: list[Row]) -> None:
    """Print medians (and the mean of the IoU) by kind and method."""
    print(f"{'kind':8} {'method':22} {'IoU':>6} {'mean':>6} {'bound.F':>7} {'alpha':>7}", end=" ")
    print(f"{'raw col':>7} {'colour':>7} {'s':>5}")
    for key in dict.fromkeys((row.kind, row.method) for row in rows):
        group = [row for row in rows if (row.kind, row.method) == key]
        iou = [row.iou for row in group]
        print(f"{key[0]:8} {key[1]:22} {np.median(iou):6.3f} {np.mean(iou):6.3f}", end=" ")
        print(f"{np.median([row.boundary_f for row in group]):7.3f}", end=" ")
        print(f"{np.median([row.alpha_error for row in group]):7.4f}", end=" ")
        print(f"{np.nanmedian([row.raw_colour_error for row in group]):7.4f}", end=" ")
        print(f"{np.nanmedian([row.colour_error for row in group]):7.4f}", end=" ")
        print(f"{np.median([row.seconds for row in group]):5.2f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
