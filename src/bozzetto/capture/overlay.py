"""Show a finding on its photograph: the region outlined, the defect marked, a caption.

What lies outside the region is dimmed. Pixels at fault are painted where single pixels are (burnt
out, black, glints, clutter); blur, noise and compression get a magnified piece of the photo.
Letters: h w rows and columns.
"""

import textwrap
from collections.abc import Callable, Mapping

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8
from PIL import Image, ImageDraw, ImageFont

from bozzetto.capture.background import busy_pixels
from bozzetto.capture.evidence import Overview
from bozzetto.findings import Finding, Region, Severity
from bozzetto.imaging.color import srgb8_from_linear
from bozzetto.imaging.resample import fit_within, resize
from bozzetto.views.photo import Photo

Picture = UInt8[np.ndarray, "h w 3"]
Marks = Bool[np.ndarray, "h w"]

_LONGEST_PX = 1024
_SHORTEST_PX = 480
"""Smaller photos are enlarged to this, or their caption could not be read."""
_DIMMED = 0.4
_MARK = (255, 0, 200)
_OUTLINE: Mapping[Severity, tuple[int, int, int]] = {
    Severity.INFO: (90, 170, 255),
    Severity.WARNING: (255, 190, 0),
    Severity.ERROR: (255, 60, 60),
}
_MAGNIFIED = ("photo.blur", "photo.noise", "photo.compression", "photo.resolution")
_PIECE_PX = 48
_PIECE_SHARE = 0.34


