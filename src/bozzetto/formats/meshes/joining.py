"""All parts of a model as one mesh, for formats that know no parts. Letters: v vertices."""

from dataclasses import replace

import numpy as np
from jaxtyping import Int32, Shaped

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part
from bozzetto.formats.notes import Notes
from bozzetto.geometry.join import join_meshes
from bozzetto.geometry.normals import vertex_normals


def joined_mesh(model: Model, *, notes: Notes) -> Mesh:
    """Join all parts, and note what some of them lack.

    Where any part has vertex colours, all get some: times the colour of their material, or that
    colour alone.
    """
    parts = model.parts
    meshes = [part.mesh for part in parts]
    if any(mesh.colors is not None for mesh in meshes):
        meshes = [replace(part.mesh, colors=_colors(part)) for part in parts]
    whole = join_meshes(meshes)
    for name in whole.filled:
        notes.tell("join.filled", f"Only some parts have {name}; the others got a neutral value.")
    for name in whole.dropped:
        notes.warn("join.dropped", f"Only some parts have {name}, so they are left out.")
    return whole.mesh


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


def _colors(part: Part) -> Shaped[np.ndarray, "v 3"]:
    """Return a part's vertex colours, or its material's colour everywhere."""
    factor = np.array(part.surface.base_color_factor[:3], np.float32)
    if part.mesh.colors is not None:
        return part.mesh.colors * factor
    return np.broadcast_to(factor, (part.mesh.num_vertices, 3)).copy()
