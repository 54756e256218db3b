"""Write and read assets as GLB (binary glTF 2.0, Khronos 2021).

Frames and units are glTF's own: right-handed, +y up, front +z, metres, UV origin top left; nothing
is converted. On request provenance travels as the vertex attributes `_CONFIDENCE` (float, 0 to 1)
and `_ORIGIN` (`asset.mesh.Origin`); per-texel provenance and cameras do not fit into the format.
"""

import re
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np
from jaxtyping import Shaped

from bozzetto.asset.asset import Asset
from bozzetto.asset.material import Material
from bozzetto.asset.mesh import Mesh
from bozzetto.errors import FormatError
from bozzetto.formats.base import Format, FormatCard
from bozzetto.formats.glb_reading import read_glb
from bozzetto.formats.gltf_binary import BinaryWriter, Json, pack_glb
from bozzetto.formats.texture_images import (
    ImageFormat,
    Texels,
    encode_image,
    texels_from_normals,
    texels_from_unit,
)
from bozzetto.geometry.normals import vertex_normals
from bozzetto.imaging.color import srgb8_from_linear

__all__ = ["CLAY", "GlbFormat", "GlbOptions", "build", "read_glb", "write_glb", "write_white_glb"]

CLAY = (0.55, 0.54, 0.52)
"""Linear base colour of white models: bright enough for form, dark enough for highlights."""

_LINEAR, _LINEAR_MIPMAP_LINEAR, _CLAMP_TO_EDGE = 9729, 9987, 33071
_MAX_SHORT_VERTICES = 65535
"""Index 65535 restarts primitives, so 16-bit indices reach one vertex less."""


@dataclass(frozen=True, kw_only=True)
class GlbOptions:
    """How to write a GLB file."""

    image_format: ImageFormat = ImageFormat.PNG
    """Of base colour and ORM; the normal map is always PNG, since blocks show in reflections."""
    jpeg_quality: int = 92
    """1 to 95; used with JPEG only."""
    provenance_attributes: bool = False
    """Write `_CONFIDENCE` and `_ORIGIN`. glTF allows such attributes and most tools skip them, but
    Filament's loader, and so the viewers built on it, refuses the whole file."""

    def __post_init__(self) -> None:
        """Refuse qualities that Pillow does not know."""
        if not 1 <= self.jpeg_quality <= 95:
            raise ValueError(f"jpeg_quality must be 1 to 95, got {self.jpeg_quality}.")


def write_glb(asset: Asset, *, options: GlbOptions = GlbOptions()) -> bytes:
    """Encode a textured asset; the same asset and options give the same bytes.

    Raises:
        FormatError: The mesh is empty, lacks uvs, or has normals or tangents that are not unit.
    """
    _check_mesh(asset.mesh, what=asset.name)
    if asset.mesh.uvs is None:
        raise FormatError(f"{asset.name}: a textured asset needs uvs, and this one has none.")
    writer = BinaryWriter()
    name = slug(asset.name)
    mesh = asset.mesh
    if not options.provenance_attributes:
        mesh = replace(mesh, confidence=None, origin=None)
    primitive = _primitive(mesh, writer)
    images = _images(asset.material, writer, name=name, options=options)
    document = _document(name, primitive=primitive, material=_textured(asset.material))
    textures = [{"sampler": 0, "source": i, "name": images[i]["name"]} for i in range(3)]
    sampler = {
        "magFilter": _LINEAR,
        "minFilter": _LINEAR_MIPMAP_LINEAR,
        "wrapS": _CLAMP_TO_EDGE,
        "wrapT": _CLAMP_TO_EDGE,
    }
    parts: Json = {"textures": textures, "images": images, "samplers": [sampler]}
    return pack_glb({**document, **parts}, writer=writer)


