"""Detail for what no photo shows, quilted from pieces of what one shows.

Six pictures, one for each side of the object, are laid with overlapping blocks of the photo's
detail (image quilting, Efros and Freeman, 2001), each block one whose surroundings have the colour
wanted there. Only the calmer blocks of each colour are used, so letters, eyes, edges and other
singular things are not handed on. Values are differences of sRGB-encoded colour from its
surroundings. Letters: h w rows and columns, n points, b blocks.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Int64
from scipy.spatial import cKDTree

from bozzetto.imaging.resample import sample
from bozzetto.texturing.nearest import nearest_marked
from bozzetto.texturing.photo_source import ProjectedPhoto

Points = Float32[np.ndarray, "n 3"]
Picture = Float32[np.ndarray, "h w 3"]
OtherPicture = Float32[np.ndarray, "_ _ 3"]
Guide = Callable[[Points, Points], tuple[Points, Bool[np.ndarray, " n"]]]
"""From the starts and directions of rays to the colours met, sRGB-encoded, and what was met."""

_BLOCK = 24  # Side of a block in 512ths of the object; a third of it overlaps the next.
_LARGEST_PX = 1024  # Of a picture for one side.
_CHOICE = 24  # Blocks of like colour among which the one that fits best is taken.
_CALM = 30  # Percentile of how busy blocks of like colour are, up to which they are plain surface.
_EVEN = 0.06  # Standard deviation of a block's broad colour from which it shows an edge.
_KIN = 64  # Blocks of like colour that say what is usual.
_ALIEN = (0.04, 0.16)  # Distance of colours up to which detail is taken over, and beyond which not.
_FEWEST = 16
_LARGEST_DETAIL = 0.12
_BROAD = 1 / 8  # Of a block: wider differences are form and shade, not detail.
_STRONGEST = 0.02  # Root mean square that detail is held to.


@dataclass(frozen=True, kw_only=True, eq=False)
class DetailField:
    """Detail at every point in space, by the side it faces."""

    low: Float32[np.ndarray, " 3"]
    pixels_per_metre: float
    sides: tuple[OtherPicture, ...]
    """Seen along -x, +x, -y, +y, -z and +z; rows and columns run along the other two axes."""

    def at(self, points: Points, normals: Points) -> Points:
        """Look detail up; the sides that a point faces are mixed."""
        weights = np.abs(normals) ** np.float32(6)
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
        result = np.zeros(points.shape, np.float32)
        cells = (points - self.low) * np.float32(self.pixels_per_metre)
        for axis in range(3):
            rows_columns = [k for k in range(3) if k != axis]
            for side in range(2):
                wanted = (weights[:, axis] > 0.02) & ((normals[:, axis] > 0) == bool(side))
                if wanted.any():
                    where = cells[wanted][:, rows_columns[::-1]]
                    found = sample(self.sides[2 * axis + side], where)
                    result[wanted] += found * weights[wanted, axis, None]
        return result


@dataclass(frozen=True, kw_only=True, eq=False)
class _Blocks:
    """Pieces of the photo that may be used."""

    detail: OtherPicture
    corners: Int64[np.ndarray, "b 2"]
    """Row and column of each one's first pixel."""
    tree: cKDTree
    """Over the colours of their surroundings."""
    side_px: int


def synthesize_detail(
    source: ProjectedPhoto,
    *,
    low: Float32[np.ndarray, " 3"],
    size: Float32[np.ndarray, " 3"],
    guide: Guide,
    seed: int,
) -> DetailField | None:
    """Make detail for all six sides; None where the photo has no place to take it from.

    Args:
        source: Where detail comes from.
        low: The object's lowest corner.
        size: Its extent along the axes, in metres.
        guide: Tells the colour without detail that a ray meets.
        seed: Decides between blocks that fit alike.
    """
    blocks = _usable_blocks(source)
    if blocks is None:
        return None
    longest = float(size.max())
    pixels_per_metre = min(source.size_px, _LARGEST_PX) / longest
    rng = np.random.default_rng(seed)
    sides: list[OtherPicture] = []
    for axis in range(3):
        for side in (-1, 1):
            colors, met, shape = _guided(
                guide, low, size, axis=axis, side=side, scale=pixels_per_metre, step=_step(blocks)
            )
            sides.append(_quilt(blocks, colors, met, shape=shape, rng=rng))
    return DetailField(low=low, pixels_per_metre=pixels_per_metre, sides=tuple(sides))


