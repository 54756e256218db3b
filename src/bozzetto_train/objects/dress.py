"""Clothe a bare body: colours by region, cloth that stands off and hides the skin's detail.

Letters: v vertices, t triangles.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32

from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.smooth import neighbour_mean
from bozzetto.imaging.color import linear_from_srgb
from bozzetto_train.objects.palette import make_palette, skin_colour
from bozzetto_train.objects.textures import Colour

_TRUNK = ("root", "pelvis", "spine")
_SHIRT = ("clavicle", "shoulder", "upperarm01")
_SLEEVES = ("upperarm02", "lowerarm01", "lowerarm02")
_TROUSERS = ("upperleg01",)
_LEGS = ("upperleg02", "lowerleg01", "lowerleg02")
_SHOES = ("foot", "toe")
_HAIR_COLOURS: tuple[Colour, ...] = (
    (0.07, 0.05, 0.04),
    (0.2, 0.12, 0.07),
    (0.45, 0.28, 0.13),
    (0.8, 0.65, 0.4),
    (0.55, 0.2, 0.1),
    (0.75, 0.75, 0.75),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Body:
    """A posed body in the frame +y up, front +z, metres."""

    positions: Float32[np.ndarray, "v 3"]
    triangles: Int32[np.ndarray, "t 3"]
    bones: tuple[str, ...]
    """The rig's bones."""
    bone_of_vertex: Int32[np.ndarray, " v"]
    """The bone that moves a vertex most."""
    rest: Float32[np.ndarray, "v 3"]
    """The same body in the rest pose, upright: where hair ends, whatever the pose."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Dressed:
    """A clothed body."""

    positions: Float32[np.ndarray, "v 3"]
    colors: Float32[np.ndarray, "v 3"]
    """Linear."""


def dress(body: Body, *, seed: int) -> Dressed:
    """Clothe a body: shirt or pullover, trousers or shorts, shoes, hair, eyes."""
    rng = np.random.default_rng(seed)
    palette = make_palette(rng)
    colors = np.tile(np.array(skin_colour(rng), np.float64), (len(body.positions), 1))
    offset = np.zeros(len(body.positions))
    cloth = np.zeros(len(body.positions), bool)
    shirt = _SHIRT + (_SLEEVES[: int(rng.choice([0, 1, 3]))])
    trousers = _TROUSERS + (_LEGS[: int(rng.choice([1, 3, 3]))])
    thick = rng.uniform(0.004, 0.025)
    # The rig's root, at the hips, is the origin of the rest pose.
    trunk = _region(body, _TRUNK)
    above = body.rest[:, 1] > rng.uniform(-0.03, 0.05) * float(np.ptp(body.rest[:, 1]))
    for region, depth in (
        (_region(body, trousers) | (trunk & ~above), thick),
        (_region(body, shirt) | (trunk & above), thick * 1.3),
        (_region(body, _SHOES), 0.012),
    ):
        colors[region] = palette.colour(rng)
        offset[region] = depth
        cloth |= region
    _paint_head(rng, body, colors, offset=offset)
    return Dressed(
        positions=_draped(body, offset, cloth),
        colors=linear_from_srgb(colors.astype(np.float32)),
    )


def _region(body: Body, prefixes: tuple[str, ...]) -> Bool[np.ndarray, " v"]:
    """Tell which vertices belong to bones with these prefixes."""
    chosen = np.array([name.startswith(prefixes) for name in body.bones])
    return chosen[body.bone_of_vertex]


def _paint_head(
    rng: np.random.Generator,
    body: Body,
    colors: Float64[np.ndarray, "v 3"],
    *,
    offset: Float64[np.ndarray, " v"],
) -> None:
    """Add hair and eyes in place."""
    eyes = _region(body, ("eye",))
    head = _region(body, ("head",))
    if not eyes.any() or not head.any():
        return
    middle = body.rest[eyes].mean(axis=0)
    top = float(body.rest[head, 1].max())
    tall, back = top - float(middle[1]), body.rest[:, 2] - middle[2]
    above = (body.rest[:, 1] - middle[1]) / max(tall, 1e-6)
    line = rng.uniform(0.45, 0.65) + rng.uniform(0.3, 0.55) * np.clip(
        back / max(tall, 1e-6) + 0.4, -1.6, 1
    )
    hair = head & (above > line) & ~eyes
    if rng.random() < 0.9:
        colors[hair] = _HAIR_COLOURS[int(rng.integers(len(_HAIR_COLOURS)))]
        offset[hair] = rng.uniform(0.004, 0.035)
    colors[eyes] = (0.92, 0.92, 0.9)
    front = eyes & (body.rest[:, 2] > np.quantile(body.rest[eyes, 2], 0.72))
    colors[front] = (0.1, 0.07, 0.05)


def _draped(
    body: Body, offset: Float64[np.ndarray, " v"], cloth: Bool[np.ndarray, " v"]
) -> Float32[np.ndarray, "v 3"]:
    """Smooth what is under cloth and push it out, so that it hangs instead of being painted on."""
    mean = neighbour_mean(len(body.positions), body.triangles)
    positions = body.positions.astype(np.float64)
    for _ in range(6):
        positions = np.where(cloth[:, None], mean @ positions, positions)
    soft = offset
    for _ in range(3):
        soft = mean @ soft
    normals = vertex_normals(positions.astype(np.float32), body.triangles)
    reach = np.where(offset > 0, np.maximum(soft, 0.5 * offset), 0.0)
    return (positions + normals * reach[:, None]).astype(np.float32)
