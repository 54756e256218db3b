"""Packed roughness and metallic as pictures of their own, and back.

OBJ and FBX readers take one channel per map, from grey pictures. Letters: h w rows and columns.
"""

from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from bozzetto.asset.model import Model, Picture, Surface
from bozzetto.errors import FormatError
from bozzetto.findings import Finding
from bozzetto.formats.notes import Notes
from bozzetto.formats.pictures.lost_samplers import note_lost_samplers
from bozzetto.formats.pictures.texture_images import decode_image, png_bytes
from bozzetto.formats.transmission import with_alpha_for_transmission


@dataclass(frozen=True, kw_only=True, eq=False)
class GreyMaps:
    """One material's maps of one channel each; None where the factor alone counts."""

    roughness: Picture | None = None
    metallic: Picture | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Separated:
    """A model whose packed pictures are taken apart."""

    model: Model
    """Its materials have neither `metallic_roughness` nor `occlusion` any more."""
    maps: dict[int, GreyMaps]
    """What stands for them, by the new surface's `id`."""
    findings: tuple[Finding, ...]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures to write, each once."""
        grey = (p for maps in self.maps.values() for p in (maps.roughness, maps.metallic))
        every = (*self.model.pictures, *(picture for picture in grey if picture is not None))
        return tuple({id(picture): picture for picture in every}.values())


def separated(model: Model) -> Separated:
    """Take roughness, metallic and occlusion apart, and turn pictures into PNG or JPEG.

    Raises:
        FormatError: A picture cannot be decoded.
    """
    notes = Notes(subject=model.name)
    model = with_alpha_for_transmission(model, notes=notes)
    note_lost_samplers(model, keeps_mirrored=False, notes=notes)
    plain: dict[int, Picture | None] = {}
    surfaces: dict[int, Surface] = {}
    maps: dict[int, GreyMaps] = {}
    split: dict[int, GreyMaps] = {}
    for part in model.parts:
        old = part.surface
        if id(old) in surfaces:
            continue
        packed = _plain(old.metallic_roughness, plain, notes)
        if packed is not None and id(packed) not in split:
            split[id(packed)] = _split(packed)
        grey = GreyMaps() if packed is None else split[id(packed)]
        new = replace(
            old,
            base_color=_plain(old.base_color, plain, notes),
            normal=_plain(old.normal, plain, notes),
            emissive=_plain(old.emissive, plain, notes),
            metallic_roughness=None,
            occlusion=None,
        )
        if old.occlusion is not None:
            notes.tell("picture.occlusion", "Occlusion maps are left out.")
        surfaces[id(old)], maps[id(new)] = new, grey
    parts = tuple(replace(part, surface=surfaces[id(part.surface)]) for part in model.parts)
    return Separated(model=replace(model, parts=parts), maps=maps, findings=notes.findings)


def joined(roughness: Picture | None, metallic: Picture | None, *, name: str) -> Picture | None:
    """Pack two grey pictures as glTF wants them; None where there are none.

    Raises:
        FormatError: A picture cannot be decoded.
    """
    if roughness is None and metallic is None:
        return None
    rough = None if roughness is None else decode_image(roughness.data, name=roughness.name)
    metal = None if metallic is None else decode_image(metallic.data, name=metallic.name)
    shape = _largest(rough, metal)
    packed = np.full((*shape, 3), 255, np.uint8)
    if rough is not None:
        packed[..., 1] = _resized(rough, shape)[..., 0]
    if metal is not None:
        packed[..., 2] = _resized(metal, shape)[..., 0]
    return Picture(name=name, media_type="image/png", data=png_bytes(packed))


def _plain(
    picture: Picture | None, known: dict[int, Picture | None], notes: Notes
) -> Picture | None:
    """Return a picture as PNG or JPEG."""
    if picture is None or picture.media_type in ("image/png", "image/jpeg"):
        return picture
    if id(picture) not in known:
        known[id(picture)] = _converted(picture, notes)
    return known[id(picture)]


def _converted(picture: Picture, notes: Notes) -> Picture | None:
    """Decode a WebP; other kinds are left out."""
    if picture.media_type != "image/webp":
        notes.warn("picture.kind", f"{picture.name} ({picture.media_type}) is left out.")
        return None
    try:
        with Image.open(BytesIO(picture.data), formats=("WEBP",)) as opened:
            alpha = opened.mode in ("RGBA", "LA", "PA")
            texels = np.asarray(opened.convert("RGBA" if alpha else "RGB"), np.uint8)
    except Exception:  # Damaged pictures make Pillow raise almost anything.
        raise FormatError(f"{picture.name}: the picture cannot be decoded.") from None
    notes.tell("picture.webp", "WebP pictures are written as PNG.")
    return replace(picture, media_type="image/png", data=png_bytes(texels))


def _split(packed: Picture) -> GreyMaps:
    """Take the channels of a packed picture."""
    texels = decode_image(packed.data, name=packed.name)

    def grey(role: str, channel: int) -> Picture:
        data = png_bytes(np.ascontiguousarray(texels[..., channel]))
        return Picture(name=f"{packed.name}_{role}", media_type="image/png", data=data)

    return GreyMaps(roughness=grey("roughness", 1), metallic=grey("metallic", 2))


def _largest(*pictures: UInt8[np.ndarray, "h w 3"] | None) -> tuple[int, int]:
    """Return the largest size."""
    shapes = [picture.shape[:2] for picture in pictures if picture is not None]
    height, width = max(shapes)
    return height, width


def _resized(
    texels: UInt8[np.ndarray, "h w 3"], shape: tuple[int, int]
) -> UInt8[np.ndarray, "y x 3"]:
    """Scale a picture to a size."""
    if texels.shape[:2] == shape:
        return texels
    picture = Image.fromarray(texels).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
    return np.asarray(picture, np.uint8)


def plain_pictures(model: Model, *, notes: Notes) -> Model:
    """Return a model whose pictures are all PNG or JPEG; others are converted or left out.

    Raises:
        FormatError: A picture cannot be decoded.
    """
    known: dict[int, Picture | None] = {}
    surfaces: dict[int, Surface] = {}
    for part in model.parts:
        old = part.surface
        surfaces[id(old)] = (
            replace(
                old,
                base_color=_plain(old.base_color, known, notes),
                normal=_plain(old.normal, known, notes),
                emissive=_plain(old.emissive, known, notes),
                metallic_roughness=_plain(old.metallic_roughness, known, notes),
                occlusion=_plain(old.occlusion, known, notes),
            )
            if id(old) not in surfaces
            else surfaces[id(old)]
        )
    parts = tuple(replace(part, surface=surfaces[id(part.surface)]) for part in model.parts)
    return replace(model, parts=parts)
