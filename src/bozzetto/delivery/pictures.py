"""Change the encoded pictures of a model: size, encoding, green of normal maps, names.

Letters: h w rows and columns, c channels.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image

from bozzetto.asset.model import AlphaMode, Model, Part, Picture, Surface
from bozzetto.errors import FormatError
from bozzetto.formats.pictures.texture_images import jpeg_bytes, png_bytes
from bozzetto.imaging.color import linear_from_srgb8, srgb8_from_linear
from bozzetto.qa.model_facts import MAP_NAMES
from bozzetto.qa.picture_facts import MAX_SIDE_PX, picture_size

Texels = UInt8[np.ndarray, "h w c"]

PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
_PILLOW = {PNG: "PNG", JPEG: "JPEG", WEBP: "WEBP"}


@dataclass(frozen=True, kw_only=True)
class PictureRules:
    """What the pictures of a model shall be like."""

    longest_px: int | None = None
    """Larger ones are shrunk; None leaves the size."""
    media_types: tuple[str, ...] = (PNG, JPEG, WEBP)
    """Others are encoded again, as the first of these that can hold them."""
    power_of_two: bool = False
    """Round sides that are not powers of two down to one."""
    flips_green: bool = False
    """Turn normal maps to the DirectX convention."""
    jpeg_quality: int = 90
    """1 to 95; of pictures that are encoded again."""
    recodes: bool = False
    """Encode again even what obeys the rules, where that makes it smaller."""
    lossy_normals: bool = False
    """Encode normal maps as JPEG where that is allowed; blocks then show in reflections."""


def change_pictures(model: Model, *, rules: PictureRules) -> Model:
    """Bring the pictures of a model to rules; those that obey them already stay as they are.

    Raises:
        FormatError: A picture that must change cannot be decoded.
    """
    done: dict[tuple[int, bool], Picture] = {}

    def change(picture: Picture, role: str, surface: Surface) -> Picture:
        is_normal = role == "normal"
        key = id(picture), is_normal
        if key not in done:
            done[key] = _changed(picture, rules, role=role, surface=surface)
        return done[key]

    return map_pictures(model, change)


def map_pictures(model: Model, change: Callable[[Picture, str, Surface], Picture]) -> Model:
    """Replace the pictures of a model; materials that parts share stay shared.

    Args:
        model: Any.
        change: Told the picture, the field of `Surface` that holds it, and the surface; must give
            the same picture for the same one where it is to stay shared.
    """
    surfaces: dict[int, Surface] = {}
    for part in model.parts:
        surface = part.surface
        if id(surface) in surfaces:
            continue
        fields = {role: getattr(surface, role) for role in MAP_NAMES}
        changed = {
            role: change(picture, role, surface)
            for role, picture in fields.items()
            if picture is not None
        }
        surfaces[id(surface)] = with_maps(surface, changed)
    return replace(model, parts=tuple(_resurfaced(part, surfaces) for part in model.parts))


def with_maps(surface: Surface, maps: dict[str, Picture]) -> Surface:
    """Replace some maps of a material by their field's name."""
    return replace(
        surface,
        base_color=maps.get("base_color", surface.base_color),
        metallic_roughness=maps.get("metallic_roughness", surface.metallic_roughness),
        normal=maps.get("normal", surface.normal),
        occlusion=maps.get("occlusion", surface.occlusion),
        emissive=maps.get("emissive", surface.emissive),
    )


def decode_texels(picture: Picture) -> Texels:
    """Decode a picture to RGB or, where it has transparency, RGBA.

    Raises:
        FormatError: It cannot be decoded here.
    """
    if not 0 < max(picture_size(picture.data)) <= MAX_SIDE_PX:
        raise _undecodable(picture)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of sizes, which were checked.
            image = Image.open(BytesIO(picture.data))
            transparent = "A" in image.getbands() or "transparency" in image.info
            return np.asarray(image.convert("RGBA" if transparent else "RGB"), np.uint8)
    except Exception:  # Damaged pictures make Pillow raise almost anything.
        raise _undecodable(picture) from None


