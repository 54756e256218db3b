"""A photograph made ready for look-ups from the surface.

Cropped to the object, brought to the sharpness the texture can hold, freed of its rim, and stored
at several degrees of blur. Colours are sRGB-encoded in here: interpolating with a sharp kernel in
linear light would ring visibly in dark places. Letters: h w rows and columns, n points.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.imaging.color import linear_from_srgb, srgb_from_linear
from bozzetto.texturing.nearest import inner_distance, nearest_marked
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

Picture = Float32[np.ndarray, "h w 3"]
Plane = Float32[np.ndarray, "h w"]
OtherPicture = Float32[np.ndarray, "_ _ 3"]  # Of another size than the function's input.
OtherPlane = Float32[np.ndarray, "_ _"]
Pixels = Float32[np.ndarray, "n 2"]

NUM_LEVELS = 4
"""Degrees of blur; level k shows details of 2**k pixels."""

_REFERENCE_PX = 512  # Widths below are told for an object of this size and grow with it.
_RIM_PX = (1.0, 2.0)  # Closer to the silhouette colours are a mix with whatever was behind, and
_SOLID = 0.75  # up to the second distance those of less coverage are.
_RIDGE = 0.9  # A pixel is on the middle line when it is this deep, relative to its neighbours.
_GRID = 16  # Sizes are multiples of it, so that scaled sizes are whole numbers.
_KEPT_SHARPNESS = 1.25  # Photo pixels kept per texel.


@dataclass(frozen=True, kw_only=True, eq=False)
class ProjectedPhoto:
    """Colours and silhouette of one photo, in the pixels of `camera`."""

    camera: Camera
    """Of the cropped and scaled picture."""
    levels: tuple[OtherPicture, ...]
    """sRGB-encoded; level k is 2**k times smaller and blurrier than level 0."""
    depth_inside_px: Plane
    """Distance to the silhouette: above 0 inside the object, below 0 outside."""
    size_px: float
    """The object's longer side, at least 1."""

    @property
    def unit_px(self) -> float:
        """Pixels that make a 512th of the object's size, at least 1."""
        return _unit_px(self.size_px)

    def colors(
        self, pixels: Pixels, blur_levels: Float32[np.ndarray, " n"]
    ) -> Float32[np.ndarray, "n 3"]:
        """Look up linear colours at pixel positions, each at its own degree of blur."""
        result = _lookup(self.levels[0], pixels, cv2.INTER_CUBIC)
        for level in range(1, NUM_LEVELS):
            mix = np.clip(blur_levels - (level - 1), 0, 1)
            wanted = mix > 0
            if not wanted.any():
                break
            blurred = _lookup(
                self.levels[level], pixels[wanted] / np.float32(2**level), cv2.INTER_LINEAR
            )
            result[wanted] += (blurred - result[wanted]) * mix[wanted, None]
        return linear_from_srgb(np.clip(result, 0, 1))

    @property
    def base(self) -> OtherPicture:
        """The blurriest level: colour without detail, sRGB-encoded."""
        return self.levels[-1]

    def depths_inside(self, pixels: Pixels) -> Float32[np.ndarray, " n"]:
        """Return the distance to the silhouette at pixel positions, in units of `unit_px`."""
        return _lookup(self.depth_inside_px, pixels, cv2.INTER_LINEAR) / np.float32(self.unit_px)


def prepare_photo(
    foreground: Foreground, camera: Camera, *, texels_per_pixel: float
) -> ProjectedPhoto:
    """Make a photo ready for look-ups.

    Args:
        foreground: The cut-out.
        camera: Its camera, at the same size.
        texels_per_pixel: How many texels the texture spends on one pixel seen head-on, along a
            line; below 1 the photo is averaged down first, so that no detail aliases.

    Raises:
        ValueError: The camera has another size than the photo, or the cut-out is empty.
    """
    if foreground.alpha.shape != (camera.height, camera.width):
        raise ValueError("A view's camera must have the size of its foreground.")
    rgb, alpha, camera = _crop(foreground, camera)
    rgb, alpha, camera = _scale(rgb, alpha, camera, scale=_KEPT_SHARPNESS * texels_per_pixel)
    inside = alpha >= 0.5
    if not inside.any():
        raise ValueError("A view's foreground must show something, got an empty cut-out.")
    rows, columns = np.nonzero(inside)
    size_px = float(max(np.ptp(rows), np.ptp(columns), 1))
    return ProjectedPhoto(
        camera=camera,
        levels=_blur(_without_rim(srgb_from_linear(rgb), alpha, _unit_px(size_px))),
        depth_inside_px=_signed_distance(inside),
        size_px=size_px,
    )


def _unit_px(size_px: float) -> float:
    """Return a 512th of the object's size, at least 1."""
    return max(1.0, size_px / _REFERENCE_PX)


