"""Put parts together to one `ObjectModel`: normals, defaults, centring, scale.

Letters: v vertices, t triangles.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int32

from bozzetto_train.objects.crease import crease_normals
from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.model import RADIUS, Material, ObjectModel


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """A piece of surface with one material, in any scale."""

    positions: Float32[np.ndarray, "v 3"]
    triangles: Int32[np.ndarray, "t 3"]
    material: Material
    normals: Float32[np.ndarray, "v 3"] | None = None
    """None: computed, sharp over creases."""
    uvs: Float32[np.ndarray, "v 2"] | None = None
    """Origin at the top left."""
    colors: Float32[np.ndarray, "v 3"] | None = None


def assemble(name: str, parts: Sequence[Part]) -> ObjectModel:
    """Join parts, centre them on their bounding box and scale the farthest vertex to `RADIUS`.

    Triangles without area and vertices that no triangle uses are dropped first.

    Raises:
        ObjectError: No triangle with area is left, or a number is not finite.
    """
    usable = [kept for kept in (_cleaned(name, part) for part in parts) if kept is not None]
    if not usable:
        raise ObjectError(f"{name} has no triangle with area.")
    sizes = [len(part.positions) for part in usable]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    triangles = [part.triangles + start for part, start in zip(usable, starts, strict=True)]
    materials = [np.full(len(p.triangles), i, np.int32) for i, p in enumerate(usable)]
    return ObjectModel(
        name=name,
        positions=normalised(np.concatenate([part.positions for part in usable])),
        triangles=np.concatenate(triangles).astype(np.int32),
        normals=np.concatenate([_given(part.normals) for part in usable]),
        uvs=np.concatenate([_given(part.uvs) for part in usable]),
        colors=np.concatenate([_given(part.colors) for part in usable]),
        material_of_triangle=np.concatenate(materials),
        materials=tuple(part.material for part in usable),
    )


def normalised(positions: Float32[np.ndarray, "v 3"]) -> Float32[np.ndarray, "v 3"]:
    """Centre on the bounding box and scale the farthest point to `RADIUS`."""
    exact = positions.astype(np.float64)
    exact -= (exact.min(axis=0) + exact.max(axis=0)) / 2
    farthest = float(np.linalg.norm(exact, axis=1).max())
    return (exact * (RADIUS / max(farthest, 1e-12))).astype(np.float32)


def moved(part: Part, matrix: Float64[np.ndarray, "4 4"]) -> Part:
    """Transform a part affinely; a mirroring matrix turns its triangles round."""
    linear = matrix[:3, :3]
    with np.errstate(invalid="ignore"):  # `assemble` refuses what is not finite, with the name.
        positions = part.positions @ linear.T + matrix[:3, 3]
    flipped = np.linalg.det(linear) < 0
    normals = None
    if part.normals is not None and abs(np.linalg.det(linear)) > 1e-18:
        turned = part.normals @ np.linalg.inv(linear)
        length = np.linalg.norm(turned, axis=1, keepdims=True)
        normals = (turned / np.maximum(length, 1e-12)).astype(np.float32)
    return Part(
        positions=positions.astype(np.float32),
        triangles=part.triangles[:, ::-1].copy() if flipped else part.triangles,
        material=part.material,
        normals=normals,
        uvs=part.uvs,
        colors=part.colors,
    )


def parts_of(model: ObjectModel) -> tuple[Part, ...]:
    """Take a model apart again, one part per material that is used."""
    parts: list[Part] = []
    for index, material in enumerate(model.materials):
        triangles = model.triangles[model.material_of_triangle == index]
        if len(triangles) == 0:
            continue
        used, corners = np.unique(triangles, return_inverse=True)
        parts.append(
            Part(
                positions=model.positions[used],
                triangles=corners.reshape(-1, 3).astype(np.int32),
                material=material,
                normals=model.normals[used],
                uvs=model.uvs[used],
                colors=model.colors[used],
            )
        )
    return tuple(parts)


def _cleaned(name: str, part: Part) -> Part | None:
    """Fill in what is missing and drop what has no area; None when nothing is left."""
    if not np.isfinite(part.positions).all():
        raise ObjectError(f"{name} has vertices that are not finite.")
    if len(part.triangles) and int(part.triangles.max()) >= len(part.positions):
        raise ObjectError(f"{name} names a vertex that does not exist.")
    kept = part.triangles[_has_area(part)]
    if len(kept) == 0:
        return None
    if part.normals is None or not _usable(part.normals):
        return _with_corner_normals(part, kept)
    used, corners = np.unique(kept, return_inverse=True)
    return _filled(part, used, corners=corners, normals=part.normals[used])


def _with_corner_normals(part: Part, kept: Int32[np.ndarray, "t 3"]) -> Part:
    """Split vertices where their corners' computed normals differ."""
    found = crease_normals(part.positions, kept)
    vertex = kept.reshape(-1)
    keys = vertex.astype(np.int64) * (int(found.group.max()) + 1) + found.group
    _, chosen, corners = np.unique(keys, return_index=True, return_inverse=True)
    normals = found.normals[chosen]
    return _filled(part, vertex[chosen], corners=corners.reshape(-1), normals=normals)


def _filled(
    part: Part,
    used: Int32[np.ndarray, " n"],
    *,
    corners: np.ndarray,
    normals: Float32[np.ndarray, "n 3"],
) -> Part:
    """Return the part with the chosen vertices and every attribute present."""
    count = len(used)
    no_uvs = part.uvs is None or not np.isfinite(part.uvs).all()
    return Part(
        positions=part.positions[used],
        triangles=corners.reshape(-1, 3).astype(np.int32),
        material=part.material,
        normals=normals.astype(np.float32),
        uvs=np.zeros((count, 2), np.float32) if no_uvs else _given(part.uvs)[used],
        colors=np.ones((count, 3), np.float32) if part.colors is None else part.colors[used],
    )


def _has_area(part: Part) -> np.ndarray:
    """Tell which triangles are more than a line, measured against the part's size."""
    a, b, c = (part.positions[part.triangles[:, k]].astype(np.float64) for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    size = float(np.ptp(part.positions, axis=0).max()) if len(part.positions) else 0.0
    return area > 1e-12 * size * size


def _usable(normals: Float32[np.ndarray, "v 3"]) -> bool:
    """Tell whether (nearly) all source normals are unit vectors."""
    length = np.linalg.norm(normals, axis=1)
    return bool(np.isfinite(length).all() and (np.abs(length - 1) < 0.05).mean() > 0.99)


def _given(values: np.ndarray | None) -> np.ndarray:
    """Return an attribute that `_cleaned` has filled in."""
    if values is None:
        raise TypeError("a cleaned part has every attribute")
    return values
