"""Where each piece of advice starts: one limit per defect, tuned by `benchmarks/advice.py`."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AdviceOptions:
    """Limits above or below which a photograph earns a finding."""

    blur_px: float = 1.35
    """Width of the sharpest quarter of edges, as the sigma of a Gaussian, in pixels of the object
    at `detail_px`; a sharp photo has 0.3 to 1."""
    motion_px: float = 1.3
    """The part of the edges' width that depends on direction, as a sigma; 1.3 is a smear of about
    4 pixels."""
    noise: float = 0.02
    """Standard deviation of the noise in flat parts, encoded luma of 0 to 1."""
    clipped_highlights: float = 0.12
    """Share of the object that is white in all channels."""
    clipped_shadows: float = 0.3
    """Share of the object that is black in all channels."""
    underexposed: float = 0.2
    """Encoded luma that the object's brightest tenth should reach."""
    overexposed: float = 0.4
    """Share of the object with a channel at its maximum."""
    light_falloff_stops: float = 1.6
    """Fall of light across the object that its materials do not explain, in stops."""
    rim_contrast: float = 10.0
    """Colour difference (CIE76) to the background that the rim should have."""
    low_contrast_rim: float = 0.55
    """Share of the rim that may stay below `rim_contrast`."""
    clutter: float = 0.17
    """Share of edge pixels in the background around the object."""
    cut_run: float = 0.06
    """Contact with the frame, relative to the object's own size along it."""
    min_frame_share: float = 0.3
    """The object's larger extent relative to the frame."""
    min_object_px: int = 256
    """Longer side of the object's box."""
    blockiness: float = 2.8
    """Steps across the 8-pixel grid of JPEG relative to steps elsewhere; 1.5 to 2 at quality 75."""
    soft_interior: float = 0.15
    """Share of the object's inside that the mask calls half transparent."""
    see_through: float = 0.42
    """Share of the object's inside that looks like the background around it."""
    specular: float = 0.015
    """Share of the object's inside taken by small white glints."""
    second_object: float = 0.15
    """Size of the second largest piece relative to the largest."""
    symmetry: float = 0.96
    """Overlap of the silhouette with its own mirror image from which a view counts as frontal."""
    detail_px: int = 2048
    """Blur and noise are judged on the object at this size or native, whichever is smaller."""
    overview_px: int = 512
    """All else is judged on the whole picture at this size."""
