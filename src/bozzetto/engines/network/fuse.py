"""Join the volumes of several photos into one, on the grid of the reference view.

Each view is trusted most in front of and at the surface it sees, and less and less behind it.
Letters: n points, m samples of a volume.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.engines.network.pose import Points, Pose
from bozzetto.engines.network.prediction import FARTHEST
from bozzetto.engines.network.sampling import trilinear
from bozzetto.engines.network.solid import FAR_AWAY, Solid, outline_at
from bozzetto.engines.network.view import View
from bozzetto.engines.network.volume import Field
from bozzetto.imaging.resample import sample

_TRUST_FALLS = 0.12  # Crop widths behind the visible surface over which trust falls to a third.
_LEAST_TRUST = 0.04
_HEARD = np.float32(0.02)  # Crop widths: distances beyond count no more, or empty space would
# always outvote thin parts, whose distances are small.
_RAISABLE = np.float32(0.015)  # How far a ray may miss everything, in crop widths, to be raised.
_NEARBY = -0.03  # Outline distance beyond which rays of the reference stay empty.
_SLACK = np.float32(0.004)  # Crop widths that registration may be off: carving spares them.
_STRIDE = 3  # Of the rays on which silhouettes are compared.


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
        distance = np.clip(
            trilinear(solid.values, where, outside=-FAR_AWAY) * np.float32(pose.scale),
            -_HEARD,
            _HEARD,
        )
        front = trilinear(
            np.repeat(solid.front()[None], 2, axis=0),
            np.concatenate([np.zeros((len(where), 1)), where[:, 1:]], axis=1),
            outside=FARTHEST,
        )
        behind = np.maximum(uvw[:, 2].astype(np.float32) - front, 0)
        trust = np.float32(_LEAST_TRUST) + np.exp(-behind / np.float32(_TRUST_FALLS))
        total += trust * distance
        weights += trust
    values = np.full(own.values.size, -_HEARD, np.float32)
    values[inside] = total / weights
    fused = Solid(values=values.reshape(own.values.shape), outline=own.outline, frustum=own.frustum)
    for solid, pose in zip(solids, poses, strict=True):
        fused = _raised(fused, inside, points=points, view=solid, pose=pose)
    return _within_masks(fused, inside, points=points, solids=solids, poses=poses)


def _raised(
    fused: Solid,
    inside: Bool[np.ndarray, " m"],
    *,
    points: Points,
    view: Solid,
    pose: Pose,
) -> Solid:
    """Raise the volume on rays of a view's mask that meet nothing, by what they miss if little."""
    slices, rows, columns = view.values.shape
    rays = view.outline > 0
    centres = view.centres().reshape(slices, rows, columns, 3)[:, rays]
    there = pose.apply(view.frustum.points_in_camera(centres.reshape(-1, 3)))
    peak = fused.distances(there).reshape(slices, -1).max(axis=0)
    lift = np.zeros((rows, columns), np.float32)
    # Where the whole ray is far outside, no place on it is a better guess than the others.
    lift[rays] = np.where(peak > -_RAISABLE, np.clip(_HEARD / 2 - peak, 0, None), 0)
    uvw = view.frustum.coordinates(pose.inverse().apply(points))
    cells = (uvw[:, :2] + 1) / 2 * (columns, rows)
    outside = (np.abs(uvw[:, :2]) > 1).any(axis=1)
    values = fused.values.reshape(-1).copy()
    values[inside] += np.where(outside, np.float32(0), sample(lift, cells))
    return Solid(
        values=values.reshape(fused.values.shape), outline=fused.outline, frustum=fused.frustum
    )


def _within_masks(
    fused: Solid,
    inside: Bool[np.ndarray, " m"],
    *,
    points: Points,
    solids: Sequence[Solid],
    poses: Sequence[Pose],
) -> Solid:
    """Cut off what lies outside any mask."""
    values = fused.values.reshape(-1).copy()
    for solid, pose in zip(solids, poses, strict=True):
        uvw = solid.frustum.coordinates(pose.inverse().apply(points))
        rows, columns = solid.outline.shape
        limit = sample(solid.outline, (uvw[:, :2] + 1) / 2 * (columns, rows))
        limit = (limit + _SLACK) * np.float32(pose.scale)
        values[inside] = np.minimum(values[inside], limit)
    return Solid(
        values=values.reshape(fused.values.shape), outline=fused.outline, frustum=fused.frustum
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
    chosen = centres[:, 1::_STRIDE, 1::_STRIDE]  # All slices, or thin parts would be missed.
    mask = view.outline[1::_STRIDE, 1::_STRIDE] > 0
    points = view.frustum.points_in_camera(chosen.reshape(-1, 3))
    distance: Float32[np.ndarray, " n"] = solid.distances(solid_from_view.apply(points))
    covered = (distance.reshape(chosen.shape[:3]) > 0).any(axis=0)
    return float((mask & covered).sum() / max(int((mask | covered).sum()), 1))
