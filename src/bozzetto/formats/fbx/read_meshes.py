"""Meshes of FBX: polygons with layers of attributes. Letters: u points, n corners, f polygons."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64, Shaped

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import FormatError
from bozzetto.formats.fbx.nodes import FbxNode
from bozzetto.formats.fbx.scene import FbxObject
from bozzetto.formats.meshes.cleaning import unit_directions
from bozzetto.formats.meshes.far_origin import Offset, centred
from bozzetto.formats.meshes.polygons import cut_polygons
from bozzetto.formats.meshes.uv_origin import flipped
from bozzetto.geometry.weld import weld


@dataclass(frozen=True, kw_only=True, eq=False)
class FbxPiece:
    """The polygons of one material."""

    material: int
    """Its place among the node's materials."""
    mesh: Mesh
    """In the file's own coordinates."""
    points: Int64[np.ndarray, " v"]
    """Which of the geometry's points each vertex is."""
    offset: Offset
    """What was subtracted from its coordinates, in the file's unit."""


def read_pieces(geometry: FbxObject, *, place: str) -> list[FbxPiece]:
    """Read a mesh, one piece for each of its materials.

    Raises:
        FormatError: Arrays are missing or do not fit together.
    """
    points, ends = geometry.node.array("Vertices"), geometry.node.array("PolygonVertexIndex")
    if points is None or ends is None or len(ends) == 0 or len(points) % 3:
        return []
    corners = np.where(ends < 0, ~ends, ends).astype(np.int64)
    if corners.max() >= len(points) // 3 or ends[-1] >= 0:
        raise FormatError(f"{place} names a vertex that does not exist.")
    stops = np.flatnonzero(ends < 0) + 1
    counts = np.diff(stops, prepend=0).astype(np.int32)
    shape = _NodeShape(place=place, node=geometry.node, corners=corners, counts=counts)
    positions = points.reshape(-1, 3).astype(np.float64)
    materials = shape.materials()
    return [
        _piece(shape, positions, chosen=materials == index, material=int(index))
        for index in np.unique(materials)
    ]


@dataclass(frozen=True, kw_only=True, eq=False)
class _NodeShape:
    """The polygons of a geometry."""

    place: str
    node: FbxNode
    corners: Int64[np.ndarray, " n"]
    counts: Int32[np.ndarray, " f"]

    def layer(self, kind: str, key: str, width: int) -> Float32[np.ndarray, "n c"] | None:
        """Return an attribute per corner, or None where it is absent or broken."""
        layer = self.node.find(f"LayerElement{kind}")
        values = None if layer is None else layer.array(key)
        if layer is None or values is None or len(values) == 0 or len(values) % width:
            return None
        index = layer.array(f"{key}Index")
        rows = self._rows(layer, layer.array(f"{kind}Index") if index is None else index)
        table = values.reshape(-1, width)
        if rows is None or rows.max(initial=0) >= len(table):
            return None
        result = table[np.maximum(rows, 0)].astype(np.float32)
        return result if np.isfinite(result).all() else None

    def _rows(
        self, layer: FbxNode, index: Shaped[np.ndarray, " m"] | None
    ) -> Int64[np.ndarray, " n"] | None:
        """Return which row of a layer each corner takes."""
        mapping = layer.child_text("MappingInformationType")
        if mapping == "ByPolygonVertex":
            rows = np.arange(len(self.corners))
        elif mapping in ("ByVertice", "ByVertex"):
            rows = self.corners
        elif mapping == "ByPolygon":
            rows = np.repeat(np.arange(len(self.counts)), self.counts)
        elif mapping == "AllSame":
            rows = np.zeros(len(self.corners), np.int64)
        else:
            return None
        if layer.child_text("ReferenceInformationType") == "Direct" or index is None:
            return rows.astype(np.int64)
        if rows.max(initial=0) >= len(index):
            return None
        return index[rows].astype(np.int64)

    def materials(self) -> Int64[np.ndarray, " f"]:
        """Return the material of each polygon."""
        layer = self.node.find("LayerElementMaterial")
        values = None if layer is None else layer.array("Materials")
        by_polygon = layer is not None and layer.child_text("MappingInformationType") == "ByPolygon"
        if values is None or not by_polygon or len(values) != len(self.counts):
            first = 0 if values is None or len(values) == 0 else max(int(values[0]), 0)
            return np.full(len(self.counts), first, np.int64)
        return np.maximum(values, 0).astype(np.int64)


def _piece(
    shape: _NodeShape,
    positions: Float64[np.ndarray, "u 3"],
    *,
    chosen: Shaped[np.ndarray, " f"],
    material: int,
) -> FbxPiece:
    """Build the mesh of some polygons; corners that agree in all become one vertex."""
    kept = np.repeat(chosen, shape.counts)
    layers = {
        "normals": shape.layer("Normal", "Normals", 3),
        "uvs": shape.layer("UV", "UV", 2),
        "colors": shape.layer("Color", "Colors", 4),
        "tangents": _tangents(shape),
    }
    points = shape.corners[kept]
    columns = [points[:, None].astype(np.float64)]
    columns += [values[kept].astype(np.float64) for values in layers.values() if values is not None]
    unique = weld(np.concatenate(columns, axis=1))
    places, offset = centred(positions[points[unique.first]])
    triangles, quads = cut_polygons(shape.counts[chosen], unique.place, places)

    def rows(name: str) -> Float32[np.ndarray, "v c"] | None:
        values = layers[name]
        return None if values is None else values[kept][unique.first]

    uvs, colors = rows("uvs"), rows("colors")
    try:
        mesh = Mesh(
            positions=places,
            triangles=triangles,
            normals=rows("normals"),
            uvs=None if uvs is None else flipped(uvs),
            colors=None if colors is None else np.clip(colors[:, :3], 0, 1),
            tangents=rows("tangents") if layers["normals"] is not None else None,
            quads=quads if len(quads) else None,
        )
    except ValueError as error:
        raise FormatError(f"{shape.place}: {error}") from None
    return FbxPiece(
        material=material,
        mesh=unit_directions(mesh),
        points=points[unique.first],
        offset=offset,
    )


def _tangents(shape: _NodeShape) -> Float32[np.ndarray, "n 4"] | None:
    """Return tangents with the bitangent's sign, where the file has both directions."""
    normals = shape.layer("Normal", "Normals", 3)
    along, across = shape.layer("Tangent", "Tangents", 3), shape.layer("Binormal", "Binormals", 3)
    if normals is None or along is None or across is None:
        return None
    sign = np.einsum("ni,ni->n", np.cross(normals, along), across)
    return np.concatenate([along, np.where(sign < 0, -1, 1)[:, None]], axis=1).astype(np.float32)
