"""Find what belongs to the object in a photograph, and say what was noticed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bozzetto.findings import Finding
from bozzetto.matting.alpha import refine_alpha
from bozzetto.matting.checks import check_mask
from bozzetto.matting.segment import SegmentOptions, mask_from_alpha, segment
from bozzetto.matting.strokes import apply_strokes
from bozzetto.pipeline.codecs import to_eight_bits
from bozzetto.pipeline.options import MaskOptions
from bozzetto.views.mask import Mask, Stroke
from bozzetto.views.photo import Photo


@dataclass(frozen=True, kw_only=True, eq=False)
class Masked:
    """A photo's mask and what was noticed about it."""

    mask: Mask
    findings: tuple[Finding, ...]
    """About the mask."""
    file_findings: tuple[Finding, ...] = ()
    """About the photo's own file and the user's mask's."""


def make_mask(
    photo: Photo,
    *,
    user_mask: Mask | None = None,
    strokes: Sequence[Stroke] = (),
    options: MaskOptions = MaskOptions(),
) -> Masked:
    """Find what belongs to the object: the user's mask, else the alpha channel, else a network.

    A person's strokes are applied last, to whichever mask it is.

    Raises:
        PhotoError: No object was found.
    """
    mask = user_mask or mask_from_alpha(photo)
    if mask is None:
        mask = segment(photo, options=SegmentOptions(model=options.model))
        mask = refine_alpha(photo, mask)
    if strokes:
        mask = apply_strokes(photo, mask, strokes)
    mask = to_eight_bits(mask)
    return Masked(mask=mask, findings=check_mask(photo, mask))


def join_findings(advice: Sequence[Finding], masks: Sequence[Finding]) -> tuple[Finding, ...]:
    """Join what was said about photos and about their masks; what both say is said once."""
    cut = {finding.subject for finding in advice if finding.code == "photo.frame.cut"}
    kept = [f for f in masks if not (f.code == "mask.frame" and f.subject in cut)]
    return (*advice, *kept)
