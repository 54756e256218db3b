"""Write and read 3MF for printing (3MF Consortium, core specification 1.3).

The unit is the millimetre and +z is up, as slicers take it; readers turn both back. Colours are the
materials' factors. Letters: v vertices, t triangles.
"""

import xml.etree.ElementTree as Xml
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64, Int32

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Surface
from bozzetto.errors import FormatError
from bozzetto.formats.archives import unzipped, zipped
from bozzetto.formats.base import Format, FormatCard, NamedFile, Reading, Source, Written
from bozzetto.formats.checks import check_model, surfaces_of
from bozzetto.formats.meshes.cleaning import moved_mesh
from bozzetto.formats.meshes.far_origin import centred, read_near_origin, shifted
from bozzetto.formats.names import slug, unique_names
from bozzetto.formats.notes import Notes
from bozzetto.formats.transmission import with_alpha_for_transmission
from bozzetto.geometry.weld import weld
from bozzetto.imaging.color import linear_from_srgb8, srgb8_from_linear

_MODEL_PATH = "3D/3dmodel.model"
_MODEL_TYPE = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"
_ASSET_FROM_PRINT = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]], np.float64)
_METRES = {
    "micron": 1e-6, "millimeter": 1e-3, "centimeter": 1e-2, "inch": 0.0254, "foot": 0.3048,
    "meter": 1.0,
}  # fmt: skip
_MAX_DEPTH = 16
CONTENT_TYPES = b"""<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="rels" \
ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>\
</Types>"""
RELATIONS = b"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
<Relationship Target="/3D/3dmodel.model" Id="rel0" \
Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Document:
    """A parsed model part."""

    NAMESPACE: ClassVar[str] = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"

    name: str
    root: Xml.Element

    @property
    def title(self) -> str:
        """The title that the file gives itself; empty where it has none."""
        titles = [m.text for m in self._all("metadata") if m.get("name") == "Title"]
        return (titles[0] or "") if titles else ""

    @property
    def objects(self) -> dict[str, Xml.Element]:
        """Objects by their id."""
        return {node.get("id", ""): node for node in self._all("resources/object")}

    def items(self) -> list[Xml.Element]:
        """What is to be printed."""
        return self._all("build/item")

    def components(self, node: Xml.Element) -> list[Xml.Element]:
        """Return the objects that an object is composed of."""
        return node.findall(self._path("components/component"))

    def transform(self, node: Xml.Element) -> Float64[np.ndarray, "4 4"]:
        """Return where a component or item stands; 3MF writes rows, we columns."""
        text = node.get("transform")
        matrix = np.eye(4)
        if text is not None:
            try:
                matrix[:3] = np.array(text.split(), np.float64).reshape(4, 3).T
            except ValueError:
                raise FormatError(f"{self.name} has a transform that cannot be read.") from None
        return matrix

    def mesh(
        self, node: Xml.Element
    ) -> tuple[Float64[np.ndarray, "v 3"], Int32[np.ndarray, "t 3"]] | None:
        """Return an object's own mesh, in its unit; None where it has none."""
        vertices = node.findall(self._path("mesh/vertices/vertex"))
        triangles = node.findall(self._path("mesh/triangles/triangle"))
        if not vertices:
            return None
        try:
            points = [[float(p.attrib[axis]) for axis in "xyz"] for p in vertices]
            corners = [[int(t.attrib[key]) for key in ("v1", "v2", "v3")] for t in triangles]
        except (KeyError, ValueError):
            raise FormatError(f"{self.name} has a mesh that cannot be read.") from None
        return np.array(points, np.float64), np.array(corners, np.int32).reshape(-1, 3)

    def surface(self, node: Xml.Element) -> Surface:
        """Return an object's material; grey where it has none."""
        for group in self._all("resources/basematerials"):
            if group.get("id") == node.get("pid"):
                bases = list(group)
                index = int(node.get("pindex", "0"))
                if index < len(bases):
                    return _surface(bases[index])
        return Surface(name="material", metallic_factor=0.0)

    def _all(self, path: str) -> list[Xml.Element]:
        """Find elements below the root."""
        return self.root.findall(self._path(path))

    def _path(self, path: str) -> str:
        """Put the namespace before every step."""
        return "/".join(f"{{{self.NAMESPACE}}}{step}" for step in path.split("/"))


def document_of(data: bytes, *, name: str) -> Document:
    """Parse XML; documents that declare entities are refused, as these can grow without bound.

    Raises:
        FormatError: It is not XML.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise FormatError(f"{name} declares XML entities, which are never read.")
    try:
        return Document(name=name, root=Xml.fromstring(data))
    except Xml.ParseError:
        raise FormatError(f"{name} holds XML that cannot be parsed.") from None


def surface_colors(surfaces: Sequence[Surface]) -> list[str]:
    """Return each material's colour as `#RRGGBBAA` in sRGB."""
    linear = np.array([surface.base_color_factor[:3] for surface in surfaces], np.float32)
    rgb = srgb8_from_linear(linear[None])[0]
    alpha = [round(surface.base_color_factor[3] * 255) for surface in surfaces]
    return [
        f"#{r:02X}{g:02X}{b:02X}{a:02X}" for (r, g, b), a in zip(rgb.tolist(), alpha, strict=True)
    ]


def _surface(base: Xml.Element) -> Surface:
    """Return the material of one colour."""
    digits = base.get("displaycolor", "#FFFFFF").lstrip("#").ljust(8, "F")
    try:
        values = bytes.fromhex(digits[:8])
    except ValueError:
        values = bytes([255] * 4)
    r, g, b = linear_from_srgb8(np.frombuffer(values, np.uint8)[None, None, :3])[0, 0].tolist()
    return Surface(
        name=base.get("name", "material"),
        base_color_factor=(r, g, b, values[3] / 255),
        metallic_factor=0.0,
    )


def write_3mf(model: Model) -> Written:
    """Encode a model in millimetres, +z up; textures and skins are left out.

    Vertices at the same place become one, so that closed surfaces are closed in the file.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
    """
    check_model(model, kind="3MF")
    notes = Notes(subject=model.name)
    model = with_alpha_for_transmission(model, notes=notes)
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
    return read_near_origin(
        lambda offset: _read(source, document, shifted(-offset) @ frame), subject=source.name
    )


def _read(source: Source, document: Document, frame: Float64[np.ndarray, "4 4"]) -> Reading:
    """Make a model of a document, in a frame."""
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
    points = weld(part.mesh.positions)
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
            positions, local = centred(arrays[0])
            mesh = Mesh(positions=positions, triangles=arrays[1])
        except ValueError as error:
            raise FormatError(f"{document.name}: {error}") from None
        surface = document.surface(node)
        name = node.get("name") or f"object_{number}"
        place = matrix @ shifted(local)
        parts.append(Part(name=name, mesh=moved_mesh(mesh, asset_from_mesh=place), surface=surface))
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
