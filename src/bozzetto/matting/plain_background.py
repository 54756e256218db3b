"""Objects in front of one plain colour: what the colours alone say about the mask.

A backdrop of one colour, perhaps with a soft fall-off, shows along the frame. Where it is found,
distance from its colour keeps thin parts and cuts out gaps that a network of 320 pixels cannot see.
Letters: h w rows and columns, n border pixels, k coefficients of the fitted fall-off.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64

from bozzetto.imaging.color import linear_from_srgb

Plane = Float32[np.ndarray, "h w"]
Picture = Float32[np.ndarray, "h w 3"]
Region = Bool[np.ndarray, "h w"]


@dataclass(frozen=True, kw_only=True)
class PlainOptions:
    """When a backdrop counts as plain, and how far colours must differ from it."""

    ring: float = 0.015
    """Width of the strip along the frame that is looked at, as a share of the shorter side."""
    min_share: float = 0.8
    """Share of that strip which must show the backdrop."""
    max_noise: float = 0.0095
    """Deviation of the strip from the fitted colour, sRGB 0 to 1, above which it is not plain."""
    near: float = 0.02
    """sRGB distance up to which a pixel is backdrop; raised on noisy pictures."""
    far: float = 0.075
    """sRGB distance from which a pixel is not backdrop; raised on noisy pictures."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Backdrop:
    """A plain background that was found."""

    srgb: Picture
    """Its colour at every pixel, also behind the object."""
    noise: float
    """Standard deviation of the picture about it along the frame."""


def find_backdrop(srgb: Picture, *, options: PlainOptions = PlainOptions()) -> Backdrop | None:
    """Fit a plain backdrop to the strip along the frame; None where there is none."""
    height, width = srgb.shape[:2]
    ring = max(2, round(options.ring * min(height, width)))
    strip = np.ones((height, width), bool)
    strip[ring:-ring, ring:-ring] = False
    rows, columns = np.nonzero(strip)
    terms = _fall_off_terms(columns / width, rows / height)
    colours = srgb[strip].astype(np.float64)
    fit = _fit_trimmed(terms, colours)
    if fit is None:
        return None
    coefficients, inliers, noise = fit
    if inliers.mean() < options.min_share or noise > options.max_noise:
        return None
    y, x = np.mgrid[:height, :width]
    terms = _fall_off_terms((x / width).ravel(), (y / height).ravel())
    model = (terms @ coefficients).reshape(height, width, 3)
    return Backdrop(srgb=np.clip(model, 0, 1).astype(np.float32), noise=noise)


def _fall_off_terms(
    x: Float64[np.ndarray, " n"], y: Float64[np.ndarray, " n"]
) -> Float64[np.ndarray, "n k"]:
    """Evaluate the terms of a quadratic: enough for vignettes and studio sweeps."""
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _fit_trimmed(
    terms: Float64[np.ndarray, "n k"], colours: Float64[np.ndarray, "n 3"]
) -> tuple[Float64[np.ndarray, "k 3"], Bool[np.ndarray, " n"], float] | None:
    """Fit by least squares, again and again without what does not fit."""
    inliers = np.abs(colours - np.median(colours, axis=0)).max(axis=1) < 0.2
    coefficients = np.zeros((terms.shape[1], 3))
    noise = 0.0
    for _ in range(5):
        if inliers.sum() < 0.5 * len(colours):
            return None
        solution = np.linalg.lstsq(terms[inliers], colours[inliers], rcond=None)[0]
        coefficients = np.asarray(solution, np.float64)
        residual = np.asarray(colours - np.matmul(terms, coefficients), np.float64)
        distance = np.max(np.abs(residual), axis=1)
        noise = float(np.square(distance[inliers]).mean()) ** 0.5
        inliers = distance < max(0.03, 3 * float(np.median(distance)))
    return coefficients, inliers, noise


