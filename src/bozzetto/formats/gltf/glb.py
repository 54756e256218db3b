"""Write and read GLB (binary glTF 2.0, Khronos 2021): models, our own assets, white drafts.

Frames and units are glTF's own: right-handed, +y up, front +z, metres, UV origin top left; nothing
is converted. On request provenance travels as the vertex attributes `_CONFIDENCE` (float, 0 to 1)
and `_ORIGIN` (`asset.mesh.Origin`); per-texel provenance and cameras do not fit into the format.
"""

from bozzetto.asset.asset import Asset
from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Surface
from bozzetto.formats.asset_model import PictureOptions, model_from_asset
from bozzetto.formats.base import Format, FormatCard, NamedFile, Reading, Source, Written
from bozzetto.formats.checks import check_model
from bozzetto.formats.gltf.container import BinaryWriter, pack_glb, unpack_glb
from bozzetto.formats.gltf.document import gltf_document, read_gltf_model
from bozzetto.formats.gltf.glb_asset import read_glb
from bozzetto.formats.names import slug
from bozzetto.geometry.normals import vertex_normals

__all__ = [
    "CLAY",
    "GlbFormat",
    "GlbOptions",
    "build",
    "encode_glb",
    "read_glb",
    "slug",
    "write_glb",
    "write_white_glb",
]

CLAY = (0.55, 0.54, 0.52)
"""Linear base colour of white models: bright enough for form, dark enough for highlights."""

GlbOptions = PictureOptions
"""How to write an asset as GLB."""

_DEFAULT = GlbOptions()


def write_glb(asset: Asset, *, options: GlbOptions = _DEFAULT) -> bytes:
    """Encode a textured asset; the same asset and options give the same bytes.

    Raises:
        FormatError: The mesh is empty, lacks uvs, or has normals or tangents that are not unit.
    """
    return encode_glb(model_from_asset(asset, options=options))


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
    color = (1.0, 1.0, 1.0) if white.colors is not None else CLAY
    clay = Surface(
        name=f"{slug(name)}_clay",
        base_color_factor=(*color, 1.0),
        metallic_factor=0.0,
        roughness_factor=0.8,
    )
    part = Part(name=slug(name), mesh=white, surface=clay)
    return encode_glb(Model(name=slug(name), parts=(part,)))


def encode_glb(model: Model) -> bytes:
    """Encode a model; the same model gives the same bytes.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
    """
    check_model(model, kind="GLB")
    writer = BinaryWriter()
    return pack_glb(gltf_document(model, writer=writer), writer=writer)


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

    def write(self, model: Model) -> Written:
        """Encode as it is, without compression."""
        name = f"{slug(model.name)}.glb"
        return Written(main=name, files=(NamedFile(name=name, data=encode_glb(model)),))

    def read(self, source: Source) -> Reading:
        """Decode any GLB."""
        content = unpack_glb(source.data, name=source.name, neighbours=source.neighbours)
        return read_gltf_model(content)


def build() -> Format:
    """Make the format for the registry."""
    return GlbFormat()
