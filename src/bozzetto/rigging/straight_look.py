"""Somebody seen from straight ahead, twice: as is and in a mirror.

What was made from one photograph is best from where that was taken, and its sides are a guess. A
network that sees a person calls the same places elbows in the mirror image; one that guesses does
not. Depth is the middle of the shape. Letters: l landmarks.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float64

from bozzetto.geometry.sampling import sample_surface
from bozzetto.rigging.blazepose import BlazePose
from bozzetto.rigging.figure import Figure
from bozzetto.rigging.landmarks import (
    PICTURE_PX,
    SHOULDERS,
    Landmarks,
    Sighting,
    see,
    swapped_order,
)
from bozzetto.rigging.portraits import Portrait, draw, views_round

_COLOR_SHARES = (0.0, 1.0)
"""Clay shows limbs in dark clothes, colours show a face that the shape has not."""
_SAMPLES = 20_000
_NEAR = 0.012
"""Of the height: how far beside a line of sight the shape says its depth."""


def look_straight(figure: Figure, network: BlazePose) -> Landmarks | None:
    """Look at a figure that faces +z from its front, in clay and in its colours.

    Returns:
        The look on which both images agree best; its `disagreement` is the way between the two.
        None where the network takes both for seen from behind.
    """
    looks = [_both_ways(figure, network, share) for share in _COLOR_SHARES]
    ahead = [seen for seen in looks if _left_is_left(seen)]
    return min(ahead, key=lambda seen: seen.scatter, default=None)


def _both_ways(figure: Figure, network: BlazePose, color_share: float) -> Landmarks:
    """Look at a figure and at its mirror image; put both together."""
    views = views_round(figure, azimuths=(0.0,), size_px=PICTURE_PX)
    portrait = draw(figure, views, color_share=color_share)[0]
    image = replace(portrait, srgb=np.ascontiguousarray(portrait.srgb[:, ::-1]))
    direct, mirrored = see(portrait, network), _turned_back(see(image, network))
    places = [_in_space(sighting, portrait) for sighting in (direct, mirrored)]
    points = (places[0] + places[1]) / 2
    points[:, 2] = _depths(figure, points)
    apart = np.linalg.norm((places[0] - places[1])[:, :2], axis=1)
    return Landmarks(
        points=points,
        disagreement=apart / figure.height,
        scores=np.array([direct.score, mirrored.score]),
        sightings=(direct, mirrored),
    )


def _turned_back(seen: Sighting) -> Sighting:
    """Undo the mirror: places across, and left for right."""
    posture = seen.posture
    points = posture.points_px * (-1, 1) + (seen.portrait.view.size_px, 0)
    order = swapped_order()
    back = replace(posture, points_px=points[order], visibility=posture.visibility[order])
    return replace(seen, posture=back)


def _in_space(seen: Sighting, portrait: Portrait) -> Float64[np.ndarray, "l 3"]:
    """Return where the landmarks are across and up; their depth is not known."""
    lateral, height = portrait.view.lateral_and_height(seen.posture.points_px)
    return np.stack([lateral, height, np.zeros_like(height)], axis=1)


def _depths(figure: Figure, points: Float64[np.ndarray, "l 3"]) -> Float64[np.ndarray, " l"]:
    """Return the middle of the shape on every line of sight, or on the nearest to it."""
    surface = sample_surface(figure.mesh, count=_SAMPLES, seed=0).points
    depths = np.zeros(len(points))
    for index, point in enumerate(points):
        gap = np.linalg.norm(surface[:, :2] - point[:2], axis=1)
        z = surface[gap <= float(gap.min()) + _NEAR * figure.height, 2]
        depths[index] = (float(z.min()) + float(z.max())) / 2
    return depths


def _left_is_left(seen: Landmarks) -> bool:
    """Tell whether the left shoulder is at +x, as that of somebody who looks ahead."""
    left, right = seen.points[list(SHOULDERS), 0]
    return bool(left > right)
