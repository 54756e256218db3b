"""Write and read Wavefront OBJ with MTL, its PBR keys and pictures beside.

Metres, +y up (said in a comment, as OBJ has no unit); v points upwards in OBJ. Roughness, metallic
and relief go by `map_Pr`, `map_Pm` and `norm`, as grey pictures of their own, since tools read
one channel per map. Vertex colours follow the positions, as MeshLab and Blender read them. Read are
objects and groups by material, and polygons of any size. Letters: v vertices, n corners, f faces.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, Float64, Int64, Shaped

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Surface
from bozzetto.errors import FormatError
from bozzetto.formats.base import Format, FormatCard, NamedFile, Reading, Source, Written
from bozzetto.formats.checks import check_model
from bozzetto.formats.meshes.cleaning import unit_directions
from bozzetto.formats.meshes.far_origin import Offset, read_near_origin
from bozzetto.formats.meshes.joining import lone_triangles
from bozzetto.formats.meshes.polygons import cut_polygons
from bozzetto.formats.meshes.uv_origin import flipped
from bozzetto.formats.names import slug, unique_names
from bozzetto.formats.notes import Notes
from bozzetto.formats.obj.mtl import MtlReader, mtl_text
from bozzetto.formats.pictures.grey_maps import separated
from bozzetto.formats.pictures.picture_files import picture_files
from bozzetto.geometry.weld import Welded, weld, weld_points
from bozzetto.imaging.color import linear_from_srgb, srgb8_from_linear

_Rows = Float32[np.ndarray, "_ _"]


def write_obj(model: Model) -> Written:
    """Encode a model as `name.obj`, `name.mtl` and its pictures; skins are left out.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
    """
    check_model(model, kind="OBJ")
    name = slug(model.name)
    split = separated(model)
    pictures = picture_files(split.pictures)
    files = {key: file.name for key, file in pictures.items()}
    lines = [
        f"# {name}: metres, +y up",
        *(f"# {key} {' '.join(value.split())}" for key, value in model.metadata),
        f"mtllib {name}.mtl",
    ]
    start = _Start(points=1, uvs=1, normals=1)
    labels = unique_names(_label(part.name) for part in model.parts)
    surfaces = _surface_names(split.model)
    for part, label in zip(split.model.parts, labels, strict=True):
        body, start = _part(part, start)
        lines += [f"o {label}", *body[0], f"usemtl {surfaces[id(part.surface)]}", *body[1]]
    text = mtl_text(split, names=surfaces, files=files)
    return Written(
        main=f"{name}.obj",
        files=(
            NamedFile(name=f"{name}.obj", data=("\n".join(lines) + "\n").encode()),
            NamedFile(name=f"{name}.mtl", data=text.encode()),
            *pictures.values(),
        ),
        findings=split.findings,
    )


@dataclass(frozen=True, kw_only=True)
class _Start:
    """Indices of the next rows, which count through the whole file from 1."""

    points: int
    uvs: int
    normals: int


def _label(name: str) -> str:
    """Return a name without blanks, which would end it."""
    return "_".join(name.split()) or "part"


def _surface_names(model: Model) -> dict[int, str]:
    """Return a different name for each material."""
    surfaces = list({id(part.surface): part.surface for part in model.parts}.values())
    names = unique_names(_label(surface.name) for surface in surfaces)
    return {id(surface): name for surface, name in zip(surfaces, names, strict=True)}


def _part(part: Part, start: _Start) -> tuple[tuple[list[str], list[str]], _Start]:
    """Return the lines of a part's rows and of its faces, and where the next part starts."""
    mesh = part.mesh
    points = weld_points(part)
    positions = mesh.positions[points.first]
    rows = [positions]
    if mesh.colors is not None:
        rgb = srgb8_from_linear(mesh.colors[points.first][None])[0].astype(np.float32)
        rows.append(rgb / np.float32(255))
    lines = _rows("v", np.concatenate(rows, axis=1))
    uvs = None if mesh.uvs is None else weld(mesh.uvs)
    normals = None if mesh.normals is None else weld(mesh.normals)
    if mesh.uvs is not None and uvs is not None:
        lines += _rows("vt", flipped(mesh.uvs[uvs.first]))
    if mesh.normals is not None and normals is not None:
        lines += _rows("vn", mesh.normals[normals.first])
    labels = _corner_labels(points, uvs, normals, start=start)
    faces = list(_faces(part, labels))
    after = _Start(
        points=start.points + len(points.first),
        uvs=start.uvs + (0 if uvs is None else len(uvs.first)),
        normals=start.normals + (0 if normals is None else len(normals.first)),
    )
    return (lines, faces), after


