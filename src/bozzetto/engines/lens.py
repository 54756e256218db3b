"""Which focal length to work with: the photo's own where it can be believed."""

from dataclasses import dataclass

import numpy as np

from bozzetto.findings import Finding, Severity
from bozzetto.views.foreground import Foreground


@dataclass(frozen=True, kw_only=True)
class StatedLensOptions:
    """Which stated focal lengths are believed, by the angle of the photo's longer side."""

    widest_fov_deg: float = 120.0
    """A stated focal length that would be wider than this is not believed."""
    narrowest_fov_deg: float = 1.0
    """A stated focal length that would be narrower than this is not believed."""


def choose_focal_px(
    foreground: Foreground,
    *,
    assumed_px: float,
    options: StatedLensOptions = StatedLensOptions(),
) -> tuple[float, tuple[Finding, ...]]:
    """Return the focal length in pixels: as the photo states it if believable, else assumed."""
    longest = float(max(foreground.alpha.shape))
    stated = foreground.focal_px
    if stated is None:
        return assumed_px, ()
    widest = focal_px_from_fov(longest, options.widest_fov_deg)
    if widest <= stated <= focal_px_from_fov(longest, options.narrowest_fov_deg):
        return stated, ()
    return assumed_px, (
        Finding(
            code="draft.lens.ignored",
            severity=Severity.WARNING,
            message=f"The stated focal length of {stated:g} px is not believable; "
            f"{assumed_px:.0f} px was assumed.",
            fix="Remove or correct the focal length in the photo's EXIF data.",
            measured=float(stated) if np.isfinite(stated) else None,
        ),
    )


def focal_px_from_fov(side_px: float, fov_deg: float) -> float:
    """Return the focal length at which a side spans an angle."""
    return side_px / 2 / float(np.tan(np.radians(fov_deg) / 2))
