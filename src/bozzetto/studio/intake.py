"""Take pictures in: told by their content, decoded in a process of their own, written anew.

What is kept is a PNG that this program wrote: the pixels as they are, upright, sRGB, and the focal
length. Whatever else the file held (metadata, places, other files hidden in it) is gone, and
no byte that a stranger chose is ever served.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bozzetto.capture.limits import PhotoLimits
from bozzetto.findings import Finding
from bozzetto.isolation import IsolationLimits, run_isolated

_LIMITS = IsolationLimits(seconds=90.0, memory_mib=6144)


@dataclass(frozen=True, kw_only=True)
class Received:
    """A file as it was sent, not looked into yet."""

    path: Path
    name: str
    """As the sender calls it; for messages only."""
    target: Path
    """Where the new file is to be written."""
    limits: PhotoLimits
    photo_path: Path | None = None
    """For a mask: the photo that it belongs to."""


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """A picture that was written anew."""

    width: int
    height: int
    focal_px: float | None
    sent_sha256: str
    findings: tuple[Finding, ...]


class Intake:
    """Takes pictures in, each in a child process with limits on time and memory."""

    def photo(self, received: Received) -> TakenIn:
        """Write a photograph anew.

        Raises:
            PhotoError: It is none, broken, or out of limits.
            ResourceError: The decoder took too long or died.
        """
        return run_isolated(rewrite_photo, received, limits=_LIMITS)

    def mask(self, received: Received) -> TakenIn:
        """Write a mask anew.

        Raises:
            InputError: It is none, or does not fit its photo.
            ResourceError: The decoder took too long or died.
        """
        return run_isolated(rewrite_mask, received, limits=_LIMITS)


def rewrite_photo(received: Received) -> TakenIn:
    """Decode a photograph and write its pixels; runs in the child process."""
    from PIL import ExifTags, Image

    from bozzetto.capture.load import decode_photo
    from bozzetto.imaging.color import srgb8_from_linear

    data = received.path.read_bytes()
    photo, findings = decode_photo(data, name=received.name, limits=received.limits)
    rgb = srgb8_from_linear(photo.linear_rgb)
    if photo.alpha is not None:
        alpha = np.round(photo.alpha * np.float32(255)).astype(np.uint8)
        rgb = np.dstack([rgb, alpha])
    exif = Image.Exif()
    if photo.focal_px is not None:
        exif[ExifTags.IFD.Exif] = {
            ExifTags.Base.FocalLength: photo.focal_px / 100,
            ExifTags.Base.FocalPlaneXResolution: 100.0,
            ExifTags.Base.FocalPlaneResolutionUnit: 4,  # Pixels for each millimetre.
        }
    picture = Image.fromarray(np.ascontiguousarray(rgb))
    picture.save(received.target, format="PNG", compress_level=1, exif=exif)
    return TakenIn(
        width=photo.width,
        height=photo.height,
        focal_px=photo.focal_px,
        sent_sha256=photo.sha256,
        findings=findings,
    )


def rewrite_mask(received: Received) -> TakenIn:
    """Decode a mask at its photo's size and write it; runs in the child process."""
    from PIL import Image

    from bozzetto.capture.load import load_photo
    from bozzetto.matting.user_mask import decode_mask

    if received.photo_path is None:
        raise ValueError("A mask needs its photo.")
    photo, _ = load_photo(received.photo_path, limits=received.limits)
    data = received.path.read_bytes()
    mask, findings = decode_mask(data, name=received.name, photo=photo)
    grey = np.round(mask.alpha * np.float32(255)).astype(np.uint8)
    Image.fromarray(grey).save(received.target, format="PNG", compress_level=1)
    return TakenIn(
        width=photo.width,
        height=photo.height,
        focal_px=None,
        sent_sha256=hashlib.sha256(data).hexdigest(),
        findings=findings,
    )
