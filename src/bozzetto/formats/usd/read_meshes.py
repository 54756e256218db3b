"""Meshes and weights of USD prims.

Letters: u points, v vertices, n corners, f faces, m influences.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int32, Int64, Shaped
from pxr import Usd, UsdGeom

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.skeleton import Skin
from bozzetto.errors import FormatError
from bozzetto.formats.meshes.cleaning import unit_directions
from bozzetto.formats.meshes.polygons import cut_polygons
from bozzetto.formats.meshes.uv_origin import flipped
from bozzetto.formats.notes import Notes
from bozzetto.formats.rigs.influences import noted_skin, reduced_skin
from bozzetto.formats.usd.prims import tokens
from bozzetto.formats.usd.read_skeletons import UsdRig
from bozzetto.geometry.weld import weld

_UV_NAMES = ("st", "UVMap", "st0", "map1", "uv", "UVSet0")


@dataclass(frozen=True, kw_only=True, eq=False)
class UsdPiece:
    """The faces of one material."""

    prim: Usd.Prim
    """To which the material is bound: the mesh, or one of its subsets."""
    mesh: Mesh
    """In the prim's own coordinates."""
    points: Int64[np.ndarray, " v"]
    """Which of the prim's points each vertex is."""
    double_sided: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class UsdSkin:
    """Weights, and where the mesh stands at rest."""

    skin: Skin
    stage_from_mesh: Float64[np.ndarray, "4 4"]


def read_pieces(prim: Usd.Prim, *, place: str) -> list[UsdPiece]:
    """Read a mesh, one piece for each of its materials.

    Raises:
        FormatError: Arrays are missing or do not fit together.
    """
    shape = _PrimShape.of(prim, place=place)
    if shape is None:
        return []
    subsets = [
        child
        for child in prim.GetChildren()
        if child.GetTypeName() == "GeomSubset"
        and child.GetAttribute("familyName").Get() in ("materialBind", None, "")
    ]
    rest = np.ones(len(shape.counts), bool)
    pieces: list[UsdPiece] = []
    for subset in subsets:
        chosen = np.zeros(len(shape.counts), bool)
        indices = _array(subset, "indices")
        if indices is not None and len(indices):
            chosen[np.clip(indices.astype(np.int64), 0, len(chosen) - 1)] = True
            chosen &= rest
            rest &= ~chosen
            if chosen.any():
                pieces.append(shape.piece(subset, chosen))
    return [*pieces, shape.piece(prim, rest)] if rest.any() else pieces


