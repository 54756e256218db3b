"""The XML inside 3MF packages. Letters: v vertices, t triangles."""

import xml.etree.ElementTree as Xml
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float32, Float64, Int32

from bozzetto.asset.model import Surface
from bozzetto.errors import FormatError
from bozzetto.imaging.color import linear_from_srgb8, srgb8_from_linear

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
    ) -> tuple[Float32[np.ndarray, "v 3"], Int32[np.ndarray, "t 3"]] | None:
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
        return np.array(points, np.float32), np.array(corners, np.int32).reshape(-1, 3)

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
