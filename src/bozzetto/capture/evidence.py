"""What all checks of a photograph look at, computed once: an overview, and details of the object.

Overview: the whole picture, small. Detail: the luma of the object's box, native up to a limit.
Values are encoded (sRGB), as people see them. Letters: h w rows and columns.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from bozzetto.capture.options import AdviceOptions
from bozzetto.findings import Finding, Region, Severity
from bozzetto.imaging.color import luminance, srgb_from_linear
from bozzetto.imaging.resample import fit_within
from bozzetto.views.mask import Mask
from bozzetto.views.photo import Photo

_HAND_MADE = ("alpha-channel", "user")
_BOX_FILL = 0.985
_MIN_OBJECT = 0.0005
"""Share of the picture below which a mask counts as empty."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Overview:
    """The whole picture at a small size."""

    rgb: Float32[np.ndarray, "h w 3"]
    alpha: Float32[np.ndarray, "h w"]
    """The mask; all ones where there is none."""
    scale: float
    """Overview pixels per photo pixel."""

    @property
    def inside(self) -> Bool[np.ndarray, "h w"]:
        """Pixels of the object."""
        return self.alpha > 0.5

    @property
    def luma(self) -> Float32[np.ndarray, "h w"]:
        """Encoded brightness."""
        return np.asarray(cv2.cvtColor(self.rgb, cv2.COLOR_RGB2GRAY), np.float32)

    def core(self, share: float) -> Bool[np.ndarray, "h w"]:
        """Return the object without a rim of a share of its size; never less than its deepest."""
        inside = self.inside.astype(np.uint8)
        depth = np.asarray(cv2.distanceTransform(np.pad(inside, 1), cv2.DIST_L2, 3))[1:-1, 1:-1]
        rim = share * float(np.sqrt(max(int(inside.sum()), 1)))
        return depth > min(rim, 0.5 * float(depth.max()))


@dataclass(frozen=True, kw_only=True, eq=False)
class CloseUp:
    """The object's box in pixels as fine as they are judged."""

    luma: Float32[np.ndarray, "h w"]
    zone: Bool[np.ndarray, "h w"]
    """Where edges count: the object, with its rim unless that was cut out by a program."""
    scale: float
    """Detail pixels per photo pixel; 1 where native."""
    x0: int
    y0: int
    """Of the box in the photo."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedPhoto:
    """A photograph, prepared for its checks."""

    name: str
    width: int
    height: int
    has_mask: bool
    mask_is_hand_made: bool
    is_cut_out: bool
    """The file itself has alpha along an outline: its background was taken away."""
    alpha_box: Region | None
    """Of the file's own alpha where that is a plain box, in the photo; else None."""
    box: Region
    """Of the object in the photo; the whole photo where there is no mask."""
    overview: Overview
    detail: CloseUp

    def region(self, spots: Bool[np.ndarray, "h w"]) -> Region | None:
        """Return the box, in the photo, of pixels of the overview; None where there are none."""
        box = bounding_box(spots)
        if box is None:
            return None
        scale = self.overview.scale
        return Region(
            x0=int(box.x0 / scale),
            y0=int(box.y0 / scale),
            x1=min(self.width, max(int(np.ceil(box.x1 / scale)), int(box.x0 / scale) + 1)),
            y1=min(self.height, max(int(np.ceil(box.y1 / scale)), int(box.y0 / scale) + 1)),
        )

    def finding(
        self,
        code: str,
        message: str,
        *,
        fix: str,
        measured: float,
        limit: float,
        where: Region | None = None,
        severity: Severity = Severity.WARNING,
    ) -> Finding:
        """Make a finding about this photo; it concerns the object's box unless told otherwise."""
        return Finding(
            code=f"photo.{code}",
            severity=severity,
            message=message,
            fix=fix,
            subject=self.name,
            where=where or self.box,
            measured=measured,
            limit=limit,
        )


