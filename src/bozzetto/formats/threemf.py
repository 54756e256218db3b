"""Write and read 3MF for printing (3MF Consortium, core specification 1.3).

The unit is the millimetre and +z is up, as slicers take it; readers turn both back. Colours are the
materials' factors. Letters: v vertices, t triangles.
"""

import xml.etree.ElementTree as Xml

import numpy as np
from jaxtyping import Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part
from bozzetto.errors import FormatError
from bozzetto.formats.archives import unzipped, zipped
from bozzetto.formats.base import Format, FormatCard, NamedFile, Reading, Source, Written
from bozzetto.formats.checks import check_model, surfaces_of
from bozzetto.formats.mesh_cleaning import moved_mesh
from bozzetto.formats.names import slug, unique_names
from bozzetto.formats.notes import Notes
from bozzetto.formats.threemf_xml import (
    CONTENT_TYPES,
    RELATIONS,
    Document,
    document_of,
    surface_colors,
)
from bozzetto.formats.welding import welded

_MODEL_PATH = "3D/3dmodel.model"
_MODEL_TYPE = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"
_ASSET_FROM_PRINT = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]], np.float64)
_METRES = {
    "micron": 1e-6, "millimeter": 1e-3, "centimeter": 1e-2, "inch": 0.0254, "foot": 0.3048,
    "meter": 1.0,
}  # fmt: skip
_MAX_DEPTH = 16


def write_3mf(model: Model) -> Written:
    """Encode a model in millimetres, +z up; textures and skins are left out.

    Vertices at the same place become one, so that closed surfaces are closed in the file.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
    """
    check_model(model, kind="3MF")
    notes = Notes(subject=model.name)
    if model.pictures:
        notes.tell("3mf.textures", "3MF holds the materials' plain colours, no textures.")
    root = Xml.Element("model", unit="millimeter", xmlns=Document.NAMESPACE)
    for key, value in (("Title", model.name), ("Application", "bozzetto"), *model.metadata):
        if ":" not in key:  # Other names would need a namespace of their own.
            Xml.SubElement(root, "metadata", name=key).text = value
    resources = Xml.SubElement(root, "resources")
    surfaces = surfaces_of(model)
    materials = Xml.SubElement(resources, "basematerials", id="1")
    for surface, color in zip(surfaces, surface_colors(surfaces), strict=True):
        Xml.SubElement(materials, "base", name=surface.name, displaycolor=color)
    build = Xml.SubElement(root, "build")
    for index, part in enumerate(model.parts):
        number = str(index + 2)
        place = next(i for i, surface in enumerate(surfaces) if surface is part.surface)
        _add_object(resources, part, number=number, material=place)
        Xml.SubElement(build, "item", objectid=number)
    text = Xml.tostring(root, encoding="UTF-8", xml_declaration=True)
    files = (
        NamedFile(name="[Content_Types].xml", data=CONTENT_TYPES),
        NamedFile(name="_rels/.rels", data=RELATIONS),
        NamedFile(name=_MODEL_PATH, data=text),
    )
    name = f"{slug(model.name)}.3mf"
    return Written(
        main=name,
        files=(NamedFile(name=name, data=zipped(files)),),
        findings=notes.findings,
    )


def read_3mf(source: Source) -> Reading:
    """Decode a 3MF: every item that is to be printed, in its place.

    Raises:
        FormatError: It is not 3MF, is damaged, or holds no triangles.
    """
    files = unzipped(source.data, name=source.name)
    path = _main_path(files, name=source.name)
    document = document_of(files[path], name=source.name)
    metres = _METRES.get(document.root.get("unit", "millimeter"))
    if metres is None:
        raise FormatError(f"{source.name} is in {document.root.get('unit')!r}, an unknown unit.")
    frame = _ASSET_FROM_PRINT * np.array([[metres], [metres], [metres], [1]])
    parts: list[Part] = []
    for item in document.items():
        matrix = frame @ document.transform(item)
        parts += _parts(document, item.get("objectid", ""), matrix, depth=0)
    if not parts:
        raise FormatError(f"{source.name} holds no triangles.")
    names = unique_names(part.name for part in parts)
    named = tuple(
        Part(name=name, mesh=part.mesh, surface=part.surface)
        for name, part in zip(names, parts, strict=True)
    )
    title = document.title or slug(source.name.rpartition(".")[0] or source.name)
    return Reading(model=Model(name=title, parts=named))