def encode_texels(texels: Texels, *, name: str, media_type: str, quality: int = 90) -> Picture:
    """Encode a picture; JPEG drops alpha."""
    if media_type == JPEG:
        data = jpeg_bytes(Image.fromarray(texels[..., :3]), quality=quality)
    elif media_type == PNG:
        data = png_bytes(texels)
    else:
        stream = BytesIO()
        Image.fromarray(texels).save(stream, "WEBP", quality=quality, method=4)
        data = stream.getvalue()
    return Picture(name=name, media_type=media_type, data=data)


def resize_texels(
    texels: Texels, *, width: int, height: int, role: str
) -> UInt8[np.ndarray, "h2 w2 c"]:
    """Shrink or grow a picture: colours in linear light, normals to unit length again."""
    if texels.shape[:2] == (height, width):
        return texels
    shrinks = width < texels.shape[1] or height < texels.shape[0]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    colors = texels[..., :3]
    values = colors.astype(np.float32) / np.float32(255)
    if role in ("base_color", "emissive"):
        values = linear_from_srgb8(colors)
    resized = np.asarray(cv2.resize(values, (width, height), interpolation=method), np.float32)
    if role in ("base_color", "emissive"):
        result = srgb8_from_linear(resized)
    else:
        if role == "normal":
            vectors = resized * 2 - 1
            lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
            resized = (vectors / np.maximum(lengths, np.float32(1e-6)) + 1) / 2
        result = np.round(np.clip(resized, 0, 1) * 255).astype(np.uint8)
    if texels.shape[2] == 4:
        alpha = np.asarray(
            cv2.resize(texels[..., 3], (width, height), interpolation=method), np.uint8
        )
        result = np.concatenate([result, alpha[..., None]], axis=2)
    return result


def _changed(picture: Picture, rules: PictureRules, *, role: str, surface: Surface) -> Picture:
    """Bring one picture to rules."""
    width, height = picture_size(picture.data)
    size = _wanted_size(width, height, rules)
    flip = rules.flips_green and role == "normal"
    obeys = size == (width, height) and not flip and picture.media_type in rules.media_types
    unreadable = width == 0 and picture.media_type in rules.media_types and not flip
    if unreadable or (obeys and not rules.recodes):
        return picture
    texels = decode_texels(picture)
    if surface.alpha_mode is AlphaMode.OPAQUE or role != "base_color":
        texels = texels[..., :3]
    texels = resize_texels(texels, width=size[0], height=size[1], role=role)
    if flip:
        texels = texels.copy()
        texels[..., 1] = 255 - texels[..., 1]
    changed = encode_texels(
        np.ascontiguousarray(texels),
        name=picture.name,
        media_type=_wanted_type(picture, rules, texels=texels, role=role),
        quality=rules.jpeg_quality,
    )
    return picture if obeys and len(changed.data) >= len(picture.data) else changed


def _wanted_size(width: int, height: int, rules: PictureRules) -> tuple[int, int]:
    """Return the size that a picture shall have."""
    scale = 1.0
    if rules.longest_px is not None and max(width, height) > rules.longest_px:
        scale = rules.longest_px / max(width, height)
    sides = [max(1, round(side * scale)) for side in (width, height)]
    if rules.power_of_two:
        sides = [1 << (side.bit_length() - 1) for side in sides]
    return sides[0], sides[1]


def _wanted_type(picture: Picture, rules: PictureRules, *, texels: Texels, role: str) -> str:
    """Return the encoding that a picture shall have."""
    kept = picture.media_type in rules.media_types and picture.media_type in _PILLOW
    if kept and not rules.recodes:
        return picture.media_type
    lossless = texels.shape[2] == 4 or (role == "normal" and not rules.lossy_normals)
    known = [kind for kind in rules.media_types if kind in _PILLOW]
    if lossless and PNG in known:
        return PNG
    if rules.recodes and JPEG in known:
        return JPEG
    return known[0] if known else PNG


def _resurfaced(part: Part, surfaces: dict[int, Surface]) -> Part:
    """Give a part its changed material."""
    return replace(part, surface=surfaces[id(part.surface)])


def _undecodable(picture: Picture) -> FormatError:
    """Say that a picture cannot be changed."""
    return FormatError(
        f"The texture {picture.name} ({picture.media_type}) cannot be decoded here.",
        advice="Export the file again with PNG or JPEG textures.",
    )
