"""Write and read PLY (Stanford, 1994): one mesh with colours, confidence and quads.

Metres, +y up, as everywhere here. Colours are stored as 8-bit sRGB, as tools expect; `confidence`
and `origin` of vertices as properties of those names; uvs as `s` and `t`, t upwards. Files are read
whether text or binary, of either byte order. Letters: v vertices or rows, f faces, n corners.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, Float64, Int32, Shaped

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Surface
from bozzetto.errors import FormatError
from bozzetto.formats.base import Format, FormatCard, NamedFile, Reading, Source, Written
from bozzetto.formats.checks import check_model
from bozzetto.formats.meshes.cleaning import unit_directions
from bozzetto.formats.meshes.far_origin import Offset, read_near_origin
from bozzetto.formats.meshes.joining import joined_mesh, lone_triangles
from bozzetto.formats.meshes.polygons import cut_polygons
from bozzetto.formats.meshes.uv_origin import flipped
from bozzetto.formats.names import slug
from bozzetto.formats.notes import Notes
from bozzetto.imaging.color import linear_from_srgb8, srgb8_from_linear

_POSITION, _NORMAL, _UV = ("x", "y", "z"), ("nx", "ny", "nz"), ("s", "t")
_COLOR = ("red", "green", "blue")
_UV_NAMES = (_UV, ("u", "v"), ("texture_u", "texture_v"))
_CORNERS = ("vertex_indices", "vertex_index")
_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2",
    "ushort": "u2", "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
_MAX_HEADER = 100_000
Lists = tuple[Int32[np.ndarray, " f"], Int32[np.ndarray, " n"]]


@dataclass(frozen=True, kw_only=True)
class _Property:
    """One property of an element."""

    name: str
    kind: str
    count_kind: str | None = None
    """Of the length, for lists."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Element:
    """The rows of one element."""

    columns: dict[str, Shaped[np.ndarray, " v"]] = field(
        default_factory=dict[str, Shaped[np.ndarray, " v"]]
    )
    lists: dict[str, Lists] = field(default_factory=dict[str, Lists])
    """Lengths and all members."""

    def table(self, names: tuple[str, ...]) -> Float32[np.ndarray, "v c"] | None:
        """Return columns side by side; None unless all are there."""
        if not set(names) <= set(self.columns):
            return None
        return np.stack([self.columns[name].astype(np.float32) for name in names], axis=1)

    def numbers(self, names: tuple[str, ...]) -> Float64[np.ndarray, "v c"] | None:
        """Return columns side by side with 64 bits; None unless all are there."""
        if not set(names) <= set(self.columns):
            return None
        return np.stack([self.columns[name].astype(np.float64) for name in names], axis=1)

    def single(self, name: str) -> Float32[np.ndarray, " v"] | None:
        """Return one column, or None where it is absent."""
        values = self.columns.get(name)
        return None if values is None else values.astype(np.float32)


def read_elements(data: bytes, *, name: str) -> dict[str, Element]:
    """Read all elements.

    Raises:
        FormatError: It is not PLY, or is cut off.
    """
    end = data.find(b"end_header", 0, _MAX_HEADER)
    if not data.startswith(b"ply") or end < 0:
        raise FormatError(f"{name} is not a PLY file.")
    body = data[data.index(b"\n", end) + 1 :] if b"\n" in data[end : end + 13] else b""
    lines = [line.split() for line in data[:end].decode("ascii", "replace").splitlines()]
    layouts = _layouts(lines, name=name)
    form = next((line[1] for line in lines if line[:1] == ["format"] and len(line) > 1), "")
    try:
        if form == "ascii":
            return _from_text(body, layouts)
        order = {"binary_little_endian": "<", "binary_big_endian": ">"}[form]
        return _from_binary(body, layouts, order=order)
    except (ValueError, KeyError, IndexError):
        raise FormatError(f"{name} is cut off, or not a PLY file.") from None


def _layouts(lines: list[list[str]], *, name: str) -> list[tuple[str, int, list[_Property]]]:
    """Parse the header: each element's name, number of rows and properties."""
    layouts: list[tuple[str, int, list[_Property]]] = []
    try:
        for line in lines:
            if line[:1] == ["element"]:
                layouts.append((line[1], int(line[2]), []))
            elif line[:2] == ["property", "list"]:
                made = _Property(name=line[4], kind=_TYPES[line[3]], count_kind=_TYPES[line[2]])
                layouts[-1][2].append(made)
            elif line[:1] == ["property"]:
                layouts[-1][2].append(_Property(name=line[2], kind=_TYPES[line[1]]))
    except (IndexError, KeyError, ValueError):
        raise FormatError(f"{name} has a header that cannot be read.") from None
    return layouts


def _from_text(body: bytes, layouts: list[tuple[str, int, list[_Property]]]) -> dict[str, Element]:
    """Read a text file."""
    numbers = np.array(body.split(), "S").astype(np.float64)
    elements: dict[str, Element] = {}
    at = 0
    for name, count, properties in layouts:
        if all(p.count_kind is None for p in properties):
            stop = at + count * len(properties)
            table = numbers[at:stop].reshape(count, len(properties))
            columns = {p.name: table[:, i].astype(p.kind) for i, p in enumerate(properties)}
            elements[name], at = Element(columns=columns), stop
        else:
            elements[name], at = _text_lists(numbers, at, count=count, properties=properties)
    return elements


