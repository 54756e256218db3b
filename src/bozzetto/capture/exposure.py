"""Exposure: too dark, too bright, and details lost at either end.

All shares are of the object's pixels, without the rim, where mask and photo may disagree.
Letters: h w rows and columns.
"""

import numpy as np
from jaxtyping import Bool

from bozzetto.capture.evidence import PreparedPhoto
from bozzetto.capture.options import AdviceOptions
from bozzetto.findings import Finding

_RIM = 0.03
_WHITE = 0.985
_BLACK = 0.015
_DIM_SCENE = 0.5
"""Encoded luma: a scene with anything brighter was exposed well, so its object is just dark."""


def find_exposure(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Judge the object's exposure."""
    core = evidence.overview.core(_RIM)
    if not core.any():
        return []
    return [
        *_underexposure(evidence, core, options=options),
        *_overexposure(evidence, core, options=options),
        *_clipped_shadows(evidence, core, options=options),
    ]


def _underexposure(
    evidence: PreparedPhoto, core: Bool[np.ndarray, "h w"], *, options: AdviceOptions
) -> list[Finding]:
    """A dark object in a bright scene is well exposed; a dark object in a dark scene is not."""
    luma = evidence.overview.luma
    brightest = float(np.percentile(luma[core], 90))
    scene = brightest if evidence.is_cut_out else float(np.percentile(luma, 98))
    if brightest >= options.underexposed or scene >= _DIM_SCENE:
        return []
    return [
        evidence.finding(
            "exposure.under",
            f"The photo is too dark: most of the object is below {brightest:.0%} brightness.",
            fix="Use more light or a longer exposure.",
            measured=brightest,
            limit=options.underexposed,
        )
    ]


def _overexposure(
    evidence: PreparedPhoto, core: Bool[np.ndarray, "h w"], *, options: AdviceOptions
) -> list[Finding]:
    """Tell a photo that is too bright throughout from one with burnt-out spots."""
    rgb = evidence.overview.rgb
    blown = (rgb.min(axis=2) >= _WHITE) & core
    share = float(blown.sum() / core.sum())
    if share > options.overexposed:
        return [
            evidence.finding(
                "exposure.over",
                f"The photo is too bright: {share:.0%} of the object are plain white.",
                fix="Expose shorter, or move the object away from the light.",
                measured=share,
                limit=options.overexposed,
                where=evidence.region(blown),
            )
        ]
    if share <= options.clipped_highlights:
        return []
    return [
        evidence.finding(
            "clipping.highlights",
            f"{share:.0%} of the object are burnt out to white, so their detail is lost.",
            fix="Expose shorter, or soften the light with a cloth or a white wall.",
            measured=share,
            limit=options.clipped_highlights,
            where=evidence.region(blown),
        )
    ]


def _clipped_shadows(
    evidence: PreparedPhoto, core: Bool[np.ndarray, "h w"], *, options: AdviceOptions
) -> list[Finding]:
    """Detail lost in black."""
    black = (evidence.overview.rgb.max(axis=2) <= _BLACK) & core
    share = float(black.sum() / core.sum())
    if share <= options.clipped_shadows:
        return []
    return [
        evidence.finding(
            "clipping.shadows",
            f"{share:.0%} of the object are plain black, so their detail is lost.",
            fix="Light the dark side, with a white card for example, or expose longer.",
            measured=share,
            limit=options.clipped_shadows,
            where=evidence.region(black),
        )
    ]