def combine_with_backdrop(
    srgb: Picture,
    coarse: Plane,
    backdrop: Backdrop,
    *,
    options: PlainOptions = PlainOptions(),
) -> Plane:
    """Correct a network's mask by the distance of colours from a plain backdrop.

    Backdrop that reaches the frame is taken out of the mask; parts of another colour than the
    backdrop and its shadows that hang on the object are added.
    """
    near = max(options.near, 3 * backdrop.noise)
    far = max(options.far, 6 * backdrop.noise)
    distance = np.abs(srgb - backdrop.srgb).max(axis=2)
    cover = _cover(distance, far=far)
    empty = _backdrop_region(distance < near, coarse)
    parts = (distance > far) & (cover > 0.5) & ~_shadows(srgb, backdrop, empty)
    added = _hanging_on(parts, coarse > 0.5)
    result = np.where(empty, 0, np.where(added, np.maximum(coarse, cover), coarse))
    # Beside the empty backdrop a pixel of a part is a mixture, and colour tells how much of each.
    rim = _grown(added) & _grown(empty)
    result = np.where(rim, cover, result)
    return result.astype(np.float32)


def _cover(distance: Plane, *, far: float) -> Plane:
    """Estimate how much of a pixel is not backdrop from the strongest difference near it."""
    reach = np.ones((7, 7), np.uint8)
    strongest = np.asarray(cv2.dilate(distance, reach), np.float32)
    return np.clip(distance / np.maximum(0.9 * strongest, far), 0, 1).astype(np.float32)


def _grown(region: Region) -> Region:
    """Grow a region by one pixel."""
    grown = cv2.dilate(region.astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(grown, np.uint8) > 0


def _backdrop_region(like_backdrop: Region, coarse: Plane) -> Region:
    """Keep patches of the backdrop's colour that reach the frame or that the network doubts."""
    count, labels = cv2.connectedComponents(like_backdrop.astype(np.uint8), connectivity=4)
    labels = np.asarray(labels, np.int32)
    sizes = np.bincount(labels.ravel(), minlength=count)
    belief = np.bincount(labels.ravel(), coarse.ravel().astype(np.float64), minlength=count)
    holes = belief / np.maximum(sizes, 1) < 0.9
    frame = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    holes[np.unique(frame)] = True
    holes[0] = False  # Label 0 is everything that does not look like the backdrop.
    return holes[labels]


def _shadows(srgb: Picture, backdrop: Backdrop, empty: Region) -> Region:
    """Find the shadows that lie on the backdrop.

    A shadow darkens, keeps some of the backdrop's colour, and one can walk into it from the empty
    backdrop without crossing a sharp edge; a grey part of the object has an edge all round.
    """
    scale = linear_from_srgb(srgb) / np.maximum(linear_from_srgb(backdrop.srgb), 0.01)
    mean = scale.mean(axis=2)
    tinted_little = (scale.max(axis=2) - scale.min(axis=2)) < 0.5 * np.maximum(mean, 0.5)
    lightness = srgb.mean(axis=2)
    step = cv2.morphologyEx(lightness, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    smooth = tinted_little & (mean > 0.15) & (mean < 1.05) & (np.asarray(step, np.float32) < 0.12)
    walkable = np.asarray(smooth | empty, np.uint8)
    count, labels = cv2.connectedComponents(walkable, connectivity=4)
    labels = np.asarray(labels, np.int32)
    reached = np.zeros(count, bool)
    reached[np.unique(labels[empty])] = True
    reached[0] = False
    return reached[labels] & ~empty


def _hanging_on(parts: Region, certain: Region) -> Region:
    """Keep the pieces that touch what is certain."""
    both = parts | certain
    count, labels = cv2.connectedComponents(both.astype(np.uint8), connectivity=8)
    touched = np.zeros(count, bool)
    labels = np.asarray(labels, np.int32)
    touched[np.unique(labels[certain])] = True
    touched[0] = False
    return touched[labels] & parts
