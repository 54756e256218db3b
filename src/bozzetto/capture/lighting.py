"""Light that falls from one side, and hard shadows across the object.

Model: within one material (a cluster of chromaticity) log brightness = material + light, where
light is either a plane (falls off across the object) or a step (a shadow's edge) in the picture.
What materials explain is taken out first, so a white head on black legs is no shadow.
Letters: h w rows and columns, n pixels, k materials.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32

from bozzetto.capture.evidence import PreparedPhoto
from bozzetto.capture.options import AdviceOptions
from bozzetto.findings import Finding
from bozzetto.imaging.color import linear_from_srgb

_NUM_MATERIALS = 6
_MAX_PIXELS = 4000
_MIN_PIXELS = 200
_DARKEST = 0.002
"""Linear light below which chromaticity is noise."""
_LEAST_EXPLAINED = 0.53
"""Share of the variance within materials that light must explain."""
_LEAST_AGREED = 0.6
"""Share of the object that must agree; a black cap over a white label is one material to us, but
the red body between them shows no fall of light."""
_DIRECTIONS_DEG = np.arange(0, 180, 15)
_RIM = 0.02
_LEAST_ASKED = 0.3
"""Share of the object that must be of materials on both of its ends."""
_STEP_OVER_PLANE = 1.12
"""How much better a step must fit than a plane to be called a shadow's edge."""
_LEAST_OVERLAP = 0.02
"""Variance of a step within materials below which it only parts materials, and tells nothing."""
_LEAST_SPREAD = 0.2
"""Variance of a material's place, relative to the object's, from which it can tell of light."""
_CUTS = np.arange(20, 81, 5)
"""Percentiles along a direction at which a shadow's edge is tried."""


@dataclass(frozen=True, kw_only=True)
class Falloff:
    """How light falls across the object."""

    stops: float
    """Difference of both ends, or of both sides of the step."""
    explained: float
    """Share of the variance within materials, 0 to 1."""
    agreed: float
    """Share of the object, among materials on both its ends, that shows this fall by itself."""
    is_step: bool


