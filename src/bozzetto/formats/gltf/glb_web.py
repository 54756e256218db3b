"""Write GLB for the web: quantised and meshopt-compressed geometry, WebP pictures.

Positions, uvs and rotations of clips have 14 bits over their span, normals, tangents and weights 8.
Viewers need EXT_meshopt_compression, KHR_mesh_quantization and EXT_texture_webp, which
three.js, Babylon.js and model-viewer have; ship a plain GLB beside it. Letters: v vertices.
"""

from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
from jaxtyping import Shaped
from PIL import Image

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Picture
from bozzetto.asset.skeleton import Skin
from bozzetto.errors import FormatError
from bozzetto.formats.base import Format, FormatCard, NamedFile, Reading, Source, Written
from bozzetto.formats.checks import check_model
from bozzetto.formats.gltf.container import pack_glb, unpack_glb
from bozzetto.formats.gltf.document import gltf_document, read_gltf_model
from bozzetto.formats.gltf.packing import MESHOPT, QUANTIZED, PackedWriter
from bozzetto.formats.gltf.triangle_order import along_edges, by_use
from bozzetto.formats.names import slug


@dataclass(frozen=True, kw_only=True)
class WebOptions:
    """How small to make it."""

    webp_quality: int = 85
    """1 to 100, of colour pictures."""
    data_quality: int = 92
    """1 to 100, of normal and packed maps."""
    max_side_px: int = 2048
    """Larger pictures are scaled down."""

    def __post_init__(self) -> None:
        """Refuse what Pillow does not know."""
        if not (1 <= self.webp_quality <= 100 and 1 <= self.data_quality <= 100):
            raise ValueError("Qualities must be 1 to 100.")


_DEFAULT = WebOptions()
_FEW_COLORS = 4096
"""Pictures with no more are tried without loss."""
_STILL_TURN, _STILL_STEP = 1e-4, 2e-5
"""What counts as standing still: 0.01 degrees, and so much of the largest part's size."""


def write_web_glb(model: Model, *, options: WebOptions = _DEFAULT) -> Written:
    """Encode a model as small as browsers take it.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
    """
    check_model(model, kind="GLB")
    small = _with_webp(replace(model, parts=tuple(map(_ordered, model.parts))), options)
    size = max(float(np.ptp(part.mesh.positions, axis=0).max()) for part in small.parts)
    writer = PackedWriter(still_turn=_STILL_TURN, still_step=_STILL_STEP * size)
    document = gltf_document(small, writer=writer, required=(MESHOPT, QUANTIZED))
    data = pack_glb(document, writer=writer)
    name = f"{slug(model.name)}.glb"
    return Written(main=name, files=(NamedFile(name=name, data=data),))


def _ordered(part: Part) -> Part:
    """Put triangles and vertices in an order that packs well; drops what quads there are."""
    mesh = part.mesh
    triangles = mesh.triangles[along_edges(mesh.triangles)]
    rows = by_use(triangles, num_vertices=mesh.num_vertices)
    place = np.empty(len(rows), np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)

    def taken(values: Shaped[np.ndarray, "v ..."] | None) -> Shaped[np.ndarray, "v ..."] | None:
        return None if values is None else values[rows]

    ordered = Mesh(
        positions=mesh.positions[rows],
        triangles=place[triangles],
        normals=taken(mesh.normals),
        uvs=taken(mesh.uvs),
        tangents=None if part.surface.normal is None else taken(mesh.tangents),
        colors=taken(mesh.colors),
    )
    skin = part.skin
    if skin is not None:
        skin = Skin(joints=skin.joints[rows], weights=skin.weights[rows])
    return replace(part, mesh=ordered, skin=skin)


def _with_webp(model: Model, options: WebOptions) -> Model:
    """Return a model whose pictures are WebP."""
    color = {id(p.surface.base_color) for p in model.parts}
    color |= {id(p.surface.emissive) for p in model.parts}
    made: dict[int, Picture] = {}
    for picture in model.pictures:
        quality = options.webp_quality if id(picture) in color else options.data_quality
        made[id(picture)] = _webp(picture, quality=quality, max_side_px=options.max_side_px)

    def new(picture: Picture | None) -> Picture | None:
        return None if picture is None else made[id(picture)]

    surfaces = {id(part.surface): part.surface for part in model.parts}
    for key, old in surfaces.items():
        surfaces[key] = replace(
            old,
            base_color=new(old.base_color),
            metallic_roughness=new(old.metallic_roughness),
            normal=new(old.normal),
            occlusion=new(old.occlusion),
            emissive=new(old.emissive),
        )
    parts = tuple(replace(part, surface=surfaces[id(part.surface)]) for part in model.parts)
    return replace(model, parts=parts)


def _webp(picture: Picture, *, quality: int, max_side_px: int) -> Picture:
    """Compress a picture; those that already are small enough, or KTX2, stay."""
    if picture.media_type == "image/ktx2":
        return picture
    try:
        with Image.open(BytesIO(picture.data), formats=("PNG", "JPEG", "WEBP")) as opened:
            alpha = opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info
            decoded = opened.convert("RGBA" if alpha else "RGB")
    except Exception:  # Damaged pictures make Pillow raise almost anything.
        raise FormatError(f"{picture.name}: the picture cannot be decoded.") from None
    largest = max(decoded.size)
    if largest > max_side_px:
        width, height = (max(1, round(side * max_side_px / largest)) for side in decoded.size)
        decoded = decoded.resize((width, height), Image.Resampling.LANCZOS)
    elif picture.media_type == "image/webp":
        return picture
    return replace(picture, media_type="image/webp", data=_packed(decoded, quality=quality))


def _packed(decoded: Image.Image, *, quality: int) -> bytes:
    """Encode a picture as WebP; without loss where that is smaller, as for palettes and flats."""
    stream = BytesIO()
    decoded.save(stream, "WEBP", quality=quality, method=4, exact=True)
    if decoded.getcolors(_FEW_COLORS) is None:
        return stream.getvalue()
    exact = BytesIO()
    decoded.save(exact, "WEBP", lossless=True, method=4, exact=True)
    return min(exact.getvalue(), stream.getvalue(), key=len)


class WebGlbFormat:
    """GLB for the web as the registry knows it."""

    @property
    def card(self) -> FormatCard:
        """What this format is."""
        return FormatCard(
            name="glb-web",
            suffix=".glb",
            media_type="model/gltf-binary",
            summary="GLB for the web: meshopt, quantised, WebP pictures; a fraction of the size.",
        )

    def write(self, model: Model) -> Written:
        """Encode with the recommended qualities."""
        return write_web_glb(model)

    def read(self, source: Source) -> Reading:
        """Decode any GLB."""
        content = unpack_glb(source.data, name=source.name, neighbours=source.neighbours)
        return read_gltf_model(content)


def build() -> Format:
    """Make the format for the registry."""
    return WebGlbFormat()
