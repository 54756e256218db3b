"""Several meshes as one. Letters: v vertices, t triangles, q quads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Int32, Shaped

from bozzetto.asset.mesh import VERTEX_ATTRIBUTES, Mesh, VertexAttribute
from bozzetto.asset.model import Part
from bozzetto.asset.skeleton import Skin
from bozzetto.geometry.normals import vertex_normals

ALL_ATTRIBUTES = tuple(attribute.name for attribute in VERTEX_ATTRIBUTES)


@dataclass(frozen=True, kw_only=True, eq=False)
class JoinedMeshes:
    """Meshes one behind the other."""

    mesh: Mesh
    filled: tuple[str, ...] = ()
    """Attributes that some meshes lacked and have now, with the neutral value."""
    dropped: tuple[str, ...] = ()
    """Attributes that some meshes had and the whole has not, since no value would be true."""


def join_meshes(
    meshes: Sequence[Mesh], *, attributes: Sequence[str] = ALL_ATTRIBUTES
) -> JoinedMeshes:
    """Join meshes to one; quads stay quads.

    An attribute that no mesh has is absent. One that some lack is completed: normals from the
    shape, others by the neutral value of `VERTEX_ATTRIBUTES`; without such a value it is dropped.

    Args:
        meshes: At least one.
        attributes: Names of those that are wanted; others are left out.
    """
    filled: list[str] = []
    dropped: list[str] = []
    found: dict[str, Shaped[np.ndarray, "v ..."]] = {}
    for attribute in VERTEX_ATTRIBUTES:
        lacking = [mesh.attribute(attribute.name) is None for mesh in meshes]
        if attribute.name not in attributes or all(lacking):
            continue
        rows = [_rows(mesh, attribute) for mesh in meshes]
        complete = [row for row in rows if row is not None]
        if len(complete) < len(rows):
            dropped.append(attribute.name)
            continue
        found[attribute.name] = np.concatenate(complete)
        if any(lacking) and attribute.neutral is not None:
            filled.append(attribute.name)
    starts = np.cumsum([0, *(mesh.num_vertices for mesh in meshes[:-1])])
    bare = Mesh(
        positions=np.concatenate([mesh.positions for mesh in meshes]),
        triangles=np.concatenate(
            [mesh.triangles + np.int32(start) for mesh, start in zip(meshes, starts, strict=True)]
        ),
        quads=_quads(meshes),
    )
    return JoinedMeshes(mesh=replace(bare, **found), filled=tuple(filled), dropped=tuple(dropped))


def join_skins(parts: Sequence[Part]) -> Skin | None:
    """Put the skins of parts one behind the other; None unless every part has one."""
    skins = [part.skin for part in parts if part.skin is not None]
    if len(skins) < len(parts) or not skins:
        return None
    return Skin(
        joints=np.concatenate([skin.joints for skin in skins]),
        weights=np.concatenate([skin.weights for skin in skins]),
    )


def _rows(mesh: Mesh, attribute: VertexAttribute) -> Shaped[np.ndarray, "v ..."] | None:
    """Return a mesh's values of an attribute, completed where that is possible."""
    values = mesh.attribute(attribute.name)
    if values is not None:
        return values
    if attribute.name == "normals":
        return vertex_normals(mesh.positions, mesh.triangles)
    if attribute.neutral is None:
        return None
    row = np.array(attribute.neutral, np.float32)
    return np.broadcast_to(row, (mesh.num_vertices, len(row)))


def _quads(meshes: Sequence[Mesh]) -> Int32[np.ndarray, "q 2"] | None:
    """Return the quads of all meshes, in the numbers of the whole."""
    firsts = np.cumsum([0, *(mesh.num_triangles for mesh in meshes[:-1])])
    quads = [
        mesh.quads + np.int32(first)
        for mesh, first in zip(meshes, firsts, strict=True)
        if mesh.quads is not None
    ]
    return np.concatenate(quads) if quads else None