def gather(photo: Photo, mask: Mask | None, *, options: AdviceOptions) -> PreparedPhoto:
    """Prepare a photograph for its checks."""
    alpha = _object_alpha(photo, mask)
    whole = Region(x0=0, y0=0, x1=photo.width, y1=photo.height)
    box = (bounding_box(alpha > 0.5) if alpha is not None else None) or whole
    alpha_box = filled_box(photo.alpha > 0.5) if photo.alpha is not None else None
    is_cut_out = photo.alpha is not None and alpha_box is None
    return PreparedPhoto(
        name=photo.name,
        width=photo.width,
        height=photo.height,
        has_mask=alpha is not None,
        mask_is_hand_made=mask is None or mask.source in _HAND_MADE,
        is_cut_out=is_cut_out,
        alpha_box=alpha_box,
        box=box,
        overview=_overview(photo, alpha, options=options),
        detail=_detail(photo, alpha, box=box, is_cut_out=is_cut_out, options=options),
    )


def bounding_box(spots: Bool[np.ndarray, "h w"]) -> Region | None:
    """Return the box around the true pixels; None where there are none."""
    rows, columns = np.flatnonzero(spots.any(axis=1)), np.flatnonzero(spots.any(axis=0))
    if len(rows) == 0:
        return None
    return Region(
        x0=int(columns[0]), y0=int(rows[0]), x1=int(columns[-1]) + 1, y1=int(rows[-1]) + 1
    )


def filled_box(spots: Bool[np.ndarray, "h w"]) -> Region | None:
    """Return the box around the true pixels if they fill it; None where they have an outline."""
    box = bounding_box(spots)
    if box is None or float(spots[box.y0 : box.y1, box.x0 : box.x1].mean()) < _BOX_FILL:
        return None
    return box


def _object_alpha(photo: Photo, mask: Mask | None) -> Float32[np.ndarray, "h w"] | None:
    """Return what tells the object from its background; an empty mask tells nothing."""
    alpha = mask.alpha if mask is not None else photo.alpha
    if alpha is None or alpha.shape != photo.linear_rgb.shape[:2]:
        return None
    return alpha if float((alpha > 0.5).mean()) >= _MIN_OBJECT else None


def _overview(
    photo: Photo, alpha: Float32[np.ndarray, "h w"] | None, *, options: AdviceOptions
) -> Overview:
    """Shrink the picture in linear light, then encode it."""
    rgb = srgb_from_linear(fit_within(photo.linear_rgb, longest_px=options.overview_px))
    small = np.ones(rgb.shape[:2], np.float32)
    if alpha is not None:
        small = fit_within(alpha, longest_px=options.overview_px)
    return Overview(rgb=rgb, alpha=small, scale=rgb.shape[1] / photo.width)


def _detail(
    photo: Photo,
    alpha: Float32[np.ndarray, "h w"] | None,
    *,
    box: Region,
    is_cut_out: bool,
    options: AdviceOptions,
) -> CloseUp:
    """Cut out the object's box, shrunk only where it is larger than a texture would show."""
    window = np.s_[box.y0 : box.y1, box.x0 : box.x1]
    light = fit_within(luminance(photo.linear_rgb[window]), longest_px=options.detail_px)
    inside = np.ones(light.shape, np.uint8)
    if alpha is not None:
        size = (light.shape[1], light.shape[0])
        solid = cv2.resize(np.ascontiguousarray(alpha[window]), size, interpolation=cv2.INTER_AREA)
        inside = _zone(np.asarray(solid), is_cut_out=is_cut_out)
    return CloseUp(
        luma=srgb_from_linear(light),
        zone=inside.astype(bool),
        scale=light.shape[1] / (box.x1 - box.x0),
        x0=box.x0,
        y0=box.y0,
    )


def _zone(alpha: Float32[np.ndarray, "h w"], *, is_cut_out: bool) -> UInt8[np.ndarray, "h w"]:
    """Return where edges count: a cut-out's own rim says nothing of the lens, a photo's does."""
    if not is_cut_out:
        grown = cv2.dilate((alpha > 0.5).astype(np.uint8), np.ones((5, 5), np.uint8))
        return np.asarray(grown, np.uint8)
    solid = np.pad((alpha > 0.98).astype(np.uint8), 1)
    shrunk = np.asarray(cv2.erode(solid, np.ones((9, 9), np.uint8)), np.uint8)[1:-1, 1:-1]
    return shrunk if shrunk.any() else solid[1:-1, 1:-1]
