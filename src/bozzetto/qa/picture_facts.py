"""Facts about encoded pictures: size, brightness, and doubts about what they hold.

Letters: h w rows and columns.
"""

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image

from bozzetto.asset.model import Picture

Texels = UInt8[np.ndarray, "h w 3"]

MAX_SIDE_PX = 16384
"""Larger pictures are not decoded."""

_LOOKED_AT_PX = 1024  # Larger pictures are shrunk before their colours are looked at.
_KTX2 = b"\xabKTX 20\xbb\r\n\x1a\n"
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
_SRGB_OF_HALF = 188  # A flat normal map holds 128, and this after one sRGB encoding too many.
_FLIPPED = 1.25  # How much better the other convention must explain a normal map.
_SLOPE = 0.02  # Least mean slope of a normal map whose convention can be told.


@dataclass(frozen=True, kw_only=True)
class PictureFacts:
    """What is true of one picture of a model."""

    name: str
    roles: tuple[str, ...]
    """What materials use it for, as in `base_color`."""
    media_type: str
    num_bytes: int
    sha256: str
    width: int
    """0 where the picture is damaged or of a kind that cannot be read here."""
    height: int
    readable: bool
    """Whether its colours could be looked at."""
    luminance_range: tuple[float, float] | None = None
    """sRGB luminance at the darkest and brightest percent, 0 to 255; of base colours."""
    channel_means: tuple[float, float, float] | None = None
    """0 to 255."""
    grey_metal_share: float | None = None
    """Texels that are neither metal nor not, 0 to 1; of metallic maps."""
    doubts: tuple[str, ...] = ()
    """Sentences about what is probably wrong with it."""

    @property
    def longest_px(self) -> int:
        """Texels along the longer side."""
        return max(self.width, self.height)

    @property
    def is_broken(self) -> bool:
        """Whether it is damaged; kinds and sizes that are not decoded here are not looked into."""
        if self.longest_px == 0:
            return True
        looked_at = self.media_type != "image/ktx2" and self.longest_px <= MAX_SIDE_PX
        return looked_at and not self.readable

    @property
    def power_of_two(self) -> bool:
        """Whether both sides are powers of two."""
        return all(side > 0 and side & (side - 1) == 0 for side in (self.width, self.height))


def measure_picture(picture: Picture, *, roles: tuple[str, ...]) -> PictureFacts:
    """Measure a picture.

    Args:
        picture: Encoded.
        roles: Names of the fields of `Surface` that hold it.
    """
    width, height = picture_size(picture.data)
    texels = decode(picture.data, longest_px=_LOOKED_AT_PX)
    metal = None
    if texels is not None and "metallic_roughness" in roles:
        metal = float(((texels[..., 2] > 25) & (texels[..., 2] < 230)).mean())
    return PictureFacts(
        name=picture.name,
        roles=roles,
        media_type=picture.media_type,
        num_bytes=len(picture.data),
        sha256=hashlib.sha256(picture.data).hexdigest(),
        width=width,
        height=height,
        readable=texels is not None,
        luminance_range=_luminance_range(texels) if "base_color" in roles else None,
        channel_means=None if texels is None else _channel_means(texels),
        grey_metal_share=metal,
        doubts=() if texels is None else _doubts(texels, roles),
    )


def picture_size(data: bytes) -> tuple[int, int]:
    """Return width and height of an encoded picture; (0, 0) where it cannot be read."""
    if data.startswith(_KTX2) and len(data) >= 28:
        return int.from_bytes(data[20:24], "little"), int.from_bytes(data[24:28], "little")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of sizes; those are checked before decoding.
            return Image.open(BytesIO(data)).size
    except Exception:  # Damaged pictures make Pillow raise almost anything.
        return 0, 0


def decode(data: bytes, *, longest_px: int) -> Texels | None:
    """Decode a picture to RGB, shrunk to fit; None where it cannot be read."""
    if not 0 < max(picture_size(data)) <= MAX_SIDE_PX:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(BytesIO(data))
            picture.draft("RGB", (longest_px, longest_px))
            texels = np.asarray(picture.convert("RGB"), np.uint8)
    except Exception:
        return None
    scale = longest_px / max(texels.shape[:2])
    if scale >= 1:
        return texels
    size = (max(1, round(texels.shape[1] * scale)), max(1, round(texels.shape[0] * scale)))
    return np.asarray(cv2.resize(texels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _luminance_range(texels: Texels | None) -> tuple[float, float] | None:
    """Return the luminance of the darkest and brightest percent."""
    if texels is None:
        return None
    low, high = np.percentile(texels.astype(np.float32) @ _LUMINANCE, [1, 99])
    return round(float(low), 1), round(float(high), 1)


def _channel_means(texels: Texels) -> tuple[float, float, float]:
    """Return the mean of each channel."""
    red, green, blue = texels.reshape(-1, 3).mean(axis=0)
    return round(float(red), 2), round(float(green), 2), round(float(blue), 2)


def _doubts(texels: Texels, roles: tuple[str, ...]) -> tuple[str, ...]:
    """Collect what looks wrong with a picture for what it is used for."""
    doubts: list[str] = []
    if "normal" in roles:
        doubts.extend(_normal_doubts(texels))
    if "occlusion" in roles and texels[..., 0].mean() < 2:
        doubts.append("The occlusion is black all over; without occlusion red must be white.")
    if "base_color" in roles and texels.max() < 2:
        doubts.append("The base colour is black all over.")
    return tuple(doubts)


def _normal_doubts(texels: Texels) -> list[str]:
    """Say why a picture may not be the normal map that it stands for."""
    middle = np.median(texels.reshape(-1, 3), axis=0)
    if np.abs(middle[:2] - _SRGB_OF_HALF).max() < 6 and middle[2] > 240:
        return ["The normal map was encoded as sRGB once too often: flat is 188 instead of 128."]
    normals = texels.astype(np.float32) / np.float32(127.5) - 1
    length = float(np.median(np.linalg.norm(normals, axis=-1)))
    if not 0.8 < length < 1.2 or normals[..., 2].mean() < 0.3:
        return ["The normal map does not hold unit vectors that point out of the surface."]
    ratio = green_flip_ratio(normals)
    if ratio is not None and ratio > _FLIPPED:
        return [
            "The normal map seems to be of the DirectX kind (green points down); glTF, Blender "
            "and Unity want OpenGL."
        ]
    return []


def green_flip_ratio(normals: Float32[np.ndarray, "h w 3"]) -> float | None:
    """Return how much better a normal map fits a height field with its green channel flipped.

    The slopes of a height field have no curl; those of a map read by the wrong convention do.
    Above 1 speaks for DirectX, below 1 for OpenGL; None where the map is too flat to tell.
    """
    if min(normals.shape[:2]) < 8:
        return None
    upward = np.maximum(normals[..., 2], 0.2)
    # Rows run down and OpenGL's green up: height falls along red, and rises along rows with green.
    along_x, along_y = -normals[..., 0] / upward, normals[..., 1] / upward
    if np.abs(along_x).mean() < _SLOPE or np.abs(along_y).mean() < _SLOPE:
        return None
    across, down = np.gradient(along_x, axis=0), np.gradient(along_y, axis=1)
    opengl, directx = np.abs(across - down).mean(), np.abs(across + down).mean()
    return float(opengl / max(float(directx), 1e-9))