def find_hard_light(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Judge how evenly the object is lit."""
    falloff = measure_falloff(
        evidence.overview.rgb, evidence.overview.core(_RIM) & evidence.overview.inside
    )
    if (
        falloff is None
        or falloff.stops <= options.light_falloff_stops
        or falloff.explained < _LEAST_EXPLAINED
        or falloff.agreed < _LEAST_AGREED
    ):
        return []
    if falloff.is_step:
        code, what = "light.hard_shadow", "A hard shadow lies across the object"
    else:
        code, what = "light.directional", "The light comes from one side"
    return [
        evidence.finding(
            code,
            f"{what}: brightness falls by {falloff.stops:.1f} stops within one material.",
            fix="Use soft light from several sides: an overcast day, a light tent, a white card.",
            measured=falloff.stops,
            limit=options.light_falloff_stops,
        )
    ]


def measure_falloff(
    rgb: Float32[np.ndarray, "h w 3"], core: Bool[np.ndarray, "h w"]
) -> Falloff | None:
    """Fit planes and steps of light to the object; None where too little of it can be judged.

    Args:
        rgb: Encoded colours.
        core: Pixels of the object.
    """
    linear = linear_from_srgb(np.asarray(cv2.GaussianBlur(rgb, (0, 0), 1.5), np.float32))
    usable = core & (linear.max(axis=2) > _DARKEST)
    y, x = np.nonzero(usable)
    if len(y) < _MIN_PIXELS:
        return None
    stride = max(1, len(y) // _MAX_PIXELS)
    y, x = y[::stride], x[::stride]
    colors = linear[y, x].astype(np.float64)
    level = np.log2(colors.mean(axis=1))
    material = _materials(colors)
    position = np.stack([x, y], axis=1) / np.sqrt(float(core.sum()))
    plane = _best_plane(_without_material(level, material), position, material)
    step = _best_step(level, position, material)
    if plane is None or step is None:
        return plane or step
    return step if step.explained > _STEP_OVER_PLANE * plane.explained else plane


def _materials(colors: Float64[np.ndarray, "n 3"]) -> Int32[np.ndarray, " n"]:
    """Group pixels by chromaticity, which light of one colour does not change."""
    chroma = (colors[:, :2] / colors.sum(axis=1, keepdims=True)).astype(np.float32)
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 10, 0.0)
    # Seeds from quantiles rather than by chance, so the same photo gets the same advice.
    order = chroma[:, 0].argsort(kind="stable")
    start = np.zeros((len(chroma), 1), np.int32)
    start[order, 0] = np.arange(len(chroma)) * _NUM_MATERIALS // len(chroma)
    labels = cv2.kmeans(chroma, _NUM_MATERIALS, start, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)[1]
    return np.asarray(labels, np.int32).ravel()


def _without_material(
    values: Float64[np.ndarray, " n"], material: Int32[np.ndarray, " n"]
) -> Float64[np.ndarray, " n"]:
    """Take each material's mean away."""
    counts = np.bincount(material, minlength=_NUM_MATERIALS)
    sums = np.bincount(material, values, minlength=_NUM_MATERIALS)
    return values - (sums / np.maximum(counts, 1))[material]


def _best_plane(
    level: Float64[np.ndarray, " n"],
    position: Float64[np.ndarray, "n 2"],
    material: Int32[np.ndarray, " n"],
) -> Falloff | None:
    """Fit one slope of light to all materials at once."""
    moved = np.stack([_without_material(position[:, i], material) for i in (0, 1)], axis=1)
    slope = np.linalg.lstsq(moved, level, rcond=None)[0]
    fitted = moved @ slope
    total = float((level**2).mean())
    length = float(np.hypot(*slope))
    if total < 1e-6 or length < 1e-9:
        return None
    along = position @ (slope / length)
    reach = float(np.percentile(along, 97) - np.percentile(along, 3))
    return Falloff(
        stops=length * reach,
        explained=float((fitted**2).mean()) / total,
        agreed=_agreement(along, level, material, height=length),
        is_step=False,
    )


def _best_step(
    level: Float64[np.ndarray, " n"],
    position: Float64[np.ndarray, "n 2"],
    material: Int32[np.ndarray, " n"],
) -> Falloff | None:
    """Try shadow edges of all directions and places; return the one that explains most."""
    left = _without_material(level, material)
    total = float((left**2).mean())
    if total < 1e-6:
        return None
    best: tuple[float, float, Float64[np.ndarray, " n"]] = (0.0, 0.0, np.zeros_like(level))
    for direction in np.radians(_DIRECTIONS_DEG):
        along = position @ np.array([np.cos(direction), np.sin(direction)])
        for cut in np.percentile(along, _CUTS):
            lit = (along > cut).astype(np.float64)
            side = _without_material(lit, material)
            power = float((side**2).mean())
            if power < _LEAST_OVERLAP:
                continue
            height = float((side * left).mean()) / power
            explained = height**2 * power / total
            if explained > best[0]:
                best = (explained, height, lit)
    explained, height, lit = best
    return Falloff(
        stops=abs(height),
        explained=explained,
        agreed=_agreement(lit, level, material, height=height),
        is_step=True,
    )


def _agreement(
    place: Float64[np.ndarray, " n"],
    level: Float64[np.ndarray, " n"],
    material: Int32[np.ndarray, " n"],
    *,
    height: float,
) -> float:
    """Return the share of the object whose material falls by half of `height` or more by itself.

    Materials that keep to one end cannot tell, and do not count.
    """
    spread = float(place.var())
    agreed, asked = 0, 0
    for k in range(_NUM_MATERIALS):
        here = material == k
        moved = place[here] - place[here].mean() if here.any() else place[here]
        power = float((moved**2).sum())
        if power < _LEAST_SPREAD * spread * max(int(here.sum()), 1):
            continue
        own = float((moved * level[here]).sum()) / max(power, 1e-12)
        asked += int(here.sum())
        agreed += int(here.sum()) if own * np.sign(height) > 0.5 * abs(height) else 0
    return agreed / asked if asked > _LEAST_ASKED * len(place) else 0.0
