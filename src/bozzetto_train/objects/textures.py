"""Seeded textures: noise, wood, cloth, checks, stripes, marble, labels, photographs.

All are sRGB, 8 bits, and (photographs and labels apart) tile without seams.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from jaxtyping import Float64, UInt8
from numpy.typing import NDArray
from skimage import data as photographs

Texture = UInt8[np.ndarray, "h w 3"]
Colour = tuple[float, float, float]
"""sRGB, 0 to 1."""

SIDE_PX = 192

# Free photographs that scikit-image's wheel holds, all CC0 or public domain by its docstrings.
_PHOTOGRAPHS: tuple[Callable[[], NDArray[np.uint8]], ...] = (
    photographs.astronaut,
    photographs.brick,
    photographs.chelsea,
    photographs.coffee,
    photographs.grass,
    photographs.gravel,
    photographs.hubble_deep_field,
    photographs.rocket,
)


def make_texture(rng: np.random.Generator, kind: str, *, colours: tuple[Colour, ...]) -> Texture:
    """Make a texture of a kind.

    Args:
        rng: Source of all chances.
        kind: A key of `TEXTURES`.
        colours: Two or more; the first covers most.
    """
    return TEXTURES[kind](rng, colours)


def random_texture(rng: np.random.Generator, *, colours: tuple[Colour, ...]) -> Texture:
    """Make a texture of any kind."""
    kinds = sorted(TEXTURES)
    return make_texture(rng, kinds[int(rng.integers(len(kinds)))], colours=colours)


def noise(
    rng: np.random.Generator, *, octaves: int = 4, first: int = 3
) -> Float64[np.ndarray, "h w"]:
    """Return seamless noise in 0..1, the sum of smoothed grids of doubling size."""
    total = np.zeros((SIDE_PX, SIDE_PX))
    for octave in range(octaves):
        cells = min(first * 2**octave, SIDE_PX)
        wrapped = np.pad(rng.random((cells, cells)), 3, mode="wrap")
        scale = SIDE_PX / cells
        size = (round(wrapped.shape[1] * scale), round(wrapped.shape[0] * scale))
        large = cv2.resize(wrapped, size, interpolation=cv2.INTER_CUBIC)
        start = round(3 * scale)
        total += large[start : start + SIDE_PX, start : start + SIDE_PX] / 2**octave
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(high - low, 1e-9)


def _mix(
    share: Float64[np.ndarray, "h w"], first: Colour, second: Colour
) -> Float64[np.ndarray, "h w 3"]:
    return (1 - share[..., None]) * np.array(first) + share[..., None] * np.array(second)


def _bytes(values: Float64[np.ndarray, "h w 3"]) -> Texture:
    return (np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)


def _speckled(
    rng: np.random.Generator, values: Float64[np.ndarray, "h w 3"], amount: float = 0.05
) -> Texture:
    """Add the unevenness of real surfaces."""
    return _bytes(values * (1 + amount * (2 * noise(rng, octaves=6) - 1))[..., None])


def _axes() -> tuple[Float64[np.ndarray, "h w"], Float64[np.ndarray, "h w"]]:
    """Return texture coordinates u and v, 0 to 1."""
    steps = (np.arange(SIDE_PX) + 0.5) / SIDE_PX
    v, u = np.meshgrid(steps, steps, indexing="ij")
    return u, v


def _clouds(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    field = noise(rng, octaves=int(rng.integers(2, 7)), first=int(rng.integers(2, 12)))
    sharp = np.clip((field - 0.5) * rng.uniform(1, 8) + 0.5, 0, 1)
    return _bytes(_mix(sharp, colours[0], colours[1]))


def _camouflage(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    level = np.clip((noise(rng, first=4) * 1.4 - 0.2) * len(colours), 0, len(colours) - 1)
    return _bytes(np.array(colours)[level.astype(int)])


def _wood(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    u, v = _axes()
    light = np.array([0.78, 0.57, 0.36]) * rng.uniform(0.45, 1.15)
    dark = light * rng.uniform(0.5, 0.85)
    warp = noise(rng, octaves=3, first=2)
    grain = 0.5 + 0.5 * np.sin(2 * np.pi * (v * int(rng.integers(4, 14)) + 1.5 * warp))
    fine = np.resize(noise(rng, octaves=5, first=24).mean(axis=1), (SIDE_PX,))[:, None] + 0 * u
    share = 0.7 * grain + 0.3 * fine
    tint = _mix(share, tuple(light.tolist()), tuple(dark.tolist()))
    return _speckled(rng, 0.85 * tint + 0.15 * np.array(colours[0]) * tint)


def _weave(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    u, v = _axes()
    threads = int(rng.integers(16, 48))
    over = (np.floor(u * threads) + np.floor(v * threads)) % 2
    shade = 0.75 + 0.25 * np.where(
        over > 0, np.abs(np.sin(np.pi * u * threads)), np.abs(np.sin(np.pi * v * threads))
    )
    return _speckled(
        rng, _mix(over * rng.uniform(0.2, 1), colours[0], colours[1]) * shade[..., None]
    )


def _checks(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    u, v = _axes()
    count = 2 * int(rng.integers(1, 7))
    return _speckled(rng, _mix((np.floor(u * count) + np.floor(v * count)) % 2, *colours[:2]))


def _tartan(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    u, v = _axes()
    bands = rng.random(24) < 0.35
    across, along = bands[(u * 24).astype(int)], bands[(v * 24).astype(int)]
    return _speckled(rng, _mix((across + 1.0 * along) / 2, colours[0], colours[1]))


def _stripes(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    u, v = _axes()
    count = int(rng.integers(2, 12))
    direction = [u, v, u + v, u - v][int(rng.integers(4))]
    which = (np.floor(direction * count * len(colours)) % len(colours)).astype(int)
    return _speckled(rng, np.array(colours)[which])


def _dots(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    u, v = _axes()
    count, radius = int(rng.integers(2, 8)), rng.uniform(0.15, 0.45)
    near = np.hypot(u * count % 1 - 0.5, v * count % 1 - 0.5) < radius
    return _speckled(rng, _mix(near.astype(float), colours[0], colours[1]))


def _marble(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    u, v = _axes()
    warp = noise(rng, octaves=5, first=2)
    vein = np.abs(np.sin(np.pi * (int(rng.integers(1, 4)) * (u + v) + 3 * warp))) ** rng.uniform(
        0.2, 0.8
    )
    return _bytes(_mix(1 - vein, colours[0], colours[1]))


def _bricks(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    u, v = _axes()
    rows = 2 * int(rng.integers(2, 6))
    row = np.floor(v * rows).astype(int)
    along = u * rows / 2 + 0.5 * (row % 2)
    joint = (v * rows % 1 < 0.1) | (along % 1 < 0.05)
    tone = rng.uniform(0.75, 1.1, (rows, rows))[row, np.floor(along).astype(int) % rows]
    return _speckled(rng, _mix(joint.astype(float), *colours[:2]) * tone[..., None], 0.15)


def _gradient(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    u, v = _axes()
    share = v if rng.random() < 0.7 else 0.5 - 0.5 * np.cos(2 * np.pi * u)
    return _bytes(_mix(share, colours[0], colours[1]))


def _label(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    """Print blocks, discs and bars such as those of packages; nothing that can be read."""
    canvas = np.full((SIDE_PX, SIDE_PX, 3), colours[0])
    for _ in range(int(rng.integers(3, 9))):
        colour = tuple(colours[int(rng.integers(len(colours)))])
        x, y = rng.integers(0, SIDE_PX, 2).tolist()
        w, h = rng.integers(8, SIDE_PX // 2, 2).tolist()
        if rng.random() < 0.3:
            cv2.circle(canvas, (x, y), w // 2, colour, -1)
        elif rng.random() < 0.3:
            corners = rng.integers(0, SIDE_PX, (int(rng.integers(3, 7)), 2)).astype(np.int32)
            cv2.fillConvexPoly(canvas, cv2.convexHull(corners), colour)
        else:
            cv2.rectangle(canvas, (x, y), (x + w, y + h), colour, -1)
    _print_lines(rng, canvas, colours[-1])
    return _bytes(canvas)


def _print_lines(
    rng: np.random.Generator, canvas: Float64[np.ndarray, "h w 3"], colour: Colour
) -> None:
    """Draw rows of short bars that look like lines of text from afar."""
    for _ in range(int(rng.integers(0, 4))):
        x, y = rng.integers(0, SIDE_PX * 3 // 4, 2).tolist()
        height, reach = int(rng.integers(2, 12)), int(rng.integers(30, SIDE_PX))
        while x < min(reach, SIDE_PX):
            width = int(rng.integers(2, 4 + height))
            cv2.rectangle(canvas, (x, y), (x + width, y + height), colour, -1)
            x += width + int(rng.integers(2, 6))


def _photograph(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Texture:
    taken = _PHOTOGRAPHS[int(rng.integers(len(_PHOTOGRAPHS)))]()
    height, width = int(taken.shape[0]), int(taken.shape[1])
    side = int(rng.integers(min(height, width) // 3, min(height, width)))
    row, column = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
    cut = np.ascontiguousarray(taken[row : row + side, column : column + side])
    small = np.asarray(cv2.resize(cut, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA), np.uint8)
    if small.ndim == 3:
        return small[..., :3]
    return _bytes(small[..., None] / 255 * (np.array(colours[0]) * 0.7 + 0.5))


TEXTURES: Mapping[str, Callable[[np.random.Generator, tuple[Colour, ...]], Texture]] = {
    "bricks": _bricks,
    "camouflage": _camouflage,
    "checks": _checks,
    "clouds": _clouds,
    "dots": _dots,
    "gradient": _gradient,
    "label": _label,
    "marble": _marble,
    "photograph": _photograph,
    "stripes": _stripes,
    "tartan": _tartan,
    "weave": _weave,
    "wood": _wood,
}
"""All kinds of textures, by name."""
