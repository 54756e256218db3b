"""The process that decodes what strangers sent, with limits on memory; it serves nobody else.

An order is a line of JSON (`Received`), and so is its answer. Native decoders may crash here.
"""

import hashlib
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image
from pydantic import TypeAdapter

from bozzetto.capture.limits import PhotoLimits
from bozzetto.capture.load import decode_photo, load_photo
from bozzetto.errors import BozzettoError
from bozzetto.findings import Finding
from bozzetto.imaging.color import srgb8_from_linear
from bozzetto.matting.user_mask import decode_mask
from bozzetto.studio.processes import give_way, read_settings

_MEMORY_MIB = 6144
_POLITENESS = 3
"""Behind the service, before the jobs: somebody waits for an upload."""


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


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of an order: a picture, or the error that refuses it."""

    taken: TakenIn | None = None
    error: str = ""
    """The error's class."""
    message: str = ""
    advice: str = ""


def rewrite_photo(received: Received) -> TakenIn:
    """Decode a photograph and write its pixels."""
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
    """Decode a mask at its photo's size and write it."""
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


def answer_to(received: Received) -> Answer:
    """Do what an order says."""
    rewrite = rewrite_photo if received.photo_path is None else rewrite_mask
    try:
        return Answer(taken=rewrite(received))
    except BozzettoError as error:
        kind = type(error).__name__
        return Answer(error=kind, message=error.message, advice=error.advice)
    except MemoryError:
        return Answer(
            error="ResourceError",
            message=f"There is not enough memory to decode {received.name}.",
            advice="Scale it down.",
        )


def serve() -> None:
    """Take orders until the input stream closes."""
    read_settings(sys.stdin)
    _limit_memory()
    give_way(_POLITENESS)
    orders, answers = TypeAdapter(Received), TypeAdapter(Answer)
    for line in sys.stdin:
        answer = answer_to(orders.validate_json(line))
        sys.stdout.write(answers.dump_json(answer).decode() + "\n")
        sys.stdout.flush()


def _limit_memory() -> None:
    """Let allocations fail instead of taking the machine down."""
    if sys.platform != "linux":
        return
    import resource  # Exists on POSIX only.

    limit = _MEMORY_MIB * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    import_module("bozzetto.studio.decoding").serve()
