"""Doubts about which way is up and front, from the shape, the skeleton and the names of its joints.

Asset frame: +y up, front +z, so an object's own left is at +x. These are doubts, never errors: a
lamp that hangs and a fish that swims have no bottom. Letters: n points.
"""

import re
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from scipy.spatial import ConvexHull, QhullError, cKDTree

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.skeleton import Skeleton

_LEFT = re.compile(r"(?i)(?:left|(?:^|[_.: ])l(?:[_.: ]|$)|_l\d*$|\.l$)")
_RIGHT = re.compile(r"(?i)(?:right|(?:^|[_.: ])r(?:[_.: ]|$)|_r\d*$|\.r$)")
_SLAB = 0.02  # Of the extent: what is this close to the lowest point counts as foot.
_SAMPLES = 3000
_STANDS = 0.25  # A foot this large, as a share of the shape's outline, is something to stand on.
_TIPTOE = 0.1
_MIRRORED = 2.0  # How much better another mirror plane must fit than left to right.


@dataclass(frozen=True, kw_only=True)
class Orientation:
    """What speaks for and against +y being up and +z the front."""

    foot_share_y: float
    """Outline of what touches the ground, as a share of the outline seen from above, 0 to 1."""
    foot_share_z: float
    """The same for a ground behind the object, as after an export with z up."""
    mirror_error_x: float
    """Mean distance to the mirror image left to right, as a share of the diagonal."""
    mirror_error_z: float
    """The same front to back."""
    left_axis: str | None
    """Axis that points to the skeleton's left by its joints' names, as in `+x`; None without."""
    doubts: tuple[str, ...]


def judge_orientation(mesh: Mesh, skeleton: Skeleton | None = None) -> Orientation:
    """Say whether +y may not be up, or +z not the front.

    Args:
        mesh: All parts joined, at rest.
        skeleton: Its joints' names say where left is.
    """
    points = _sample(mesh)
    foot_y, foot_z = _foot_share(points, axis=1), _foot_share(points, axis=2)
    mirror_x, mirror_z = _mirror_error(points, axis=0), _mirror_error(points, axis=2)
    left = None if skeleton is None else left_axis(skeleton)
    return Orientation(
        foot_share_y=round(foot_y, 4),
        foot_share_z=round(foot_z, 4),
        mirror_error_x=round(mirror_x, 5),
        mirror_error_z=round(mirror_z, 5),
        left_axis=left,
        doubts=(*_up_doubts(foot_y, foot_z), *_front_doubts(left, mirror_x, mirror_z)),
    )


def left_axis(skeleton: Skeleton) -> str | None:
    """Return the axis from the right joints to the left ones; None where names do not tell."""
    sides = [
        [joint for joint, name in enumerate(skeleton.names) if pattern.search(name)]
        for pattern in (_LEFT, _RIGHT)
    ]
    if not sides[0] or not sides[1]:
        return None
    left, right = (skeleton.positions[side].mean(axis=0) for side in sides)
    offset = left - right
    axis = int(np.abs(offset).argmax())
    if abs(offset[axis]) < 1e-6:
        return None
    return f"{'+' if offset[axis] > 0 else '-'}{'xyz'[axis]}"


def _up_doubts(foot_y: float, foot_z: float) -> list[str]:
    """Say when the object seems to lie on its back or front."""
    if foot_z > _STANDS and foot_y < _TIPTOE:
        return [
            "The object may be lying down: it touches the ground in few places, and has a flat "
            "foot on its back. Was it exported with +z up?"
        ]
    return []


def _front_doubts(left: str | None, mirror_x: float, mirror_z: float) -> list[str]:
    """Say when the object seems to look elsewhere."""
    if left == "+x":
        return []
    if left is not None:
        front = {"-x": "-z", "+z": "-x", "-z": "+x"}.get(left, "up or down")
        return [f"By the names of its joints the figure looks along {front}; +z was wanted."]
    if mirror_z < 0.01 and mirror_x > _MIRRORED * mirror_z + 0.01:
        return [
            "The object is its own mirror image front to back and not left to right, so its front "
            "may be at +x or -x; +z was wanted."
        ]
    return []


def _sample(mesh: Mesh) -> Float64[np.ndarray, "n 3"]:
    """Spread points over the surface, the same ones each time."""
    corners = mesh.positions[mesh.triangles].astype(np.float64)
    areas = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    if areas.sum() <= 0:
        return mesh.positions[mesh.triangles[:, 0]].astype(np.float64)
    rng = np.random.default_rng(0)
    chosen = rng.choice(len(areas), _SAMPLES, p=areas / areas.sum())
    along = rng.random((_SAMPLES, 2))
    along = np.where(along.sum(axis=1, keepdims=True) > 1, 1 - along, along)
    first, second = (corners[chosen, k] - corners[chosen, 0] for k in (1, 2))
    return corners[chosen, 0] + along[:, :1] * first + along[:, 1:] * second


def _foot_share(points: Float64[np.ndarray, "n 3"], *, axis: int) -> float:
    """Return the outline of the lowest slab along an axis over the outline of everything."""
    others = [k for k in range(3) if k != axis]
    depth = points[:, axis] - points[:, axis].min()
    foot = points[depth <= _SLAB * max(float(depth.max()), 1e-12)]
    whole = _hull_area(points[:, others])
    return min(1.0, _hull_area(foot[:, others]) / whole) if whole > 0 else 0.0


def _hull_area(points: Float64[np.ndarray, "n 2"]) -> float:
    """Return the area of the convex hull; 0 where there is none."""
    if len(points) < 3:
        return 0.0
    try:
        return float(ConvexHull(points).volume)
    except QhullError:
        return 0.0


def _mirror_error(points: Float64[np.ndarray, "n 3"], *, axis: int) -> float:
    """Return the mean distance of mirrored points to the points, as a share of the diagonal."""
    mirrored = points.copy()
    middle = points[:, axis].max() + points[:, axis].min()
    mirrored[:, axis] = middle - mirrored[:, axis]
    distances, _ = cKDTree(points).query(mirrored)
    diagonal = float(np.linalg.norm(np.ptp(points, axis=0)))
    return float(np.mean(distances)) / max(diagonal, 1e-12)
