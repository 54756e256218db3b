"""Move, turn and scale a whole model: meshes, skeleton and clips alike.

Frame: right-handed, +y up, metres. Letters: v vertices, j joints, k frames.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model
from bozzetto.asset.skeleton import Clip, Skeleton


class Pivot(StrEnum):
    """Which point of a model becomes its origin."""

    BOTTOM = "bottom"
    """The middle of the bounds, at their lowest height: what stands on the ground."""
    CENTRE = "centre"
    """The middle of the bounds: what is held, thrown or turned."""
    KEEP = "keep"
    """The point that is the origin already."""


class Front(StrEnum):
    """Which way a model faces; inside Bozzetto that is +z."""

    PLUS_Z = "+z"
    MINUS_Z = "-z"
    PLUS_X = "+x"
    MINUS_X = "-x"


_TURNS = {  # Cosine and sine of the turn about +y that takes +z there.
    Front.PLUS_Z: (1.0, 0.0),
    Front.PLUS_X: (0.0, 1.0),
    Front.MINUS_Z: (-1.0, 0.0),
    Front.MINUS_X: (0.0, -1.0),
}


@dataclass(frozen=True, kw_only=True)
class Placement:
    """What is done to a model, in this order: turned, scaled, moved."""

    front: Front = Front.PLUS_Z
    """Where what faces +z shall face."""
    scale: float = 1.0
    """Above 0, the same along all axes."""
    pivot: Pivot = Pivot.KEEP

    def __post_init__(self) -> None:
        """Refuse scales that turn a model inside out or to nothing."""
        if not (np.isfinite(self.scale) and self.scale > 0):
            raise ValueError(f"A scale must be above 0, got {self.scale}.")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Similarity:
    """`new = scale * rotation @ old + offset`."""

    rotation: Float64[np.ndarray, "3 3"]
    scale: float
    offset: Float64[np.ndarray, " 3"]


def bounds_of(model: Model) -> tuple[Float64[np.ndarray, " 3"], Float64[np.ndarray, " 3"]]:
    """Return the lowest and highest corner of what triangles use.

    Raises:
        ValueError: The model has no triangles.
    """
    used = [part.mesh.positions[part.mesh.triangles.reshape(-1)] for part in model.parts]
    points = np.concatenate([points for points in used if len(points)]).astype(np.float64)
    return points.min(axis=0), points.max(axis=0)


def place_model(model: Model, *, placement: Placement) -> Model:
    """Turn, scale and move a model; a placement that changes nothing returns the model itself."""
    if placement == Placement():
        return model
    cosine, sine = _TURNS[placement.front]
    rotation = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    still = _Similarity(rotation=rotation, scale=placement.scale, offset=np.zeros(3))
    low, high = bounds_of(model)
    corners = np.stack([_moved(low[None], still)[0], _moved(high[None], still)[0]])
    offset = _offset(corners.min(axis=0), corners.max(axis=0), placement.pivot)
    if not offset.any() and rotation.trace() == 3 and placement.scale == 1:
        return model
    change = replace(still, offset=offset)
    skeleton = model.skeleton
    return replace(
        model,
        parts=tuple(replace(part, mesh=_placed_mesh(part.mesh, change)) for part in model.parts),
        skeleton=None if skeleton is None else _placed_skeleton(skeleton, change),
        clips=()
        if skeleton is None
        else tuple(_placed_clip(clip, skeleton, change) for clip in model.clips),
    )


def _offset(
    low: Float64[np.ndarray, " 3"], high: Float64[np.ndarray, " 3"], pivot: Pivot
) -> Float64[np.ndarray, " 3"]:
    """Return the way from the pivot to the origin."""
    if pivot is Pivot.KEEP:
        return np.zeros(3)
    point = (low + high) / 2
    if pivot is Pivot.BOTTOM:
        point[1] = low[1]
    return -point


def _moved(points: Float64[np.ndarray, "v 3"], change: _Similarity) -> Float64[np.ndarray, "v 3"]:
    """Apply a similarity to points."""
    return change.scale * points @ change.rotation.T + change.offset


def _placed_mesh(mesh: Mesh, change: _Similarity) -> Mesh:
    """Place a mesh."""
    tangents = mesh.tangents
    if tangents is not None:
        turned = _turned(tangents[:, :3], change)
        tangents = np.concatenate([turned, tangents[:, 3:]], axis=1)
    return replace(
        mesh,
        positions=_moved(mesh.positions.astype(np.float64), change).astype(np.float32),
        normals=None if mesh.normals is None else _turned(mesh.normals, change),
        tangents=tangents,
    )


def _turned(
    directions: Float32[np.ndarray, "v 3"], change: _Similarity
) -> Float32[np.ndarray, "v 3"]:
    """Turn unit directions."""
    return (directions.astype(np.float64) @ change.rotation.T).astype(np.float32)


def _placed_skeleton(skeleton: Skeleton, change: _Similarity) -> Skeleton:
    """Place the rest pose; joints stay rigid, only their distances scale."""
    poses = skeleton.asset_from_joint.copy()
    poses[:, :3, :3] = change.rotation @ poses[:, :3, :3]
    poses[:, :3, 3] = _moved(poses[:, :3, 3], change)
    return replace(skeleton, asset_from_joint=poses)


def _placed_clip(clip: Clip, skeleton: Skeleton, change: _Similarity) -> Clip:
    """Place a motion: roots turn and move as a whole, the other joints' steps scale."""
    roots = skeleton.parents < 0
    translations = clip.translations.astype(np.float64) * change.scale
    translations[:, roots] = translations[:, roots] @ change.rotation.T + change.offset
    rotations = clip.rotations.copy()
    rotations[:, roots] = _turned_quaternions(clip.rotations[:, roots], change)
    return replace(clip, rotations=rotations, translations=translations.astype(np.float32))


def _turned_quaternions(
    xyzw: Float32[np.ndarray, "k j 4"], change: _Similarity
) -> Float32[np.ndarray, "k j 4"]:
    """Turn rotations by one about +y (Hamilton product from the left)."""
    half = np.arctan2(change.rotation[0, 2], change.rotation[0, 0]) / 2
    w0, y0 = np.cos(half), np.sin(half)
    x, y, z, w = np.moveaxis(xyzw.astype(np.float64), -1, 0)
    product = (w0 * x + y0 * z, w0 * y + y0 * w, w0 * z - y0 * x, w0 * w - y0 * y)
    return np.stack(product, axis=-1).astype(np.float32)
