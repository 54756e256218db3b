"""Write and read Wavefront OBJ with MTL, its PBR keys and pictures beside.

Metres, +y up (said in a comment, as OBJ has no unit); v points upwards in OBJ. Roughness, metallic
and relief go by `map_Pr`, `map_Pm` and `norm`, as grey pictures of their own, since tools read
one channel per map. Vertex colours follow the positions, as MeshLab and Blender read them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from bozzetto.asset.model import Model, Part
from bozzetto.formats.base import Format, FormatCard, NamedFile, Reading, Source, Written
from bozzetto.formats.checks import check_model
from bozzetto.formats.grey_maps import separated
from bozzetto.formats.meshes import lone_triangles
from bozzetto.formats.mtl import mtl_text
from bozzetto.formats.names import slug, unique_names
from bozzetto.formats.obj_reading import read_obj
from bozzetto.formats.picture_files import picture_files
from bozzetto.formats.uv_origin import flipped
from bozzetto.formats.welding import Welded, welded, welded_points
from bozzetto.imaging.color import srgb8_from_linear


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
    points = welded_points(part)
    positions = mesh.positions[points.first]
    rows = [positions]
    if mesh.colors is not None:
        rgb = srgb8_from_linear(mesh.colors[points.first][None])[0].astype(np.float32)
        rows.append(rgb / np.float32(255))
    lines = _rows("v", np.concatenate(rows, axis=1))
    uvs = None if mesh.uvs is None else welded(mesh.uvs)
    normals = None if mesh.normals is None else welded(mesh.normals)
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
