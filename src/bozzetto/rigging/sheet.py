"""One picture of a rigged figure: at rest with its bones, and in every stress pose.

Letters: h w rows and columns.
"""

from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Float32, Float64, UInt8

from bozzetto.rigging.figure import Figure, figure_of
from bozzetto.rigging.joints import is_animal
from bozzetto.rigging.portraits import PortraitView, draw
from bozzetto.rigging.rig import Rigged
from bozzetto.rigging.stress import poses_of, stressed
from bozzetto.rigging.template import PARENT, tip_role

_TILE_PX = 260
_COLUMNS = 5
_SIDE_ON = ("high_knee", "squat", "bow", "tiptoe")
_AIR = 1.5
"""Picture side over the height: raised arms reach a fifth above the head."""
_LONG = 0.75
"""Of an animal's longest side that must fit: it is never seen quite from the side."""
_INK = (40, 40, 40)
_BONE = (200, 40, 30)

Tile = UInt8[np.ndarray, "h w 3"]


def rig_sheet(rigged: Rigged, *, tile_px: int = _TILE_PX) -> Tile:
    """Draw the sheet; sRGB, one tile per view and pose."""
    figure = figure_of(rigged.model)
    rest = figure.mesh.positions
    tiles = [
        _labelled(bones_drawn(drawn_from(figure, rest, view), rigged, view), name)
        for name, view in (
            (name, view_of(figure, rigged.facing + turn, tile_px))
            for name, turn in (("front", 0.0), ("side", np.pi / 2), ("back", np.pi))
        )
    ]
    for pose in poses_of(rigged):
        animal = is_animal(rigged.joints)
        turn = np.pi / 2.5 if animal else np.pi / 2 if pose in _SIDE_ON else np.pi / 9
        view = view_of(figure, rigged.facing + turn, tile_px)
        tiles.append(_labelled(drawn_from(figure, stressed(rigged, pose), view), pose))
    while len(tiles) % _COLUMNS:
        tiles.append(np.full_like(tiles[0], 230))
    rows = [np.hstack(tiles[i : i + _COLUMNS]) for i in range(0, len(tiles), _COLUMNS)]
    return np.vstack(rows)


def view_of(figure: Figure, azimuth: float, tile_px: int) -> PortraitView:
    """Look at the figure so that raised arms stay in the picture."""
    return PortraitView(
        azimuth=float(azimuth),
        centre=figure.centre,
        pixels_per_metre=tile_px / (max(figure.height, _LONG * figure.longest) * _AIR),
        size_px=tile_px,
    )


def drawn_from(figure: Figure, positions: Float32[np.ndarray, "v 3"], view: PortraitView) -> Tile:
    """Draw the figure with moved vertices."""
    moved = replace(figure, mesh=replace(figure.mesh, positions=positions))
    return (draw(moved, (view,))[0].srgb * 255 + 0.5).astype(np.uint8)


def bones_drawn(tile: Tile, rigged: Rigged, view: PortraitView) -> Tile:
    """Draw bones as lines and joints as dots."""
    drawn = tile.copy()
    joints = rigged.joints
    for role in PARENT:
        if role not in joints:
            continue
        start, tip = _pixel(view, joints.at(role)), tip_role(role)
        if tip is not None and tip in joints:
            cv2.line(drawn, start, _pixel(view, joints.at(tip)), _BONE, 1, cv2.LINE_AA)
        cv2.circle(drawn, start, 2, _BONE, -1, cv2.LINE_AA)
    return drawn


def _pixel(view: PortraitView, point: Float64[np.ndarray, " 3"]) -> tuple[int, int]:
    """Return where a point is seen."""
    across = float(view.right @ (point - view.centre)) * view.pixels_per_metre
    down = float(view.centre[1] - point[1]) * view.pixels_per_metre
    return round(across + view.size_px / 2), round(down + view.size_px / 2)


def _labelled(tile: Tile, name: str) -> Tile:
    """Write the name of a tile into its corner."""
    drawn = tile.copy()
    cv2.putText(drawn, name, (6, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.42, _INK, 1, cv2.LINE_AA)
    return drawn
