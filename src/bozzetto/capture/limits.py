"""What size of photograph is accepted; all of it is checked before a pixel is decoded."""

from dataclasses import dataclass

from bozzetto.errors import PhotoError


@dataclass(frozen=True, kw_only=True)
class PhotoLimits:
    """The stated limits of photographs."""

    min_side_px: int = 128
    """Shorter side; below it there is too little to see."""
    max_side_px: int = 12_000
    """Longer side."""
    max_megapixels: float = 60.0
    """Width times height, in millions."""
    max_file_mb: float = 50.0
    """Size of the file, in millions of bytes."""


def check_file_size(num_bytes: int, *, name: str, limits: PhotoLimits) -> None:
    """Refuse empty files and files above the limit.

    Raises:
        PhotoError: The size is out of range.
    """
    if num_bytes == 0:
        raise PhotoError(
            f"{name} should hold a photo, but the file is empty.",
            advice="Copy or download it again.",
        )
    if num_bytes > limits.max_file_mb * 1e6:
        raise PhotoError(
            f"{name} is {num_bytes / 1e6:.1f} MB; at most {limits.max_file_mb:g} MB are accepted.",
            advice="Save it as JPEG, or smaller.",
        )


def check_dimensions(width: int, height: int, *, name: str, limits: PhotoLimits) -> None:
    """Refuse pictures whose header tells a size out of range.

    Raises:
        PhotoError: A side or the number of pixels is out of range.
    """
    size = f"{name} is {width} x {height} pixels"
    if min(width, height) < limits.min_side_px:
        raise PhotoError(
            f"{size}; the shorter side must be at least {limits.min_side_px}.",
            advice="Use the original photo, not a thumbnail.",
        )
    if max(width, height) > limits.max_side_px:
        raise PhotoError(
            f"{size}; the longer side may be at most {limits.max_side_px}.",
            advice="Scale it down; 4,000 pixels are plenty.",
        )
    if width * height > limits.max_megapixels * 1e6:
        raise PhotoError(
            f"{size} ({width * height / 1e6:.0f} megapixels); "
            f"at most {limits.max_megapixels:g} megapixels are accepted.",
            advice="Scale it down; 4,000 pixels on the longer side are plenty.",
        )
