"""Write and read STL: bare triangles for printing and machining (3D Systems, 1989).

STL has no unit and no upright axis: files are written as is (+y up) in metres unless asked
otherwise, which the header then says for our own reader. Binary files are written; text files are
read, too. Letters: t triangles.
"""

import re
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Surface
from bozzetto.errors import FormatError
from bozzetto.formats.base import Format, FormatCard, NamedFile, Reading, Source, Written
from bozzetto.formats.checks import check_model
from bozzetto.formats.meshes.far_origin import Offset, read_near_origin
from bozzetto.formats.names import slug
from bozzetto.formats.notes import Notes
from bozzetto.geometry.join import join_meshes
from bozzetto.geometry.normals import face_normals
from bozzetto.geometry.weld import weld

_HEADER = 80
_FOR_SLICERS = b"; millimetres, +z up"
"""In the header of files that are written as slicers take the numbers."""
_AS_IS = b"; metres, +y up"
"""In the header of the others."""
_RECORD = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")])
_NUMBER = rb"([-+0-9.eEinfaINFA]+)"
_VERTEX = re.compile(rb"vertex\s+" + rb"\s+".join([_NUMBER] * 3))


@dataclass(frozen=True, kw_only=True)
class StlOptions:
    """How to write STL."""

    for_slicers: bool = False
    """Write millimetres and +z up, as slicers and printers take the numbers."""


_DEFAULT = StlOptions()


def write_stl(model: Model, *, options: StlOptions = _DEFAULT) -> Written:
    """Encode all triangles of a model; materials, uvs and skins are left out.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
    """
    check_model(model, kind="STL")
    mesh = join_meshes([part.mesh for part in model.parts], attributes=()).mesh
    positions = mesh.positions
    if options.for_slicers:
        x, y, z = positions.T * np.float32(1000)
        positions = np.stack([x, -z, y], axis=1)
    records = np.zeros(mesh.num_triangles, _RECORD)
    records["normal"] = face_normals(positions, mesh.triangles)
    records["corners"] = positions[mesh.triangles]
    # A text file starts with "solid", so a binary one must not.
    mark = _FOR_SLICERS if options.for_slicers else _AS_IS
    title = f"binary STL of {slug(model.name)}".encode()[: _HEADER - len(mark)]
    header = (title + mark).ljust(_HEADER, b" ")
    data = header + np.uint32(mesh.num_triangles).tobytes() + records.tobytes()
    name = f"{slug(model.name)}.stl"
    return Written(main=name, files=(NamedFile(name=name, data=data),))


def read_stl(source: Source) -> Reading:
    """Decode a binary or text STL; corners at the same place become one vertex.

    Raises:
        FormatError: It is neither, is cut off, or holds NaN.
    """
    corners = _corners(source)
    if len(corners) == 0:
        raise FormatError(f"{source.name} holds no triangles.")
    finite = np.isfinite(corners).all(axis=(1, 2))
    if not finite.all():
        raise FormatError(f"{source.name}: triangle {int(np.argmin(finite))} is not finite.")
    return read_near_origin(lambda offset: _read(source, corners, offset), subject=source.name)


def _read(source: Source, corners: Float64[np.ndarray, "t 3 3"], offset: Offset) -> Reading:
    """Make a model of corners, less an offset."""
    exact = corners.reshape(-1, 3)
    notes = Notes(subject=source.name)
    if _FOR_SLICERS in source.data[:_HEADER]:
        x, y, z = exact.T / 1000
        exact = np.stack([x, z, -y], axis=1)
    elif _AS_IS not in source.data[:_HEADER]:
        notes.tell("stl.unit", "STL says no unit; metres and +y up are assumed.")
    flat = (exact - offset).astype(np.float32)
    points = weld(flat)
    mesh = Mesh(positions=flat[points.first], triangles=points.place.reshape(-1, 3))
    name = slug(source.name.rpartition(".")[0] or source.name)
    part = Part(name=name, mesh=mesh, surface=Surface(name="material", metallic_factor=0.0))
    return Reading(model=Model(name=name, parts=(part,)), findings=notes.findings)


def _corners(source: Source) -> Float64[np.ndarray, "t 3 3"]:
    """Return the corners of all triangles."""
    data = source.data
    if len(data) >= _HEADER + 4:
        count = int(np.frombuffer(data, "<u4", 1, _HEADER)[0])
        size = _HEADER + 4 + count * _RECORD.itemsize
        if len(data) == size or (count and len(data) > size and not data.startswith(b"solid")):
            return np.frombuffer(data, _RECORD, count, _HEADER + 4)["corners"].astype(np.float64)
    if not data.lstrip().startswith(b"solid"):
        raise FormatError(f"{source.name} is not an STL file, or is cut off.")
    numbers = _VERTEX.findall(data)
    try:
        table = np.array(numbers, "S").astype(np.float64).reshape(-1, 3, 3)
    except ValueError:
        raise FormatError(f"{source.name} is not an STL file, or is cut off.") from None
    return table


class StlFormat:
    """STL as the registry knows it."""

    @property
    def card(self) -> FormatCard:
        """What this format is."""
        return FormatCard(
            name="stl",
            suffix=".stl",
            media_type="model/stl",
            summary="STL: bare triangles for printing; no colours, no unit.",
            textures=False,
            skins=False,
        )

    def write(self, model: Model) -> Written:
        """Encode in metres, +y up."""
        return write_stl(model)

    def read(self, source: Source) -> Reading:
        """Decode any STL."""
        return read_stl(source)


def build() -> Format:
    """Make the format for the registry."""
    return StlFormat()