def _rows(key: str, values: Shaped[np.ndarray, "v c"]) -> list[str]:
    """Format rows with the digits that float32 needs."""
    return [f"{key} " + " ".join(f"{x:.9g}" for x in row) for row in values.tolist()]


def _corner_labels(
    points: Welded, uvs: Welded | None, normals: Welded | None, *, start: _Start
) -> list[str]:
    """Return how faces name each vertex: position/uv/normal."""
    at = (points.place + start.points).tolist()
    if uvs is None and normals is None:
        return [str(a) for a in at]
    blank = [""] * len(at)
    us = blank if uvs is None else [str(u) for u in (uvs.place + start.uvs).tolist()]
    if normals is None:
        return [f"{a}/{u}" for a, u in zip(at, us, strict=True)]
    ns = (normals.place + start.normals).tolist()
    return [f"{a}/{u}/{n}" for a, u, n in zip(at, us, ns, strict=True)]


def _faces(part: Part, labels: list[str]) -> Iterator[str]:
    """Format quads, then lone triangles."""
    for corners in (part.mesh.quad_corners, lone_triangles(part.mesh)):
        rows: list[list[int]] = corners.tolist()
        for row in rows:
            yield "f " + " ".join(labels[corner] for corner in row)


@dataclass(kw_only=True, eq=False)
class _Group:
    """Faces of one object and one material."""

    name: str
    material: str
    counts: list[int] = field(default_factory=list[int])
    corners: list[str] = field(default_factory=list[str])


@dataclass(kw_only=True, eq=False)
class _Lines:
    """What stands in the file, sorted by kind; lives only inside one read."""

    points: list[list[str]] = field(default_factory=list[list[str]])
    uvs: list[list[str]] = field(default_factory=list[list[str]])
    normals: list[list[str]] = field(default_factory=list[list[str]])
    groups: list[_Group] = field(default_factory=list[_Group])
    places: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """Where in `groups` each object and material stands."""
    libraries: list[str] = field(default_factory=list[str])


def read_obj(source: Source) -> Reading:
    """Decode an OBJ and the materials beside it.

    Raises:
        FormatError: It is not OBJ, a number cannot be read, or there are no faces.
    """
    return read_near_origin(lambda offset: _read(source, offset), subject=source.name)


def _read(source: Source, offset: Offset) -> Reading:
    """Decode a file, its points less an offset."""
    notes = Notes(subject=source.name)
    lines = _sorted_lines(source)
    if not lines.points or not any(group.counts for group in lines.groups):
        raise FormatError(f"{source.name} is not an OBJ file, or holds no faces.")
    materials = MtlReader(neighbours=source.neighbours, notes=notes)
    for library in lines.libraries:
        materials.read(library)
    notes.tell("obj.unit", "OBJ says no unit; metres and +y up are assumed.")
    try:
        points = _points(lines.points, offset)
        uvs, normals = _table(lines.uvs, 2, 2), _table(lines.normals, 3, 3)
    except ValueError:
        raise FormatError(f"{source.name} has a number that cannot be read.") from None
    shared: dict[str, Surface] = dict(materials.surfaces)
    groups = [group for group in lines.groups if group.counts]
    names = unique_names(group.name for group in groups)
    parts: list[Part] = []
    for group, name in zip(groups, names, strict=True):
        plain = Surface(name=group.material or "material", metallic_factor=0.0)
        surface = shared.setdefault(group.material, plain)
        mesh = _mesh(group, (points, uvs, normals), place=source.name)
        parts.append(Part(name=name, mesh=mesh, surface=surface))
    stem = slug(source.name.rpartition(".")[0] or source.name)
    return Reading(model=Model(name=stem, parts=tuple(parts)), findings=notes.findings)


def _sorted_lines(source: Source) -> _Lines:
    """Sort the file's lines."""
    found = _Lines()
    text = source.data.decode("utf-8", "replace").replace("\\\n", " ").replace("\\\r\n", " ")
    name, material = "", ""
    group: _Group | None = None
    for line in text.splitlines():
        key, _, rest = line.strip().partition(" ")
        if key == "v":
            found.points.append(rest.split())
        elif key == "vt":
            found.uvs.append(rest.split())
        elif key == "vn":
            found.normals.append(rest.split())
        elif key == "f":
            if group is None:
                group = _group(found, name or "object", material)
            words = _absolute(rest.split(), found)
            group.counts.append(len(words))
            group.corners.extend(words)
        elif key in ("o", "g"):
            name, group = rest.strip() or name, None
        elif key == "usemtl":
            material, group = rest.strip(), None
        elif key == "mtllib":
            found.libraries.append(rest.strip())
    return found


