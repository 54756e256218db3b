"""Find where the cameras of several photos stand to each other.

The photos' names give the azimuths to within `most_azimuth_deg`, the predicted up the elevations,
the height of the object the scale. What is left is searched for by how well two volumes, each
carved by its own mask, cover each other, and by whether what one photo sees stands where the other
sees nothing. Letters: n m points, r q rows and columns of a view's rays.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.engines.network.placing import forward_of, turned, upright
from bozzetto.engines.network.pose import Direction, Points, Pose, Rotation
from bozzetto.engines.network.prediction import FARTHEST
from bozzetto.engines.network.solid import Solid
from bozzetto.engines.network.view import View
from bozzetto.imaging.resample import sample

_SOFT = np.float32(0.02)  # Distance over which a point turns from outside to inside.
_MOST_SAMPLES = 3000
_MOST_VISIBLE = 1500
_TRIM = (0.3, 99.7)  # Percentiles that stand for the ends of an object.


@dataclass(frozen=True, kw_only=True)
class RegisterOptions:
    """How far and how finely poses are searched."""

    most_azimuth_deg: float = 15.0
    """How far a camera may stand from where its name says."""
    most_elevation_deg: float = 10.0
    """How wrong a predicted elevation may be."""
    most_scale: float = 1.35
    """How wrong the scale from the object's height may be, either way."""
    steps: tuple[float, float, float, float] = (6.0, 4.0, 0.06, 0.04)
    """First steps: azimuth and elevation in degrees, log scale, position in crop widths."""
    rounds: int = 4
    """How often the steps are halved."""


QUICK = RegisterOptions(rounds=1)
"""Enough to compare the sides that a photo may show."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Body:
    """A view's volume, upright about its own middle: what registration works with."""

    solid: Solid
    upright_from_camera: Rotation
    """+y up, +z towards this view's camera."""
    middle: Direction
    """Middle of the object, upright."""
    height: float
    """Of the object, in crop widths."""
    inner: Points
    """Points inside, upright, relative to the middle."""
    weights: Float32[np.ndarray, " n"]
    """Their volumes, summing to 1."""
    visible: Float64[np.ndarray, "m 3"]
    """Points of the surface that this view sees, like `inner`."""
    front: Float32[np.ndarray, "r q"]
    """Depth w at which each ray meets the object."""

    def depths_inside(self, points: Points) -> Float32[np.ndarray, " n"]:
        """Return 0 (outside) to 1 (inside) for upright points relative to the middle."""
        in_camera = (points + self.middle) @ self.upright_from_camera
        return np.clip(self.solid.distances(in_camera) / (2 * _SOFT) + np.float32(0.5), 0, 1)

    def share_possible(self, points: Points) -> float:
        """Return how many points do not stand where this view sees nothing: beside or before it."""
        if len(points) == 0:
            return 1.0
        in_camera = (points + self.middle) @ self.upright_from_camera
        uvw = self.solid.frustum.coordinates(in_camera)
        rows, columns = self.front.shape
        cells = (uvw[:, :2] + 1) / 2 * (columns, rows)
        beside = sample(self.solid.outline, cells)
        before = uvw[:, 2].astype(np.float32) - sample(self.front, cells)
        return float(np.clip(np.minimum(beside, before) / (2 * _SOFT) + 1, 0, 1).mean())


@dataclass(frozen=True, kw_only=True, eq=False)
class Match:
    """A pose and how well the two volumes cover each other there."""

    pose: Pose
    overlap: float
    """How well the two fit, 0 to 1."""