def write_white_glb(mesh: Mesh, *, name: str, with_colors: bool = False) -> bytes:
    """Encode a draft's white model: clay, smooth, no textures.

    Args:
        mesh: Normals are computed where it has none.
        name: For the node, mesh and material.
        with_colors: Write vertex colours as `COLOR_0`, over white instead of clay.

    Raises:
        FormatError: The mesh is empty or has normals that are not unit.
    """
    normals = mesh.normals
    if normals is None:
        normals = vertex_normals(mesh.positions, mesh.triangles)
    white = Mesh(
        positions=mesh.positions,
        triangles=mesh.triangles,
        normals=normals,
        colors=mesh.colors if with_colors else None,
    )
    _check_mesh(white, what=name)
    writer = BinaryWriter()
    color = (1.0, 1.0, 1.0) if white.colors is not None else CLAY
    material: Json = {
        "name": f"{slug(name)}_clay",
        "pbrMetallicRoughness": {
            "baseColorFactor": [*color, 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": 0.8,
        },
    }
    primitive = _primitive(white, writer)
    return pack_glb(_document(slug(name), primitive=primitive, material=material), writer=writer)


def slug(name: str) -> str:
    """Return a name that every tool accepts: lower-case letters, digits, `_` and `-`."""
    return re.sub(r"[^a-z0-9_-]+", "_", name.lower()).strip("_") or "asset"


class GlbFormat:
    """GLB as the registry knows it."""

    @property
    def card(self) -> FormatCard:
        """What this format is."""
        return FormatCard(
            name="glb",
            suffix=".glb",
            media_type="model/gltf-binary",
            summary="Binary glTF 2.0: one self-contained file for engines, shops and the web.",
        )

    def write(self, asset: Asset) -> bytes:
        """Encode with PNG textures."""
        return write_glb(asset)

    def read(self, data: bytes, *, name: str) -> Asset:
        """Decode one textured object."""
        return read_glb(data, name=name)


def build() -> Format:
    """Make the format for the registry."""
    return GlbFormat()


def _check_mesh(mesh: Mesh, *, what: str) -> None:
    """Refuse what the Khronos validator would."""
    if mesh.num_triangles == 0:
        raise FormatError(f"{what}: a mesh without triangles cannot be written as GLB.")
    for label, vectors in (("normals", mesh.normals), ("tangents", mesh.tangents)):
        if vectors is None:
            continue
        lengths = np.linalg.norm(vectors[:, :3].astype(np.float64), axis=1)
        if not (np.abs(lengths - 1) < 5e-4).all():
            worst = float(lengths[np.argmax(np.abs(lengths - 1))])
            raise FormatError(f"{what}: {label} must have unit length, got one of {worst:g}.")


def _document(name: str, *, primitive: Json, material: Json) -> Json:
    """Return the parts that every file has: one scene, one node, one mesh, one material."""
    return {
        "asset": {"version": "2.0", "generator": f"bozzetto {version('bozzetto')}"},
        "scene": 0,
        "scenes": [{"name": name, "nodes": [0]}],
        "nodes": [{"name": name, "mesh": 0}],
        "meshes": [{"name": name, "primitives": [primitive]}],
        "materials": [material],
    }


def _primitive(mesh: Mesh, writer: BinaryWriter) -> Json:
    """Append a mesh to the buffer and describe it."""
    attributes = {"POSITION": writer.add_attribute(mesh.positions, with_bounds=True)}
    optional = (
        ("NORMAL", mesh.normals),
        ("TANGENT", mesh.tangents),
        ("TEXCOORD_0", mesh.uvs),
        ("COLOR_0", mesh.colors),
        ("_CONFIDENCE", mesh.confidence),
        ("_ORIGIN", mesh.origin),
    )
    for semantic, values in optional:
        if values is not None:
            attributes[semantic] = writer.add_attribute(values)
    indices = writer.add_indices(_compact_indices(mesh))
    return {"attributes": attributes, "indices": indices, "material": 0, "mode": 4}


def _compact_indices(mesh: Mesh) -> Shaped[np.ndarray, " n"]:
    """Return the corners in the smallest type that fits."""
    short = mesh.num_vertices <= _MAX_SHORT_VERTICES
    return mesh.triangles.reshape(-1).astype("<u2" if short else "<u4")


def _images(
    material: Material, writer: BinaryWriter, *, name: str, options: GlbOptions
) -> list[Json]:
    """Append the three maps to the buffer and describe them."""
    maps: tuple[tuple[str, Texels, ImageFormat], ...] = (
        ("base_color", srgb8_from_linear(material.base_color), options.image_format),
        ("orm", texels_from_unit(material.orm), options.image_format),
        ("normal", texels_from_normals(material.normal), ImageFormat.PNG),
    )
    images: list[Json] = []
    for role, texels, image_format in maps:
        data = encode_image(texels, image_format=image_format, jpeg_quality=options.jpeg_quality)
        view = writer.add_blob(data)
        images.append(
            {"name": f"{name}_{role}", "mimeType": image_format.media_type, "bufferView": view}
        )
    return images


def _textured(material: Material) -> Json:
    """Describe the material; texture indices are the order of `_images`."""
    return {
        "name": slug(material.name),
        "pbrMetallicRoughness": {
            "baseColorTexture": {"index": 0},
            "metallicRoughnessTexture": {"index": 1},
        },
        "occlusionTexture": {"index": 1},
        "normalTexture": {"index": 2},
    }
