"""Pictures with captions on a page: the drawing side of all sheets, pure over arrays.

Letters: s side of a square.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont

Rgb = UInt8[np.ndarray, "_ _ 3"]
Rgba = UInt8[np.ndarray, "_ _ 4"]
Square = UInt8[np.ndarray, "s s 3"]
Color = tuple[int, int, int]

PAGE: Color = (250, 250, 249)
CARD: Color = (237, 238, 239)
INK: Color = (34, 36, 40)
QUIET: Color = (122, 124, 128)

MARGIN_PX = 64
GAP_PX = 20
CAPTION_PX = 42
"""Height of the line under a picture."""
ROW_GAP_PX = 22


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    """A colour and what it means."""

    label: str
    color: Color


@dataclass(frozen=True, kw_only=True, eq=False)
class Cell:
    """A picture and the line under it."""

    picture: Rgb | Rgba
    """sRGB; alpha is laid over the card."""
    caption: str
    note: str = ""
    """A quieter continuation of the caption, as in a figure."""
    legend: tuple[LegendEntry, ...] = ()
    """Drawn after the caption."""


@dataclass(frozen=True, kw_only=True)
class TextBlock:
    """Lines of text in the place of a picture."""

    heading: str
    figure: str
    """One large figure."""
    lines: tuple[str, ...]


Row = Sequence[Cell | TextBlock]


def compose_page(*, title: str, subtitle: str, rows: Sequence[Row], cell_px: int) -> Rgb:
    """Lay rows of square cells out under a title line.

    Args:
        title: On the left, large.
        subtitle: On the right, quiet.
        rows: The page is as wide as the longest one.
        cell_px: Side of a cell; pictures are fitted into it whole.
    """
    columns = max(len(row) for row in rows)
    width = 2 * MARGIN_PX + columns * cell_px + (columns - 1) * GAP_PX
    head = MARGIN_PX + 76
    row_height = cell_px + CAPTION_PX + ROW_GAP_PX
    height = head + len(rows) * row_height - ROW_GAP_PX + MARGIN_PX
    page = Image.new("RGB", (width, height), PAGE)
    _draw_title(page, title=title, subtitle=subtitle)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            corner = MARGIN_PX + j * (cell_px + GAP_PX), head + i * row_height
            if isinstance(cell, Cell):
                _draw_cell(page, cell, corner=corner, cell_px=cell_px)
            else:
                _draw_text(page, cell, corner=corner, cell_px=cell_px)
    return np.asarray(page, np.uint8)


def fit_picture(picture: Rgb | Rgba, *, side_px: int, background: Color = CARD) -> Square:
    """Fit a picture whole into the middle of a square; small ones are enlarged."""
    height, width = picture.shape[:2]
    scale = side_px / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    rgb = _flat(picture, background=background)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST if scale > 4 else cv2.INTER_CUBIC
    if (width, height) != size:
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=method), np.uint8)
    square = np.empty((side_px, side_px, 3), np.uint8)
    square[:] = background
    top, left = (side_px - size[1]) // 2, (side_px - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = rgb
    return square


def _flat(picture: Rgb | Rgba, *, background: Color) -> Rgb:
    """Lay a picture with alpha over a colour."""
    if picture.shape[2] == 3:
        return picture
    alpha = picture[..., 3:].astype(np.float32) / 255
    mixed = picture[..., :3] * alpha + np.array(background, np.float32) * (1 - alpha)
    return (mixed + 0.5).astype(np.uint8)


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the one typeface of all sheets; it comes with Pillow."""
    return ImageFont.load_default(size_px)


def _draw_title(page: Image.Image, *, title: str, subtitle: str) -> None:
    """Draw the title line."""
    draw = ImageDraw.Draw(page)
    baseline = MARGIN_PX + 30
    draw.text((MARGIN_PX, baseline), title, fill=INK, font=_font(40), anchor="ls")
    right = page.width - MARGIN_PX, baseline
    draw.text(right, subtitle, fill=QUIET, font=_font(22), anchor="rs")


def _draw_cell(page: Image.Image, cell: Cell, *, corner: tuple[int, int], cell_px: int) -> None:
    """Draw a picture, its caption and its legend."""
    page.paste(Image.fromarray(fit_picture(cell.picture, side_px=cell_px)), corner)
    draw = ImageDraw.Draw(page)
    x, y = float(corner[0]), float(corner[1] + cell_px + 26)
    draw.text((x, y), cell.caption, fill=INK, font=_font(18), anchor="ls")
    x += draw.textlength(cell.caption + "  ", font=_font(18)) if cell.caption else 0
    if cell.note:
        draw.text((x, y), cell.note, fill=QUIET, font=_font(18), anchor="ls")
        x += draw.textlength(cell.note + "  ", font=_font(18))
    for entry in cell.legend:
        draw.rectangle((x, y - 12, x + 11, y - 1), fill=entry.color)
        draw.text((x + 18, y), entry.label, fill=QUIET, font=_font(18), anchor="ls")
        x += 18 + draw.textlength(entry.label, font=_font(18)) + 14


def _draw_text(
    page: Image.Image, block: TextBlock, *, corner: tuple[int, int], cell_px: int
) -> None:
    """Draw a heading, a large figure and some lines, cut off at the cell's foot."""
    draw = ImageDraw.Draw(page)
    x, y = corner
    draw.text((x, y + 24), block.heading, fill=INK, font=_font(24), anchor="ls")
    draw.text((x, y + 82), block.figure, fill=INK, font=_font(48), anchor="ls")
    baseline = y + 124
    for line in block.lines:
        for part in _wrapped(draw, line, width=cell_px - 24):
            if baseline > y + cell_px + CAPTION_PX // 2:
                return
            draw.text((x, baseline), part, fill=QUIET, font=_font(17), anchor="ls")
            baseline += 23
        baseline += 5


def _wrapped(draw: ImageDraw.ImageDraw, text: str, *, width: int) -> list[str]:
    """Break a line at spaces so that it fits."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if draw.textlength(longer, font=_font(17)) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
