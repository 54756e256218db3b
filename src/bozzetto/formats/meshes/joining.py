"""All parts of a model as one mesh, for formats that know no parts. Letters: v vertices."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Int32, Shaped

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part
from bozzetto.geometry.normals import vertex_normals

Attribute = Shaped[np.ndarray, "v ..."]


def joined_mesh(model: Model) -> Mesh:
    """Join all parts; an attribute stays only where every part has it.

    Colours are the exception: parts without any get the colour of their material.
    """
    meshes = [part.mesh for part in model.parts]
    starts = np.cumsum([0, *(mesh.num_vertices for mesh in meshes)])
    triangles = [mesh.triangles + np.int32(s) for mesh, s in zip(meshes, starts, strict=False)]
    firsts = np.cumsum([0, *(mesh.num_triangles for mesh in meshes)])
    pairs = [
        mesh.quads + np.int32(first)
        for mesh, first in zip(meshes, firsts, strict=False)
        if mesh.quads is not None
    ]
    colored = any(mesh.colors is not None for mesh in meshes)
    return Mesh(
        positions=np.concatenate([mesh.positions for mesh in meshes]),
        triangles=np.concatenate(triangles),
        normals=_joined(meshes, lambda mesh: mesh.normals),
        uvs=_joined(meshes, lambda mesh: mesh.uvs),
        colors=np.concatenate([_colors(part) for part in model.parts]) if colored else None,
        confidence=_joined(meshes, lambda mesh: mesh.confidence),
        origin=_joined(meshes, lambda mesh: mesh.origin),
        quads=np.concatenate(pairs) if pairs else None,
    )


def with_normals(mesh: Mesh) -> Shaped[np.ndarray, "v 3"]:
    """Return a mesh's normals, computed where it has none."""
    if mesh.normals is not None:
        return mesh.normals
    return vertex_normals(mesh.positions, mesh.triangles)


def lone_triangles(mesh: Mesh) -> Int32[np.ndarray, "n 3"]:
    """Return the triangles that belong to no quad."""
    if mesh.quads is None:
        return mesh.triangles
    alone = np.ones(mesh.num_triangles, bool)
    alone[mesh.quads.reshape(-1)] = False
    return mesh.triangles[alone]


def _joined(meshes: list[Mesh], attribute: Callable[[Mesh], Attribute | None]) -> Attribute | None:
    """Join one attribute if every mesh has it."""
    values = [attribute(mesh) for mesh in meshes]
    present = [value for value in values if value is not None]
    return np.concatenate(present) if len(present) == len(values) else None


def _colors(part: Part) -> Shaped[np.ndarray, "v 3"]:
    """Return a part's vertex colours, or its material's colour everywhere."""
    factor = np.array(part.surface.base_color_factor[:3], np.float32)
    if part.mesh.colors is not None:
        return part.mesh.colors * factor
    return np.broadcast_to(factor, (part.mesh.num_vertices, 3)).copy()
