"""Masks that a person made: they win over any network.

Letters: h w rows and columns, c channels.
"""

import io
import warnings
from pathlib import Path

import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image, ImageOps, UnidentifiedImageError

from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.imaging.resample import resize
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo

Plane = Float32[np.ndarray, "h w"]
_MAX_BYTES = 50 * 2**20
_MAX_PIXELS = 60_000_000
_MAX_COLOUR = 0.05
_FORMATS = ("PNG", "TIFF", "BMP", "WEBP", "JPEG")
_TRACES = np.float32(0.05)
_ADVICE = "Save it as a PNG: white where the object is, black elsewhere, as large as the photo."


def load_mask(path: Path, photo: Photo) -> Mask:
    """Read a mask that a person made.

    `decode_mask` also tells what was noticed, such as another size.

    Raises:
        InputError: The file cannot be read, or is not a mask of this photo.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"The mask {path} is larger than 50 MiB.", advice=_ADVICE)
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # A path with a null byte is a ValueError.
        raise InputError(
            f"The mask {path} could not be read: {error}.",
            advice="Check the path and that you may read the file.",
        ) from error
    return decode_mask(data, name=path.name, photo=photo)[0]


def decode_mask(data: bytes, *, name: str, photo: Photo) -> tuple[Mask, tuple[Finding, ...]]:
    """Decode a mask that a person made: grey, 1-bit, palette, colour or alpha.

    Where the file has an alpha channel that varies, it is the mask; else the lightness is.

    Returns:
        The mask at the photo's size, and what was noticed: that it was resized.

    Raises:
        InputError: It is no picture, too large, a colour photograph, empty, full, or of another
            shape than the photo.
    """
    image, is_jpeg = _open(data, name)
    alpha = _plane_from_image(image, name)
    if is_jpeg:
        alpha = _without_traces(alpha)
    _refuse_useless(alpha, name)
    findings: list[Finding] = []
    height, width = alpha.shape
    if (width, height) != (photo.width, photo.height):
        # Half a pixel of rounding on either side is what resizing programs leave.
        if abs(width * photo.height - height * photo.width) > 0.75 * max(photo.width, photo.height):
            raise InputError(
                f"The mask {name} is {width} x {height}, the photo {photo.name} "
                f"{photo.width} x {photo.height} pixels: another shape.",
                advice=_ADVICE,
            )
        alpha = np.clip(resize(alpha, width=photo.width, height=photo.height), 0, 1)
        findings.append(_resized(name, (width, height), photo))
    return Mask(alpha=alpha, source="user"), tuple(findings)


def _open(data: bytes, name: str) -> tuple[Image.Image, bool]:
    """Decode the file, within the limits; also say whether it is a JPEG."""
    if len(data) > _MAX_BYTES:
        raise InputError(
            f"The mask {name} has {len(data) >> 20} MiB, at most 50 are read.", advice=_ADVICE
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of size before it refuses it; see below.
            # Named, because Pillow would hand some other formats to programs outside.
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
            frames = int(getattr(image, "n_frames", 1))
            if frames > 1:
                raise InputError(
                    f"The mask {name} is a moving picture of {frames} frames.", advice=_ADVICE
                )
            if image.width * image.height > _MAX_PIXELS:
                raise InputError(
                    f"The mask {name} has {image.width} x {image.height} pixels, too many.",
                    advice=_ADVICE,
                )
            image.load()
            return ImageOps.exif_transpose(image), image.format == "JPEG"
    except InputError:
        raise
    except UnidentifiedImageError:
        raise InputError(
            f"The mask {name} is not a picture that can be read ({', '.join(_FORMATS)}).",
            advice=_ADVICE,
        ) from None
    except Exception as error:  # Pillow's decoders raise almost anything on spoiled files.
        raise InputError(
            f"The mask {name} is not a picture that can be read: {error}.", advice=_ADVICE
        ) from error


def _without_traces(alpha: Plane) -> Plane:
    """Take away the traces of grey that JPEG leaves around black and white."""
    return np.clip((alpha - _TRACES) / (1 - 2 * _TRACES), 0, 1).astype(np.float32)


def _plane_from_image(image: Image.Image, name: str) -> Plane:
    """Take alpha where it varies, else lightness."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        plane = _pixels(image.convert("F"), np.float32)[:, :, 0]
        if not np.isfinite(plane).all():
            raise InputError(f"The mask {name} holds values that are not finite.", advice=_ADVICE)
        top = 65535.0 if image.mode.startswith("I") else max(float(plane.max()), 1.0)
        return np.clip(plane / np.float32(top), 0, 1).astype(np.float32)
    rgba = _pixels(image.convert("RGBA"), np.uint8).astype(np.float32) / np.float32(255)
    alpha = rgba[:, :, 3]
    if np.ptp(alpha) > 0.5:
        return np.ascontiguousarray(alpha)
    colour = float((rgba[:, :, :3].max(axis=2) - rgba[:, :, :3].min(axis=2)).mean())
    if colour > _MAX_COLOUR and len(np.unique(rgba[::4, ::4].reshape(-1, 4), axis=0)) > 16:
        raise InputError(f"The mask {name} is a colour picture, not a mask.", advice=_ADVICE)
    return rgba[:, :, :3].max(axis=2)


def _pixels(
    image: Image.Image, kind: type[np.uint8] | type[np.float32]
) -> UInt8[np.ndarray, "h w c"] | Float32[np.ndarray, "h w c"]:
    """Copy an image's pixels into an array."""
    return np.frombuffer(image.tobytes(), kind).reshape(image.height, image.width, -1)


def _refuse_useless(alpha: Plane, name: str) -> None:
    """Stop at masks without an edge."""
    if alpha.max() < 0.5:
        raise InputError(f"The mask {name} is empty: nothing in it is white.", advice=_ADVICE)
    if alpha.min() >= 0.5:
        raise InputError(f"The mask {name} is full: nothing in it is black.", advice=_ADVICE)


def _resized(name: str, size: tuple[int, int], photo: Photo) -> Finding:
    """Say that the mask had another size."""
    return Finding(
        code="mask.resized",
        severity=Severity.INFO,
        message=f"The mask is {size[0]} x {size[1]} pixels and was resized to the photo's "
        f"{photo.width} x {photo.height}.",
        fix="Paint the mask at the photo's size for the sharpest edge.",
        subject=name,
    )
