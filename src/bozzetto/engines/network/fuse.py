"""Join the volumes of several photos into one, on the grid of the reference view.

Each view is trusted most in front of and at the surface it sees, and less and less behind it.
Letters: k r q slices, rows, columns, n points.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from bozzetto.engines.network.pose import Pose
from bozzetto.engines.network.prediction import FARTHEST
from bozzetto.engines.network.sampling import trilinear
from bozzetto.engines.network.solid import FAR_AWAY, Solid, outline_at
from bozzetto.engines.network.view import View
from bozzetto.engines.network.volume import Field

_TRUST_FALLS = 0.12  # Crop widths behind the visible surface over which trust falls to a third.
_LEAST_TRUST = 0.08
_NEARBY = -0.03  # Outline distance beyond which rays of the reference stay empty.
_SLACK = np.float32(0.004)  # Crop widths that registration may be off: carving spares them.
_STRIDE = 3  # Of the samples at which silhouettes are compared.


def fuse(solids: Sequence[Solid], poses: Sequence[Pose], *, reference: int) -> Solid:
    """Average the distances of all views by trust.

    Args:
        solids: One for each view.
        poses: From each view's camera frame to the reference's.
        reference: Whose grid the result lies on.
    """
    own = solids[reference]
    inside = np.broadcast_to(own.outline > _NEARBY, own.values.shape).reshape(-1)
    points = own.frustum.points_in_camera(own.centres()[inside])
    total = np.zeros(len(points), np.float32)
    weights = np.full(len(points), 1e-6, np.float32)
    for solid, pose in zip(solids, poses, strict=True):
        uvw = solid.frustum.coordinates(pose.inverse().apply(points))
        where = solid.indices(uvw)
        distance = trilinear(solid.values, where, outside=-FAR_AWAY) * np.float32(pose.scale)
        front = trilinear(
            np.repeat(solid.front()[None], 2, axis=0),
            np.concatenate([np.zeros((len(where), 1)), where[:, 1:]], axis=1),
            outside=FARTHEST,
        )
        behind = np.maximum(uvw[:, 2].astype(np.float32) - front, 0)
        trust = np.float32(_LEAST_TRUST) + np.exp(-behind / np.float32(_TRUST_FALLS))
        total += trust * distance
        weights += trust
    values = np.full(own.values.size, -FAR_AWAY, np.float32)
    values[inside] = total / weights
    return Solid(
        values=np.clip(values.reshape(own.values.shape), -FAR_AWAY, FAR_AWAY),
        outline=own.outline,
        frustum=own.frustum,
    )


def carved(field: Field, view: View, *, others: Sequence[View], poses: Sequence[Pose]) -> Field:
    """Cut off what lies outside the masks of other views.

    Args:
        field: On the working grid of `view`.
        view: The reference.
        others: The other views.
        poses: From each other view's camera frame to the reference's.
    """
    values = field.values.copy()
    flat = values.reshape(-1)
    solid = np.flatnonzero(flat > -view.cell)
    rows, columns, slices = np.unravel_index(solid, values.shape)
    u, v = view.cell_coordinates()
    uvw = np.stack([u[columns], v[rows], field.depths[slices].astype(np.float64)], axis=1)
    points = view.frustum.points_in_camera(uvw)
    for other, pose in zip(others, poses, strict=True):
        places = other.frustum.coordinates(pose.inverse().apply(points))[:, :2]
        limit = (outline_at(other, places) + _SLACK) * np.float32(pose.scale)
        flat[solid] = np.minimum(flat[solid], limit)
    return Field(values=values, first=field.first, step=field.step)


def silhouette_agreement(
    solid: Solid, pose: Pose, *, solids: Sequence[Solid], poses: Sequence[Pose]
) -> float:
    """Return the mean intersection over union of a volume's silhouettes with all masks.

    Args:
        solid: The volume.
        pose: From its camera frame to the reference's.
        solids: All views; their outlines are what is compared with.
        poses: From each view's camera frame to the reference's.
    """
    back = pose.inverse()
    agreements = [
        _agreement(solid, back @ other_pose, other)
        for other, other_pose in zip(solids, poses, strict=True)
    ]
    return float(np.mean(agreements))


def _agreement(solid: Solid, solid_from_view: Pose, view: Solid) -> float:
    """Compare one silhouette, on a coarse grid of rays."""
    centres = view.centres().reshape(*view.values.shape, 3)
    chosen = centres[1::_STRIDE, 1::_STRIDE, 1::_STRIDE]
    mask = view.outline[1::_STRIDE, 1::_STRIDE] > 0
    points = view.frustum.points_in_camera(chosen.reshape(-1, 3))
    distance: Float32[np.ndarray, " n"] = solid.distances(solid_from_view.apply(points))
    covered = (distance.reshape(chosen.shape[:3]) > 0).any(axis=0)
    return float((mask & covered).sum() / max(int((mask | covered).sum()), 1))