@dataclass(frozen=True, kw_only=True, eq=False)
class _PrimShape:
    """The faces of a mesh prim."""

    prim: Usd.Prim
    place: str
    points: Float64[np.ndarray, "u 3"]
    counts: Int32[np.ndarray, " f"]
    corners: Int64[np.ndarray, " n"]

    @staticmethod
    def of(prim: Usd.Prim, *, place: str) -> "_PrimShape | None":
        """Read faces and points; None where there are none."""
        points, counts = _array(prim, "points"), _array(prim, "faceVertexCounts")
        corners = _array(prim, "faceVertexIndices")
        if points is None or counts is None or corners is None or len(corners) == 0:
            return None
        corners = corners.astype(np.int64)
        if counts.sum() != len(corners) or not 0 <= corners.min() <= corners.max() < len(points):
            raise FormatError(f"{place} has a face that names a point that does not exist.")
        return _PrimShape(
            prim=prim,
            place=place,
            points=points.astype(np.float64).reshape(-1, 3),
            counts=counts.astype(np.int32),
            corners=corners,
        )

    def piece(self, bound: Usd.Prim, chosen: Shaped[np.ndarray, " f"]) -> UsdPiece:
        """Build the mesh of some faces; corners that agree in all become one vertex."""
        kept = np.repeat(chosen, self.counts)
        uvs, colors = self._primvar(_UV_NAMES, 2), self._primvar(("displayColor",), 3)
        normals = self._normals()
        layers = [values for values in (normals, uvs, colors) if values is not None]
        at = self.corners[kept]
        unique = weld(np.concatenate([at[:, None], *(v[kept] for v in layers)], axis=1) + 0.0)
        positions = self.points[at[unique.first]].astype(np.float32)
        triangles, quads = cut_polygons(self.counts[chosen], unique.place, positions)
        if self.prim.GetAttribute("orientation").Get() == "leftHanded":
            triangles, quads = np.ascontiguousarray(triangles[:, ::-1]), quads[:0]

        def rows(values: Float64[np.ndarray, "n c"] | None) -> Shaped[np.ndarray, "v c"] | None:
            return None if values is None else values[kept][unique.first].astype(np.float32)

        found_uvs, found_colors = rows(uvs), rows(colors)
        try:
            mesh = Mesh(
                positions=positions,
                triangles=triangles,
                normals=rows(normals),
                uvs=None if found_uvs is None else flipped(found_uvs),
                colors=None if found_colors is None else np.clip(found_colors, 0, 1),
                quads=quads if len(quads) else None,
            )
        except ValueError as error:
            raise FormatError(f"{self.place}: {error}") from None
        return UsdPiece(
            prim=bound,
            mesh=unit_directions(mesh),
            points=at[unique.first],
            double_sided=bool(self.prim.GetAttribute("doubleSided").Get()),
        )

    def _normals(self) -> Float64[np.ndarray, "n 3"] | None:
        """Return normals per corner: the primvar wins over the attribute."""
        primvar = self._primvar(("normals",), 3)
        if primvar is not None:
            return primvar
        attribute = self.prim.GetAttribute("normals")
        values = _array(self.prim, "normals")
        kind = attribute.GetMetadata("interpolation") if attribute else None
        return None if values is None else self._spread(values, str(kind or "vertex"), 3)

    def _primvar(self, names: tuple[str, ...], width: int) -> Float64[np.ndarray, "n c"] | None:
        """Return a primvar per corner; the first of the names that there is."""
        api = UsdGeom.PrimvarsAPI(self.prim)
        for name in names:
            primvar = api.GetPrimvar(name)
            if primvar and primvar.HasAuthoredValue():
                values = primvar.ComputeFlattened(Usd.TimeCode.EarliestTime())
                table = np.array(values)
                if table.ndim == 2 and table.shape[1] >= width:
                    return self._spread(table[:, :width], primvar.GetInterpolation(), width)
        return None

    def _spread(
        self, values: Shaped[np.ndarray, "m c"], interpolation: str, width: int
    ) -> Float64[np.ndarray, "n c"] | None:
        """Give every corner its value; None where there are too few."""
        if interpolation == "faceVarying":
            rows = np.arange(len(self.corners))
        elif interpolation in ("vertex", "varying"):
            rows = self.corners
        elif interpolation == "uniform":
            rows = np.repeat(np.arange(len(self.counts)), self.counts)
        else:
            rows = np.zeros(len(self.corners), np.int64)
        table = values.astype(np.float64).reshape(-1, width)
        if rows.max(initial=0) >= len(table) or not np.isfinite(table).all():
            return None
        return table[rows]


def skin_of(prim: Usd.Prim, piece: UsdPiece, rig: UsdRig, *, notes: Notes) -> UsdSkin | None:
    """Read the weights of a piece; None where nothing bends it."""
    api = UsdGeom.PrimvarsAPI(prim)
    joints, weights = (api.GetPrimvar(f"skel:{name}") for name in ("jointIndices", "jointWeights"))
    if not (joints and joints.HasAuthoredValue() and weights and weights.HasAuthoredValue()):
        return None
    size = max(joints.GetElementSize(), 1)
    start = Usd.TimeCode.EarliestTime()
    table = np.array(joints.Get(start)).reshape(-1, size).astype(np.int64)
    amounts = np.array(weights.Get(start), np.float64).reshape(-1, size)
    rows = np.zeros(len(piece.points), np.int64)
    if joints.GetInterpolation() != "constant":
        rows = piece.points
    if table.shape != amounts.shape or rows.max(initial=0) >= len(table):
        raise FormatError(f"{prim.GetPath()} has weights that do not fit its points.")
    order = tokens(prim, "skel:joints")
    places = [rig.place_of_path.get(path, 0) for path in order] if order else rig.places
    if table.min(initial=0) < 0 or table.max(initial=0) >= len(places):
        raise FormatError(f"{prim.GetPath()} names a joint that its skeleton does not have.")
    mapped = np.array(places, np.int64)[table[rows]]
    skin = noted_skin(reduced_skin(mapped, amounts[rows]), notes=notes)
    bind = prim.GetAttribute("primvars:skel:geomBindTransform").Get()
    matrix = np.eye(4) if bind is None else np.array(bind, np.float64).T
    return UsdSkin(skin=skin, stage_from_mesh=rig.stage_from_skeleton @ matrix)


def _array(prim: Usd.Prim, name: str) -> Shaped[np.ndarray, "..."] | None:
    """Return an array attribute at the first moment, or None where it is absent."""
    attribute = prim.GetAttribute(name)
    value = attribute.Get(Usd.TimeCode.EarliestTime()) if attribute else None
    return None if value is None else np.array(value)
