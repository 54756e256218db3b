"""Where the object stands in the frame: cut, too small, of too few pixels, not alone.

Letters: h w rows and columns.
"""

import cv2
import numpy as np
from jaxtyping import Bool, Int32

from bozzetto.capture.evidence import PreparedPhoto
from bozzetto.capture.options import AdviceOptions
from bozzetto.findings import Finding, Region, Severity

_FEW_PX = 96
"""Longer side of an object below which nothing can be made of it."""
_JOIN = 0.01
"""Gaps that count as joined, relative to the frame: thin parts break easily in a mask."""


def find_framing(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Judge the object's place and size in the frame."""
    findings = _low_resolution(evidence, options=options)
    if not evidence.has_mask:
        return findings
    return [
        *findings,
        *_cut_by_frame(evidence, options=options),
        *_too_small(evidence, options=options),
        *_several_objects(evidence, options=options),
    ]


def _low_resolution(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Count the object's pixels."""
    box = evidence.box
    longer = max(box.x1 - box.x0, box.y1 - box.y0)
    if longer >= options.min_object_px:
        return []
    return [
        evidence.finding(
            "resolution.low",
            f"The object is only {longer} pixels large; "
            f"{options.min_object_px} are the least for a good texture.",
            fix="Use the original photo, or go closer.",
            measured=float(longer),
            limit=float(options.min_object_px),
            severity=Severity.ERROR if longer < _FEW_PX else Severity.WARNING,
        )
    ]


def _cut_by_frame(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Find the side of the frame that the object runs into most."""
    inside = evidence.overview.inside
    height, width = inside.shape
    rows, columns = inside.any(axis=1).sum(), inside.any(axis=0).sum()
    contacts = {
        "left": inside[:, :2].any(axis=1).sum() / rows,
        "right": inside[:, -2:].any(axis=1).sum() / rows,
        "top": inside[:2].any(axis=0).sum() / columns,
        "bottom": inside[-2:].any(axis=0).sum() / columns,
    }
    side = max(contacts, key=lambda s: contacts[s])
    contact = float(contacts[side])
    if contact <= options.cut_run:
        return []
    strips = {
        "left": Region(x0=0, y0=0, x1=max(2, width // 20), y1=height),
        "right": Region(x0=width - max(2, width // 20), y0=0, x1=width, y1=height),
        "top": Region(x0=0, y0=0, x1=width, y1=max(2, height // 20)),
        "bottom": Region(x0=0, y0=height - max(2, height // 20), x1=width, y1=height),
    }
    strip, cut = strips[side], np.zeros_like(inside)
    window = np.s_[strip.y0 : strip.y1, strip.x0 : strip.x1]
    cut[window] = inside[window]
    sides = [s for s, c in contacts.items() if c > options.cut_run]
    return [
        evidence.finding(
            "frame.cut",
            f"The object is cut by the {' and '.join(sides)} of the frame.",
            fix="Step back so that all of it is in the picture, with some space around.",
            measured=contact,
            limit=options.cut_run,
            where=evidence.region(cut),
        )
    ]


def _too_small(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Compare the object with the frame."""
    box = evidence.box
    share = max((box.x1 - box.x0) / evidence.width, (box.y1 - box.y0) / evidence.height)
    if share >= options.min_frame_share:
        return []
    return [
        evidence.finding(
            "frame.small",
            f"The object takes only {share:.0%} of the frame.",
            fix="Go closer, or crop the photo.",
            measured=share,
            limit=options.min_frame_share,
        )
    ]


def _several_objects(evidence: PreparedPhoto, *, options: AdviceOptions) -> list[Finding]:
    """Compare the two largest pieces of the mask."""
    labels, areas = _pieces(evidence.overview.inside)
    if len(areas) < 2:
        return []
    order = areas.argsort()[::-1]
    share = float(areas[order[1]] / areas[order[0]])
    if share <= options.second_object:
        return []
    count = int((areas > options.second_object * areas[order[0]]).sum())
    return [
        evidence.finding(
            "objects.several",
            f"There seem to be {count} separate objects.",
            fix="Photograph one object at a time, or mask the one you want.",
            measured=share,
            limit=options.second_object,
            where=evidence.region(labels == order[1] + 1),
        )
    ]


def _pieces(
    inside: Bool[np.ndarray, "h w"],
) -> tuple[Int32[np.ndarray, "h w"], Int32[np.ndarray, " n"]]:
    """Label the separate pieces from 1 on, and count their pixels."""
    reach = 2 * max(1, round(_JOIN * max(inside.shape))) + 1
    grown = cv2.dilate(inside.astype(np.uint8), np.ones((reach, reach), np.uint8))
    count, joined = cv2.connectedComponents(grown)
    labels = np.asarray(joined, np.int32) * inside
    areas = np.bincount(labels.ravel(), minlength=count)[1:].astype(np.int32)
    return labels, areas
