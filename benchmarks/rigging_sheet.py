"""Draw figures as rigged: at rest with bones, in mid-stride, waving, crouching.

`python -m benchmarks.rigging_sheet -o SHEET.png FILE.glb...`: one row per figure; a refusal is a
row with its reason. What a person looks at before believing any figure of `benchmarks.rigging`.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from bozzetto.delivery.open_model import open_model
from bozzetto.errors import BozzettoError
from bozzetto.rigging.blazepose import BlazePose
from bozzetto.rigging.figure import Figure, figure_of
from bozzetto.rigging.pose import at_frame, bent_model
from bozzetto.rigging.rig import Rigged, RigOptions, rig
from bozzetto.rigging.sheet import bones_drawn, drawn_from, view_of

_TILE_PX = 230
_TURN = np.pi / 6


def main() -> None:
    """Rig and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--columns", type=int, default=2)
    arguments = parser.parse_args()
    sheet = sheet_of(arguments.files, BlazePose(), columns=arguments.columns)
    cv2.imwrite(str(arguments.output), sheet[:, :, ::-1])


def sheet_of(paths: list[Path], network: BlazePose, *, columns: int) -> np.ndarray:
    """Rig figures and draw them, a row each."""
    rows = []
    for path in paths:
        rows.append(_row(path, network))
        print(path.stem, flush=True)
    while len(rows) % columns:
        rows.append(np.full_like(rows[0], 255))
    return np.vstack([np.hstack(rows[i : i + columns]) for i in range(0, len(rows), columns)])


def _row(path: Path, network: BlazePose) -> np.ndarray:
    """Draw one figure."""
    model = open_model(path).model
    figure = figure_of(model)
    label = path.parent.name + "/" + path.stem
    try:
        rigged = rig(model, network=network, options=RigOptions(clips=("walk", "wave")))
    except BozzettoError as error:
        still = drawn_from(figure, figure.mesh.positions, view_of(figure, 0.0, _TILE_PX))
        row = np.hstack([still, np.full((_TILE_PX, 4 * _TILE_PX, 3), 235, np.uint8)])
        for line, text in enumerate((label, error.message[:110], error.message[110:])):
            place = (_TILE_PX + 8, 30 + 18 * line)
            cv2.putText(row, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (160, 0, 0))
        return row
    codes = ", ".join(finding.code for finding in rigged.findings)
    row = np.hstack(_tiles(figure, rigged))
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(row, label, (4, 14), font, 0.42, (0, 0, 0))
    cv2.putText(row, codes, (4, _TILE_PX - 6), font, 0.36, (160, 90, 0))
    return row


def _tiles(figure: Figure, rigged: Rigged) -> list[np.ndarray]:
    """Draw rest (front, side), two frames of the walk, one of the wave."""
    rest = figure.mesh.positions
    tiles = []
    for turn in (0.0, np.pi / 2):
        view = view_of(figure, rigged.facing + turn, _TILE_PX)
        tiles.append(bones_drawn(drawn_from(figure, rest, view), rigged, view))
    clips = {clip.name: clip for clip in rigged.model.clips}
    for name, frame, turn in (
        ("walk_in_place", 0, np.pi / 2.4),
        ("walk_in_place", 12, _TURN),
        ("wave", 20, _TURN),
    ):
        clip = clips.get(name) or clips[name.removesuffix("_in_place")]
        skeleton = rigged.model.skeleton
        positions = np.concatenate(bent_model(rigged.model, at_frame(skeleton, clip, frame)))
        view = view_of(figure, rigged.facing + turn, _TILE_PX)
        tiles.append(drawn_from(figure, positions, view))
    return tiles


if __name__ == "__main__":
    main()