def draw_overlay(photo: Photo, finding: Finding) -> Picture:
    """Draw a finding on its photo.

    Args:
        photo: The photo that the finding is about.
        finding: With a region in the photo's pixels; None means all of it.

    Returns:
        An sRGB picture of 480 to 1024 pixels on its longer side.
    """
    canvas = _canvas(photo)
    scale = canvas.shape[1] / photo.width
    where = finding.where or Region(x0=0, y0=0, x1=photo.width, y1=photo.height)
    box = _scaled(where, scale, width=canvas.shape[1], height=canvas.shape[0])
    window = np.s_[box.y0 : box.y1, box.x0 : box.x1]
    marked = _painted(canvas[window], finding.code)
    dimmed = (canvas * np.float32(_DIMMED)).astype(np.uint8)
    dimmed[window] = marked
    picture = Image.fromarray(dimmed)
    color = _OUTLINE[finding.severity]
    line = max(2, canvas.shape[1] // 300)
    ImageDraw.Draw(picture).rectangle(
        (box.x0, box.y0, box.x1 - 1, box.y1 - 1), outline=color, width=line
    )
    if finding.code.startswith(_MAGNIFIED):
        _paste_magnified(picture, photo, where, color=color)
    _write_caption(picture, finding, color=color, at_top=_is_low(box, canvas.shape[0]))
    return np.array(picture)


def _canvas(photo: Photo) -> Picture:
    """Return the photo before a neutral ground, at the size of the overlay."""
    small = fit_within(photo.linear_rgb, longest_px=_LONGEST_PX)
    if photo.alpha is not None:
        alpha = fit_within(photo.alpha, longest_px=_LONGEST_PX)[..., None]
        small = small * alpha + np.float32(0.35) * (1 - alpha)
    longest = max(small.shape[:2])
    if longest < _SHORTEST_PX:
        factor = _SHORTEST_PX / longest
        size = [max(1, round(side * factor)) for side in small.shape[:2]]
        small = resize(small, width=size[1], height=size[0])
    return srgb8_from_linear(small)


def _scaled(region: Region, scale: float, *, width: int, height: int) -> Region:
    """Return a region of the photo as one of the overlay, at least two pixels wide and high."""
    x0 = min(max(0, round(region.x0 * scale)), width - 2)
    y0 = min(max(0, round(region.y0 * scale)), height - 2)
    x1 = max(x0 + 2, min(width, round(region.x1 * scale)))
    y1 = max(y0 + 2, min(height, round(region.y1 * scale)))
    return Region(x0=x0, y0=y0, x1=x1, y1=y1)


def _burnt(rgb: Float32[np.ndarray, "h w 3"]) -> Marks:
    return rgb.min(axis=2) >= 0.98


def _black(rgb: Float32[np.ndarray, "h w 3"]) -> Marks:
    return rgb.max(axis=2) <= 0.02


def _busy(rgb: Float32[np.ndarray, "h w 3"]) -> Marks:
    alpha = np.ones(rgb.shape[:2], np.float32)
    return busy_pixels(Overview(rgb=rgb, alpha=alpha, scale=1.0))


_MARKERS: Mapping[str, Callable[[Float32[np.ndarray, "h w 3"]], Marks]] = {
    "photo.exposure.over": _burnt,
    "photo.clipping.highlights": _burnt,
    "photo.surface.mirror": _burnt,
    "photo.clipping.shadows": _black,
    "photo.background.clutter": _busy,
}


def _painted(rgb: Picture, code: str) -> Picture:
    """Paint the pixels at fault, where a finding has such."""
    marker = _MARKERS.get(code)
    if marker is None:
        return rgb
    painted = rgb.copy()
    painted[marker(rgb.astype(np.float32) / np.float32(255))] = _MARK
    return painted


def _paste_magnified(
    picture: Image.Image, photo: Photo, where: Region, *, color: tuple[int, int, int]
) -> None:
    """Put the most detailed piece of the region, pixel by pixel, into the corner farthest off."""
    top, left = _liveliest(photo, where)
    piece = srgb8_from_linear(photo.linear_rgb[top : top + _PIECE_PX, left : left + _PIECE_PX])
    side = round(min(picture.size) * _PIECE_SHARE)
    inset = Image.fromarray(piece).resize((side, side), Image.Resampling.NEAREST)
    frame = Image.new("RGB", (side + 6, side + 6), color)
    frame.paste(inset, (3, 3))
    x = 0 if left + _PIECE_PX / 2 > photo.width / 2 else picture.width - frame.width
    y = 0 if top + _PIECE_PX / 2 > photo.height / 2 else picture.height - frame.height
    picture.paste(frame, (x, y))


def _liveliest(photo: Photo, where: Region) -> tuple[int, int]:
    """Return top and left of the piece of the region with most contrast."""
    cell = _PIECE_PX
    window = photo.linear_rgb[where.y0 : where.y1, where.x0 : where.x1, 1]
    rows, columns = window.shape[0] // cell, window.shape[1] // cell
    if rows == 0 or columns == 0:
        return where.y0, where.x0
    step = np.abs(np.asarray(cv2.Laplacian(window[: rows * cell, : columns * cell], cv2.CV_32F)))
    activity = step.reshape(rows, cell, columns, cell).mean(axis=(1, 3))
    row, column = np.unravel_index(int(activity.argmax()), activity.shape)
    return where.y0 + int(row) * cell, where.x0 + int(column) * cell


def _is_low(box: Region, height: int) -> bool:
    """Tell whether a region leaves more room above than below."""
    return box.y0 > height - box.y1


def _write_caption(
    picture: Image.Image, finding: Finding, *, color: tuple[int, int, int], at_top: bool
) -> None:
    """Write the finding's sentence and its fix on a bar at the top or the bottom."""
    size = max(13, picture.width // 40)
    font = ImageFont.load_default(size)
    columns = max(16, int(picture.width / (0.53 * size)))
    sentences = [finding.message, finding.fix]
    lines = [line for text in sentences if text for line in textwrap.wrap(text, columns)]
    height = round(len(lines) * 1.35 * size) + size
    top = 0 if at_top else picture.height - height
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, top, picture.width, top + height), fill=(20, 20, 24))
    message_lines = len(textwrap.wrap(finding.message, columns))
    for index, line in enumerate(lines):
        ink = color if index < message_lines else (225, 225, 225)
        draw.text((size // 2, top + size // 2 + index * 1.35 * size), line, fill=ink, font=font)