def _usable_blocks(source: ProjectedPhoto) -> _Blocks | None:
    """Cut the photo into blocks, and keep those that show an ordinary piece of surface."""
    side = max(6, 3 * round(_BLOCK * source.unit_px / 3))
    picture = source.levels[0]
    around = np.asarray(cv2.GaussianBlur(picture, (0, 0), side * _BROAD), np.float32)
    detail = np.clip(picture - around, -_LARGEST_DETAIL, _LARGEST_DETAIL)
    squares = np.asarray((detail**2).sum(axis=2), np.float32)
    energy = np.asarray(cv2.boxFilter(squares, -1, (side, side)), np.float32)
    half = side // 2
    step = max(2, side // 4)
    rows, columns = (
        grid.ravel()
        for grid in np.mgrid[
            half : picture.shape[0] - half : step, half : picture.shape[1] - half : step
        ]
    )
    inside = source.depth_inside_px[rows, columns] > 0.8 * half + 2 * source.unit_px
    inside &= _unevenness(around, side)[rows, columns] < _EVEN
    rows, columns = rows[inside], columns[inside]
    if len(rows) < _FEWEST:
        return None
    colors, busy = around[rows, columns].astype(np.float64), np.sqrt(energy[rows, columns])
    _, kin = cKDTree(colors).query(colors, k=min(_KIN, len(colors)))
    plain = busy <= np.percentile(busy[kin], _CALM, axis=1) + 0.002
    corners = np.stack([rows[plain] - half, columns[plain] - half], axis=1)
    strength = np.sqrt((energy[rows, columns][plain] / 3).mean())
    detail = detail * np.float32(min(1.0, _STRONGEST / max(float(strength), 1e-6)))
    return _Blocks(detail=detail, corners=corners, tree=cKDTree(colors[plain]), side_px=2 * half)


def _unevenness(picture: Picture, side: int) -> Float32[np.ndarray, "h w"]:
    """Return how much broad colour varies within each block: edges of things show there."""
    mean = np.asarray(cv2.boxFilter(picture, -1, (side, side)), np.float32)
    squares = np.asarray(cv2.boxFilter(picture**2, -1, (side, side)), np.float32)
    return np.sqrt(np.maximum(squares - mean**2, 0).sum(axis=2))


def _step(blocks: _Blocks) -> int:
    """Return the pixels from one block to the next."""
    return blocks.side_px - blocks.side_px // 3


def _guided(
    guide: Guide,
    low: Float32[np.ndarray, " 3"],
    size: Float32[np.ndarray, " 3"],
    *,
    axis: int,
    side: int,
    scale: float,
    step: int,
) -> tuple[Float32[np.ndarray, "r c 3"], Bool[np.ndarray, "r c"], tuple[int, int]]:
    """Look at the object from one side, one ray for each block."""
    first, second = (k for k in range(3) if k != axis)
    shape = (int(np.ceil(size[first] * scale)) + 1, int(np.ceil(size[second] * scale)) + 1)
    rows, columns = (np.arange(0, extent, step) for extent in shape)
    starts = np.empty((len(rows), len(columns), 3), np.float32)
    starts[..., first] = low[first] + ((rows + step / 2) / scale)[:, None]
    starts[..., second] = low[second] + ((columns + step / 2) / scale)[None]
    starts[..., axis] = low[axis] + (size[axis] * 1.5 if side > 0 else -0.5 * size[axis])
    directions = np.zeros((len(rows) * len(columns), 3), np.float32)
    directions[:, axis] = -side
    colors, met = guide(starts.reshape(-1, 3), directions)
    met = met.reshape(len(rows), len(columns))
    if met.any():
        colors = colors[nearest_marked(met)[1].ravel()]
    return colors.reshape(*met.shape, 3), met, shape


def _quilt(
    blocks: _Blocks,
    colors: Float32[np.ndarray, "r c 3"],
    met: Bool[np.ndarray, "r c"],
    *,
    shape: tuple[int, int],
    rng: np.random.Generator,
) -> OtherPicture:
    """Lay blocks row by row, each the best continuation of those before it."""
    step, side = _step(blocks), blocks.side_px
    lap = side - step
    height, width = met.shape[0] * step + lap, met.shape[1] * step + lap
    total = np.zeros((height, width, 3), np.float32)
    power = np.zeros((height, width, 1), np.float32)
    window = _window(side, lap)
    near = _near(met)
    for row, column in zip(*np.nonzero(near), strict=True):
        at = np.s_[row * step : row * step + side, column * step : column * step + side]
        choice, strength = _choices(blocks, colors[row, column])
        laid, filled = total[at], power[at]
        best = _best_continuation(
            blocks, choice, laid=laid / np.sqrt(np.maximum(filled, 1e-6)), filled=filled
        )
        pick = choice[best[int(rng.integers(min(2, len(best))))]]
        y, x = blocks.corners[pick]
        total[at] += blocks.detail[y : y + side, x : x + side] * (window * strength)
        power[at] += window**2
    # Where details of two blocks mix, they are divided so that their strength stays, not their sum.
    return (total / np.sqrt(np.maximum(power, 1e-3)))[: shape[0], : shape[1]]


def _near(met: Bool[np.ndarray, "r c"]) -> Bool[np.ndarray, "r c"]:
    """Mark the places whose ray, or that of a neighbour, met the object."""
    return cv2.dilate(met.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def _window(side: int, lap: int) -> Float32[np.ndarray, "s s 1"]:
    """Fade a block's borders so that squares of overlapping weights add up to 1."""
    ramp = np.ones(side)
    t = (np.arange(lap) + 0.5) / lap
    ramp[:lap] = np.sin(t * np.pi / 2)
    ramp[-lap:] = ramp[:lap][::-1]
    return (ramp[:, None] * ramp[None]).astype(np.float32)[..., None]


def _choices(
    blocks: _Blocks, color: Float32[np.ndarray, " 3"]
) -> tuple[Int64[np.ndarray, " k"], np.float32]:
    """Return blocks of like surroundings, and how much of their detail is fit for that colour."""
    count = min(_CHOICE, len(blocks.corners))
    distance, choice = blocks.tree.query(color.astype(np.float64), k=count)
    near, far = _ALIEN
    strength = np.clip((far - float(np.min(distance))) / (far - near), 0, 1)
    return np.atleast_1d(choice), np.float32(strength)


def _best_continuation(
    blocks: _Blocks,
    choice: Int64[np.ndarray, " k"],
    *,
    laid: OtherPicture,
    filled: Float32[np.ndarray, "s s 1"],
) -> Int64[np.ndarray, " k"]:
    """Order blocks by how well they continue what is laid, best first."""
    known = filled[..., 0] > 0
    if not known.any():
        return np.arange(len(choice))
    rows, columns = (2 * index for index in np.nonzero(known[::2, ::2]))
    corners = blocks.corners[choice]
    pieces = blocks.detail[corners[:, :1] + rows, corners[:, 1:] + columns]
    errors = ((pieces - laid[rows, columns]) ** 2).sum(axis=(1, 2), dtype=np.float64)
    return np.argsort(errors, kind="stable")