def body_of(view: View, solid: Solid) -> Body:
    """Prepare a view for registration."""
    rotation = upright(view.up_in_camera, forward_of(view.frustum))
    centres = solid.centres()
    values = solid.values.reshape(-1)
    inside = np.flatnonzero(values > 0)
    if len(inside) == 0:  # A volume that says nothing: its most likely point has to do.
        inside = np.array([int(values.argmax())])
    in_camera = solid.frustum.points_in_camera(centres[inside])
    points = in_camera @ rotation.T
    low, high = np.percentile(points, _TRIM, axis=0)
    middle = (low + high) / 2
    stride = max(1, len(inside) // _MOST_SAMPLES)
    points, in_camera = points[::stride], in_camera[::stride]
    volume = in_camera[:, 2] ** 2  # Cells of a frustum grow with the distance.
    front = solid.front()
    return Body(
        solid=solid,
        upright_from_camera=rotation,
        middle=middle,
        height=max(float(high[1] - low[1]), 1e-3),
        inner=points - middle,
        weights=(volume / volume.sum()).astype(np.float32),
        visible=_visible(solid, front) @ rotation.T - middle,
        front=front,
    )


def _visible(solid: Solid, front: Float32[np.ndarray, "r q"]) -> Points:
    """List points of the visible surface in the camera's frame."""
    rows, columns = front.shape
    seen = np.flatnonzero(((front < FARTHEST) & (solid.outline > 0)).reshape(-1))
    seen = seen[:: max(1, len(seen) // _MOST_VISIBLE)]
    centres = solid.centres()[: rows * columns][seen]  # The rays of the first slice.
    centres[:, 2] = front.reshape(-1)[seen]
    return solid.frustum.points_in_camera(centres)


def register(
    body: Body, reference: Body, *, azimuth_deg: float, options: RegisterOptions = RegisterOptions()
) -> Match:
    """Find a view's pose in the frame of a reference view.

    Args:
        body: The view.
        reference: The other one.
        azimuth_deg: Where its camera stands, seen from the reference camera, towards +x.
        options: Limits and steps.
    """
    scale = float(np.log(reference.height / body.height))
    best = np.array([azimuth_deg, 0.0, scale, 0.0, 0.0, 0.0])
    reach = np.array(
        [
            options.most_azimuth_deg,
            options.most_elevation_deg,
            np.log(options.most_scale),
            *[0.2] * 3,
        ]
    )
    low, high = best - reach, best + reach
    azimuth, elevation, growth, shift = options.steps
    steps = np.array([azimuth, elevation, growth, shift, shift, shift])
    overlap = _overlap(best, body, reference)
    for k, axis in product(range(options.rounds), range(len(best))):
        for sign in (1.0, -1.0):
            tried = best.copy()
            moved = best[axis] + sign * steps[axis] / 2**k
            tried[axis] = np.clip(moved, low[axis], high[axis])
            found = _overlap(tried, body, reference)
            if found > overlap:
                best, overlap = tried, found
                break
    return Match(pose=_pose(best, body, reference), overlap=overlap)


def _overlap(guess: Float64[np.ndarray, " 6"], body: Body, reference: Body) -> float:
    """Return how well two volumes fit, 0 to 1.

    Half of it is the soft intersection over union, from samples of both. Hidden parts are guesses,
    so the other half is what both photos know: nothing that one sees may stand where the other sees
    nothing.
    """
    rotation, scale, shift = _between(guess)
    there = scale * (body.inner @ rotation.T) + shift
    back = (reference.inner - shift) @ rotation / scale
    share_of_body = float(reference.depths_inside(there) @ body.weights)
    share_of_reference = float(body.depths_inside(back) @ reference.weights)
    if min(share_of_body, share_of_reference) < 1e-3:
        return 0.0
    common = 1 / (1 / share_of_body + 1 / share_of_reference - 1)
    seen_there = scale * (body.visible @ rotation.T) + shift
    seen_here = (reference.visible - shift) @ rotation / scale
    possible = reference.share_possible(seen_there) * body.share_possible(seen_here)
    return (common + possible) / 2


def _between(guess: Float64[np.ndarray, " 6"]) -> tuple[Rotation, float, Direction]:
    """Return rotation, scale and shift from the view's upright frame to the reference's."""
    e = np.radians(guess[1])
    c, s = np.cos(e), np.sin(e)
    tilt = np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])
    return turned(float(guess[0])) @ tilt, float(np.exp(guess[2])), guess[3:]


def _pose(guess: Float64[np.ndarray, " 6"], body: Body, reference: Body) -> Pose:
    """Return the similarity between the two camera frames."""
    rotation, scale, shift = _between(guess)
    back = reference.upright_from_camera.T
    offset = shift + reference.middle - scale * (rotation @ body.middle)
    return Pose(
        scale=scale,
        rotation=back @ rotation @ body.upright_from_camera,
        translation=back @ offset,
    )