def _group(found: _Lines, name: str, material: str) -> _Group:
    """Return the group of an object and material, making it at first sight."""
    key = (name, material)
    if key not in found.places:
        found.places[key] = len(found.groups)
        found.groups.append(_Group(name=name, material=material))
    return found.groups[found.places[key]]


def _absolute(words: list[str], found: _Lines) -> list[str]:
    """Turn indices that count backwards into ones that count from 1."""
    if not any("-" in word for word in words):
        return words
    lengths = (len(found.points), len(found.uvs), len(found.normals))
    result: list[str] = []
    for word in words:
        pieces = [
            str(length + 1 + int(piece)) if piece.startswith("-") else piece
            for piece, length in zip(word.split("/"), lengths, strict=False)
        ]
        result.append("/".join(pieces))
    return result


def _points(rows: list[list[str]], offset: Offset) -> Float32[np.ndarray, "n c"]:
    """Read positions, perhaps with colours behind, the positions less an offset."""
    table = _numbers(rows, 3, 6)
    table[:, :3] -= offset
    return table.astype(np.float32)


def _table(rows: list[list[str]], least: int, most: int) -> Float32[np.ndarray, "n c"]:
    """Read rows of numbers, as 32 bits hold them."""
    return _numbers(rows, least, most).astype(np.float32)


def _numbers(rows: list[list[str]], least: int, most: int) -> Float64[np.ndarray, "n c"]:
    """Read rows of numbers; all have as many columns as the shortest."""
    if not rows:
        return np.zeros((0, least))
    width = min(min(map(len, rows)), most)
    width = width if width in (least, most) else least
    return np.array([row[:width] for row in rows], np.float64)


def _mesh(group: _Group, tables: tuple[_Rows, _Rows, _Rows], *, place: str) -> Mesh:
    """Build a group's mesh; corners that agree in all become one vertex."""
    points, uvs, normals = tables
    try:
        corners = _indices(group.corners)
    except ValueError:
        raise FormatError(f"{place} has a face that cannot be read.") from None
    limits = np.array([len(points), len(uvs), len(normals)])
    if (corners[:, 0] < 0).any() or (corners >= limits).any():
        raise FormatError(f"{place} has a face that names a vertex that does not exist.")
    unique = weld(corners)
    rows: Int64[np.ndarray, "v 3"] = corners[unique.first]
    at = points[rows[:, 0]]
    positions = np.ascontiguousarray(at[:, :3])
    counts = np.array(group.counts, np.int32)
    triangles, quads = cut_polygons(counts, unique.place, positions)
    with_uvs, with_normals = bool((rows[:, 1] >= 0).all()), bool((rows[:, 2] >= 0).all())
    try:
        mesh = Mesh(
            positions=positions,
            triangles=triangles,
            normals=normals[rows[:, 2]] if with_normals else None,
            uvs=flipped(np.asarray(uvs[rows[:, 1]], np.float32)) if with_uvs else None,
            colors=linear_from_srgb(np.clip(at[:, 3:], 0, 1)) if at.shape[1] == 6 else None,
            quads=quads if len(quads) else None,
        )
    except ValueError as error:
        raise FormatError(f"{place}: {group.name}: {error}") from None
    return unit_directions(mesh)


def _indices(corners: list[str]) -> Int64[np.ndarray, "n 3"]:
    """Read `position/uv/normal`, from 0; -1 where one is left out."""
    table = np.zeros((len(corners), 3), np.int64)
    for row, corner in enumerate(corners):
        for column, piece in enumerate(corner.split("/")[:3]):
            table[row, column] = int(piece) if piece else 0
    return table - 1


class ObjFormat:
    """OBJ as the registry knows it."""

    @property
    def card(self) -> FormatCard:
        """What this format is."""
        return FormatCard(
            name="obj",
            suffix=".obj",
            media_type="model/obj",
            summary="OBJ with MTL and pictures: static meshes for every modeller.",
            skins=False,
            quads=True,
        )

    def write(self, model: Model) -> Written:
        """Encode in metres, +y up."""
        return write_obj(model)

    def read(self, source: Source) -> Reading:
        """Decode any OBJ."""
        return read_obj(source)


def build() -> Format:
    """Make the format for the registry."""
    return ObjFormat()