def _text_lists(
    numbers: Shaped[np.ndarray, " n"], at: int, *, count: int, properties: list[_Property]
) -> tuple[Element, int]:
    """Read rows with lists, one after another; single values among them are skipped."""
    lengths: dict[str, list[int]] = {p.name: [] for p in properties if p.count_kind}
    members: dict[str, list[float]] = {p.name: [] for p in properties if p.count_kind}
    for _ in range(count):
        for p in properties:
            if p.count_kind is None:
                at += 1
                continue
            length = int(numbers[at])
            lengths[p.name].append(length)
            members[p.name].extend(numbers[at + 1 : at + 1 + length])
            at += 1 + length
    lists = {n: _as_lists(lengths[n], members[n]) for n in lengths}
    return Element(lists=lists), at


def _as_lists(lengths: list[int], members: list[float]) -> Lists:
    """Pack lists, refusing those that are cut off."""
    if sum(lengths) != len(members):
        raise ValueError("cut off")
    return np.array(lengths, np.int32), np.array(members, np.float64).astype(np.int32)


def _from_binary(
    body: bytes, layouts: list[tuple[str, int, list[_Property]]], *, order: str
) -> dict[str, Element]:
    """Read a binary file."""
    elements: dict[str, Element] = {}
    at = 0
    for name, count, properties in layouts:
        if all(p.count_kind is None for p in properties):
            row = np.dtype([(p.name, order + p.kind) for p in properties])
            table = np.frombuffer(body, row, count, at)
            native = {p.name: table[p.name].astype(p.kind) for p in properties}
            elements[name], at = Element(columns=native), at + count * row.itemsize
        else:
            elements[name], at = _binary_lists(
                body, at, count=count, properties=properties, order=order
            )
    return elements


def _binary_lists(
    body: bytes, at: int, *, count: int, properties: list[_Property], order: str
) -> tuple[Element, int]:
    """Read rows with lists: at once where all rows look like the first, else one by one."""
    if len(properties) == 1 and count:
        p = properties[0]
        length_type = np.dtype(order + (p.count_kind or "u1"))
        length = int(np.frombuffer(body, length_type, 1, at)[0])
        row = np.dtype([("length", length_type), ("members", order + p.kind, (length,))])
        if at + count * row.itemsize <= len(body):
            table = np.frombuffer(body, row, count, at)
            if (table["length"] == length).all():
                packed = table["members"].reshape(-1).astype(np.int32)
                lists = {p.name: (np.full(count, length, np.int32), packed)}
                return Element(lists=lists), at + count * row.itemsize
    lengths: dict[str, list[int]] = {p.name: [] for p in properties if p.count_kind}
    members: dict[str, list[float]] = {p.name: [] for p in properties if p.count_kind}
    for _ in range(count):
        for p in properties:
            kind = np.dtype(order + p.kind)
            if p.count_kind is None:
                at += kind.itemsize
                continue
            length_type = np.dtype(order + p.count_kind)
            length = int(np.frombuffer(body, length_type, 1, at)[0])
            at += length_type.itemsize
            members[p.name].extend(np.frombuffer(body, kind, length, at).tolist())
            lengths[p.name].append(length)
            at += length * kind.itemsize
    lists = {n: _as_lists(lengths[n], members[n]) for n in lengths}
    return Element(lists=lists), at


def write_ply(model: Model) -> Written:
    """Encode all parts as one mesh, binary; materials and skins are left out.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
    """
    check_model(model, kind="PLY")
    notes = Notes(subject=model.name)
    mesh = joined_mesh(model, notes=notes)
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
    files = (NamedFile(name=name, data=data),)
    return Written(main=name, files=files, findings=notes.findings)


def read_ply(source: Source) -> Reading:
    """Decode a binary or text PLY with faces.

    Raises:
        FormatError: It is not PLY, is cut off, or holds NaN or no faces.
    """
    elements = read_elements(source.data, name=source.name)
    return read_near_origin(lambda offset: _read(source, elements, offset), subject=source.name)


def _read(source: Source, elements: dict[str, Element], offset: Offset) -> Reading:
    """Make a model of a file's elements, their positions less an offset."""
    vertices, faces = elements.get("vertex"), elements.get("face")
    lists = None if faces is None else next((n for n in _CORNERS if n in faces.lists), None)
    if vertices is None or faces is None or lists is None:
        raise FormatError(f"{source.name} holds no faces.")
    exact = vertices.numbers(_POSITION)
    if exact is None:
        raise FormatError(f"{source.name} holds no positions.")
    positions = (exact - offset).astype(np.float32)
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
    notes = Notes(subject=source.name)
    if b"comment unit " not in source.data[: source.data.find(b"end_header")]:
        notes.tell("ply.unit", "PLY says no unit; metres and +y up are assumed.")
    return Reading(model=Model(name=name, parts=(part,)), findings=notes.findings)


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
