"""Which way a figure looks, and turning it to the front.

Frame: +y up; a figure that faces +z has its left at +x. Letters: none.
"""

from dataclasses import replace

import numpy as np

from bozzetto.findings import Finding, Severity
from bozzetto.geometry.sampling import sample_surface
from bozzetto.rigging.figure import Figure
from bozzetto.rigging.landmarks import HIPS, SHOULDERS, Landmarks
from bozzetto.rigging.suitability import is_agreed
from bozzetto.transforms import Rigid

_STRAIGHT_DEG = 20.0
"""Figures that look less aside than this stand as they are."""
_QUARTER = np.pi / 2
_FEET_BELOW, _SHINS = 0.05, (0.08, 0.2)
"""Of the height."""
_SAMPLES = 20_000


def facing_of(seen: Landmarks) -> float:
    """Return radians round +y from +z to where a person looks: 0, a quarter turn or two."""
    if not is_agreed(seen):
        return 0.0
    points = seen.points
    across = points[SHOULDERS[0]] - points[SHOULDERS[1]] + points[HIPS[0]] - points[HIPS[1]]
    angle = float(np.arctan2(-across[2], across[0]))
    if abs(np.degrees(angle)) < _STRAIGHT_DEG:
        return 0.0
    # Files are turned by quarters; what is in between is a pose, not a frame.
    return float(np.round(angle / _QUARTER) * _QUARTER)


def toes_ahead(figure: Figure) -> float:
    """Return how far the feet reach before (+z) the shins, of the height; negative is behind.

    Feet say front from back where faces are blurred: a heel ends where the shin does, toes do not.
    """
    points = sample_surface(figure.mesh, count=_SAMPLES, seed=0).points
    share = (points[:, 1] - figure.mesh.bounds[0][1]) / figure.height
    feet = points[share < _FEET_BELOW, 2]
    shins = points[(share > _SHINS[0]) & (share < _SHINS[1]), 2]
    if len(feet) == 0 or len(shins) == 0:
        return 0.0
    return float(feet.mean() - np.median(shins)) / figure.height


def unsure_facing() -> Finding:
    """Tell that front and back look alike."""
    return Finding(
        code="rig.facing.unsure",
        severity=Severity.WARNING,
        message="The figure seems to look another way from every side; it was taken to face +z.",
        fix="If left and right are swapped, turn the model by half a turn and rig again.",
    )


def turn_about_y(angle: float) -> Rigid:
    """Return the turn round the vertical axis through the origin."""
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    rotation = np.array([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]])
    return Rigid(rotation=rotation, translation=np.zeros(3))


def turned(figure: Figure, angle: float) -> Figure:
    """Turn a figure round the vertical axis."""
    positions = turn_about_y(angle).apply(figure.mesh.positions).astype(np.float32)
    return replace(figure, mesh=replace(figure.mesh, positions=positions))
