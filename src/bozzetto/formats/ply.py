"""Write and read PLY (Stanford, 1994): one mesh with colours, confidence and quads.

Metres, +y up, as everywhere here. Colours are stored as 8-bit sRGB, as tools expect; `confidence`
and `origin` of vertices as properties of those names; uvs as `s` and `t`, t upwards. Letters:
v vertices, f faces.
"""

import numpy as np
from jaxtyping import Float32, Int32, Shaped

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Surface
from bozzetto.errors import FormatError
from bozzetto.formats.base import Format, FormatCard, NamedFile, Reading, Source, Written
from bozzetto.formats.checks import check_model
from bozzetto.formats.mesh_cleaning import unit_directions
from bozzetto.formats.meshes import joined_mesh, lone_triangles
from bozzetto.formats.names import slug
from bozzetto.formats.ply_elements import Element, read_elements
from bozzetto.formats.polygons import cut_polygons
from bozzetto.formats.uv_origin import flipped
from bozzetto.imaging.color import linear_from_srgb8, srgb8_from_linear

_POSITION, _NORMAL, _UV = ("x", "y", "z"), ("nx", "ny", "nz"), ("s", "t")
_COLOR = ("red", "green", "blue")
_UV_NAMES = (_UV, ("u", "v"), ("texture_u", "texture_v"))
_CORNERS = ("vertex_indices", "vertex_index")


def write_ply(model: Model) -> Written:
    """Encode all parts as one mesh, binary; materials and skins are left out.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
    """
    check_model(model, kind="PLY")
    mesh = joined_mesh(model)
    columns = _columns(mesh)
    fields = np.dtype([(name, values.dtype.str) for name, values in columns])
    rows = np.zeros(mesh.num_vertices, fields)
    for name, values in columns:
        rows[name] = values
    # Many readers take faces of one kind only, so quads stay where there is nothing else.
    alone = lone_triangles(mesh)
    quads = mesh.quad_corners if len(alone) == 0 else mesh.quad_corners[:0]
    alone = mesh.triangles if len(quads) == 0 else alone
    kinds = {"<f4": "float", "|u1": "uchar"}
    lines = [
        "ply",
        "format binary_little_endian 1.0",
        *(f"comment {key} {value}" for key, value in _comments(model)),
        f"element vertex {len(rows)}",
        *(f"property {kinds[values.dtype.str]} {name}" for name, values in columns),
        f"element face {len(quads) + len(alone)}",
        "property list uchar int vertex_indices",
        "end_header",
    ]
    header = "\n".join(lines).encode() + b"\n"
    faces = _packed(quads) + _packed(alone)
    name = f"{slug(model.name)}.ply"
    data = header + rows.tobytes() + faces
    return Written(main=name, files=(NamedFile(name=name, data=data),))


def read_ply(source: Source) -> Reading:
    """Decode a binary or text PLY with faces.

    Raises:
        FormatError: It is not PLY, is cut off, or holds NaN or no faces.
    """
    elements = read_elements(source.data, name=source.name)
    vertices, faces = elements.get("vertex"), elements.get("face")
    lists = None if faces is None else next((n for n in _CORNERS if n in faces.lists), None)
    if vertices is None or faces is None or lists is None:
        raise FormatError(f"{source.name} holds no faces.")
    positions = vertices.table(_POSITION)
    if positions is None:
        raise FormatError(f"{source.name} holds no positions.")
    triangles, quads = _triangulated(*faces.lists[lists], positions)
    if len(triangles) == 0:
        raise FormatError(f"{source.name} holds no faces.")
    uvs = next((uv for uv in map(vertices.table, _UV_NAMES) if uv is not None), None)
    origin = vertices.columns.get("origin")
    try:
        mesh = Mesh(
            positions=positions,
            triangles=triangles,
            normals=vertices.table(_NORMAL),
            uvs=None if uvs is None else flipped(uvs),
            colors=_colors(vertices),
            confidence=vertices.single("confidence"),
            origin=None if origin is None else origin.astype(np.uint8),
            quads=quads if len(quads) else None,
        )
    except ValueError as error:
        raise FormatError(f"{source.name}: {error}") from None
    name = slug(source.name.rpartition(".")[0] or source.name)
    surface = Surface(name="material", metallic_factor=0.0)
    part = Part(name=name, mesh=unit_directions(mesh), surface=surface)
    return Reading(model=Model(name=name, parts=(part,)))


def _columns(mesh: Mesh) -> list[tuple[str, Shaped[np.ndarray, " v"]]]:
    """Return the properties of vertices that a mesh has, in the file's order."""
    columns = _named(_POSITION, mesh.positions)
    if mesh.normals is not None:
        columns += _named(_NORMAL, mesh.normals)
    if mesh.uvs is not None:
        columns += _named(_UV, flipped(mesh.uvs))
    if mesh.colors is not None:
        columns += _named(_COLOR, srgb8_from_linear(mesh.colors[None])[0])
    if mesh.confidence is not None:
        columns.append(("confidence", mesh.confidence))
    if mesh.origin is not None:
        columns.append(("origin", mesh.origin))
    return columns


def _named(
    names: tuple[str, ...], values: Shaped[np.ndarray, "v c"]
) -> list[tuple[str, Shaped[np.ndarray, " v"]]]:
    """Give each column its name."""
    return [(name, values[:, index]) for index, name in enumerate(names)]


def _comments(model: Model) -> list[tuple[str, str]]:
    """Return what the header tells a person; every text on one line."""
    told = [("unit", "metre, +y up"), *model.metadata]
    return [(key, " ".join(value.split())) for key, value in told]


def _packed(corners: Int32[np.ndarray, "f n"]) -> bytes:
    """Encode faces of one kind."""
    rows = np.zeros(len(corners), [("count", "u1"), ("corners", "<i4", corners.shape[1])])
    rows["count"] = corners.shape[1]
    rows["corners"] = corners
    return rows.tobytes()


def _colors(vertices: Element) -> Float32[np.ndarray, "v 3"] | None:
    """Return linear colours; 8-bit ones are sRGB, others are linear already."""
    table = vertices.table(_COLOR)
    if table is None:
        return None
    if vertices.columns["red"].dtype == np.uint8:
        return linear_from_srgb8(table.astype(np.uint8)[None])[0]
    return np.clip(table, 0, 1)


def _triangulated(
    counts: Int32[np.ndarray, " f"],
    corners: Int32[np.ndarray, " n"],
    positions: Float32[np.ndarray, "v 3"],
) -> tuple[Int32[np.ndarray, "t 3"], Int32[np.ndarray, "q 2"]]:
    """Cut faces into triangles; quads are noted as pairs."""
    if len(corners) and not 0 <= corners.min() <= corners.max() < len(positions):
        raise FormatError("A face names a vertex that does not exist.")
    return cut_polygons(counts, corners, positions)


class PlyFormat:
    """PLY as the registry knows it."""

    @property
    def card(self) -> FormatCard:
        """What this format is."""
        return FormatCard(
            name="ply",
            suffix=".ply",
            media_type="application/x-ply",
            summary="PLY: one mesh with vertex colours and confidence, for research tools.",
            textures=False,
            skins=False,
            quads=True,
        )

    def write(self, model: Model) -> Written:
        """Encode in metres, +y up."""
        return write_ply(model)

    def read(self, source: Source) -> Reading:
        """Decode any PLY with faces."""
        return read_ply(source)


def build() -> Format:
    """Make the format for the registry."""
    return PlyFormat()