def _crop(foreground: Foreground, camera: Camera) -> tuple[OtherPicture, OtherPlane, Camera]:
    """Cut out the object with some room around it; the room may leave the picture."""
    rows, columns = np.nonzero(foreground.alpha > 0.02)
    if len(rows) == 0:
        rows, columns = np.zeros(1, int), np.zeros(1, int)
    margin = 8 + max(int(np.ptp(rows)), int(np.ptp(columns))) // 16
    x0, y0 = int(columns.min()) - margin, int(rows.min()) - margin
    width = -(-(int(columns.max()) + 1 + margin - x0) // _GRID) * _GRID
    height = -(-(int(rows.max()) + 1 + margin - y0) // _GRID) * _GRID
    left, top = max(0, -x0), max(0, -y0)
    right = max(0, x0 + width - camera.width)
    bottom = max(0, y0 + height - camera.height)
    window = np.s_[max(0, y0) : y0 + height, max(0, x0) : x0 + width]
    rgb = cv2.copyMakeBorder(
        foreground.linear_rgb[window], top, bottom, left, right, cv2.BORDER_REPLICATE
    )
    alpha = cv2.copyMakeBorder(
        foreground.alpha[window], top, bottom, left, right, cv2.BORDER_CONSTANT, value=(0.0,)
    )
    cropped = camera.cropped(x0=x0, y0=y0, width=width, height=height)
    return np.asarray(rgb, np.float32), np.asarray(alpha, np.float32), cropped


def _scale(
    rgb: Picture, alpha: Plane, camera: Camera, *, scale: float
) -> tuple[OtherPicture, OtherPlane, Camera]:
    """Average the picture down by about `scale`; leave it alone when that would gain little."""
    sixteenths = max(1, round(scale * _GRID))
    if sixteenths >= _GRID - 2:
        return rgb, alpha, camera
    width, height = (side * sixteenths // _GRID for side in (camera.width, camera.height))
    small_rgb = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    small_alpha = cv2.resize(alpha, (width, height), interpolation=cv2.INTER_AREA)
    return (
        np.asarray(small_rgb, np.float32),
        np.asarray(small_alpha, np.float32),
        camera.resized(width=width, height=height),
    )


def _without_rim(encoded: Picture, alpha: Plane, unit_px: float) -> Picture:
    """Replace the rim and the outside by the nearest colour from well inside."""
    inside = alpha >= 0.5
    clear_px, rim_px = (distance * unit_px for distance in _RIM_PX)
    depth = inner_distance(inside)
    deepest = np.asarray(cv2.dilate(depth, np.ones((3, 3), np.uint8)))
    # Thin parts are all rim; their middle line, where no neighbour lies deeper, must stay, or they
    # would take the colour of what they grow from.
    least = np.where(alpha >= _SOLID, np.float32(clear_px), np.float32(rim_px))
    core = inside & (depth >= np.minimum(least, _RIDGE * deepest))
    distance, nearest = nearest_marked(core)
    filled = encoded.reshape(-1, 3)[nearest]
    # Nearest colours run outwards in stripes; soften them the farther out the more.
    soft = np.asarray(cv2.GaussianBlur(filled, (0, 0), max(0.8, rim_px / 2)), np.float32)
    mix = np.clip(distance / np.float32(rim_px), 0, 1)[..., None]
    return filled + (soft - filled) * mix


def _blur(encoded: Picture) -> tuple[OtherPicture, ...]:
    """Build the pyramid, each level with its pixel centres where a look-up expects them."""
    levels = [encoded]
    for _ in range(1, NUM_LEVELS):
        height, width = levels[-1].shape[:2]
        softened = cv2.GaussianBlur(levels[-1], (0, 0), 0.8)
        size = (max(1, (width + 1) // 2), max(1, (height + 1) // 2))
        # Odd sizes are extended first: halving must not move the picture.
        even = cv2.copyMakeBorder(softened, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        halved = cv2.resize(even, size, interpolation=cv2.INTER_AREA)
        levels.append(np.asarray(halved, np.float32))
    return tuple(levels)


def _signed_distance(inside: Bool[np.ndarray, "h w"]) -> Plane:
    """Return distances to the silhouette, which runs half way between the pixel centres."""
    outside_px, _ = nearest_marked(inside)
    return np.where(inside, inner_distance(inside) - np.float32(0.5), np.float32(0.5) - outside_px)


def _lookup(
    picture: Float32[np.ndarray, "h w *c"], pixels: Pixels, method: int
) -> Float32[np.ndarray, " n *c"]:
    """Interpolate at pixel positions; outside, the border repeats."""
    height, width = picture.shape[:2]
    count = len(pixels)
    row = 1 << 14  # OpenCV limits the sides of its maps to 32767.
    where = np.full((max(1, -(-count // row)) * row, 2), 0.5, np.float32)
    # Far outside, positions may be huge or meaningless; OpenCV computes in fixed point.
    where[:count] = np.clip(pixels, 0, (width, height))
    where = where.reshape(-1, row, 2) - np.float32(0.5)
    found = cv2.remap(
        picture, where[..., 0], where[..., 1], method, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found, np.float32).reshape(-1, *picture.shape[2:])[:count]