def _add_object(resources: Xml.Element, part: Part, *, number: str, material: int) -> None:
    """Append a part's mesh."""
    node = Xml.SubElement(
        resources, "object", id=number, type="model", name=part.name, pid="1", pindex=str(material)
    )
    mesh = Xml.SubElement(node, "mesh")
    points = welded(part.mesh.positions)
    in_print = part.mesh.positions[points.first].astype(np.float64) @ _ASSET_FROM_PRINT[:3, :3]
    vertices = Xml.SubElement(mesh, "vertices")
    for x, y, z in (in_print * 1000).tolist():
        Xml.SubElement(vertices, "vertex", x=f"{x:.9g}", y=f"{y:.9g}", z=f"{z:.9g}")
    triangles = Xml.SubElement(mesh, "triangles")
    corners = points.place[part.mesh.triangles]
    proper = (corners != np.roll(corners, 1, axis=1)).all(axis=1)  # Others are forbidden.
    for a, b, c in corners[proper].tolist():
        Xml.SubElement(triangles, "triangle", v1=str(a), v2=str(b), v3=str(c))


def _main_path(files: dict[str, bytes], *, name: str) -> str:
    """Return the path of the model inside the package, as its relations say."""
    relations = files.get("_rels/.rels")
    if relations is not None:
        nodes = [n for n in document_of(relations, name=name).root if n.get("Type") == _MODEL_TYPE]
        paths = [node.get("Target", "").lstrip("/") for node in nodes]
        found = next((path for path in paths if path in files), None)
        if found is not None:
            return found
    if _MODEL_PATH not in files:
        raise FormatError(f"{name} is a zip file, but not 3MF.")
    return _MODEL_PATH


def _parts(
    document: Document, number: str, matrix: Float64[np.ndarray, "4 4"], *, depth: int
) -> list[Part]:
    """Return the meshes of an object and of those that it is composed of."""
    node = document.objects.get(number)
    if node is None or depth > _MAX_DEPTH:
        raise FormatError(f"{document.name}: object {number!r} is missing or holds itself.")
    parts: list[Part] = []
    for component in document.components(node):
        inner = matrix @ document.transform(component)
        parts += _parts(document, component.get("objectid", ""), inner, depth=depth + 1)
    arrays = document.mesh(node)
    if arrays is not None and len(arrays[1]):
        try:
            mesh = Mesh(positions=arrays[0], triangles=arrays[1])
        except ValueError as error:
            raise FormatError(f"{document.name}: {error}") from None
        surface = document.surface(node)
        name = node.get("name") or f"object_{number}"
        parts.append(
            Part(name=name, mesh=moved_mesh(mesh, asset_from_mesh=matrix), surface=surface)
        )
    return parts


class ThreeMfFormat:
    """3MF as the registry knows it."""

    @property
    def card(self) -> FormatCard:
        """What this format is."""
        return FormatCard(
            name="3mf",
            suffix=".3mf",
            media_type="model/3mf",
            summary="3MF: closed shapes in millimetres with plain colours, for printing.",
            textures=False,
            skins=False,
        )

    def write(self, model: Model) -> Written:
        """Encode in millimetres, +z up."""
        return write_3mf(model)

    def read(self, source: Source) -> Reading:
        """Decode any 3MF."""
        return read_3mf(source)


def build() -> Format:
    """Make the format for the registry."""
    return ThreeMfFormat()
