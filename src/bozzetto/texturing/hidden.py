"""Colours without detail for what no photo shows.

Where an engine predicted colours they count, freed of small marks that only repeat the front: a
network that never saw the back likes to paint the eyes there again. Broad parts, like trousers and
bands, usually do go round, so they stay. Without a prediction a hidden place takes what prevails in
the photo in front of it: so much of its surroundings goes into that colour that neither eyes nor
letters come through. All colours are sRGB-encoded. Letters: v vertices, h w rows
and columns, n points.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.imaging.resample import sample
from bozzetto.texturing.nearest import nearest_marked
from bozzetto.texturing.photo_source import ProjectedPhoto
from bozzetto.texturing.project import PhotoView

Colors = Float32[np.ndarray, "v 3"]
Picture = Float32[np.ndarray, "h w 3"]
OtherPicture = Float32[np.ndarray, "_ _ 3"]
Plane = Float32[np.ndarray, "_ _"]

_CALM_PX = 64  # The object's size in calm pictures.
_CALM_WINDOW = 27  # Four tenths of the object: what covers less than half of that window vanishes.
_MARK_WINDOW = 9  # A seventh of it: so much smaller are eyes and letters than trousers and bands.
_DETAIL = (0.03, 0.10)  # Differences of marks from their surroundings: count none, and fully.


def hidden_colors(
    views: Sequence[PhotoView],
    positions: Float32[np.ndarray, "v 3"],
    normals: Float32[np.ndarray, "v 3"],
    *,
    predicted: Bool[np.ndarray, " v"],
    colors: Colors,
) -> Colors:
    """Return a colour for every vertex as if no photo showed it.

    Args:
        views: At least one.
        positions: In the asset frame.
        normals: Unit, outward.
        predicted: Where an engine predicted the colour.
        colors: The prediction, sRGB-encoded; ignored elsewhere.
    """
    total = np.zeros_like(colors)
    weights = np.zeros(len(positions), np.float32)
    fronts: list[tuple[Float32[np.ndarray, " v"], Colors]] = []
    for view in views:
        camera = view.source.camera
        pixels = camera.project(positions)[0].astype(np.float32)
        rays = camera.position - positions
        rays /= np.maximum(np.linalg.norm(rays, axis=1, keepdims=True), 1e-9)
        facing = np.einsum("ij,ij->i", rays, normals).astype(np.float32)
        calm = _Calm(view.source)
        own = np.clip(colors, 0, 1)
        fronts.append((facing, calm.without_echo(own, pixels, predicted & (facing < 0))))
        weight = facing**2 + np.float32(0.01)
        total += calm.at(pixels) * weight[:, None]
        weights += weight
    prevailing = total / weights[:, None]
    # The photo that a hidden place turns away from most is the one it repeats, if any.
    result = fronts[0][1].copy()
    deepest = fronts[0][0]
    for facing, cleaned in fronts[1:]:
        better = facing < deepest
        result[better], deepest = cleaned[better], np.minimum(facing, deepest)
    return np.where(predicted[:, None], result, prevailing).astype(np.float32)


class _Calm:
    """A photo reduced to what prevails around each place."""

    def __init__(self, source: ProjectedPhoto) -> None:
        self._scale = _CALM_PX / source.size_px
        picture = source.levels[0]
        height, width = (max(1, round(side * self._scale)) for side in picture.shape[:2])
        self._front = np.asarray(
            cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.float32
        )
        self._calm = _softened(_prevailing(self._front, _CALM_WINDOW))
        # Not softened: along the borders of broad parts there must be no difference.
        self._marks = self._front - _prevailing(self._front, _MARK_WINDOW)

    def at(self, pixels: Float32[np.ndarray, "v 2"]) -> Colors:
        """Look up the prevailing colour at pixels of the photo."""
        return sample(self._calm, pixels * np.float32(self._scale))

    def without_echo(
        self, colors: Colors, pixels: Float32[np.ndarray, "v 2"], behind: Bool[np.ndarray, " v"]
    ) -> Colors:
        """Take out of predicted colours the marks that the photo has in front of them as well."""
        if not behind.any():
            return colors
        cells = pixels[behind] * np.float32(self._scale)
        gathered = self._gathered(colors[behind], cells)
        prevailing = _prevailing(gathered, _MARK_WINDOW)
        echo = sample(self._echo(gathered - prevailing), cells)[:, None]
        base = sample(_softened(prevailing), cells)
        result = colors.copy()
        result[behind] += (base - colors[behind]) * echo
        return result

    def _echo(self, detail: OtherPicture) -> Plane:
        """Return where detail repeats the photo's marks, 0 to 1, with some room around."""
        strength = np.linalg.norm(self._marks, axis=2)
        likeness = (self._marks * detail).sum(axis=2) / np.maximum(
            strength * np.linalg.norm(detail, axis=2), 1e-6
        )
        low, high = _DETAIL
        share = np.clip((strength - low) / (high - low), 0, 1) * np.clip(2 * likeness, 0, 1)
        # Networks repeat it a little out of place.
        share = cv2.dilate(share.astype(np.float32), np.ones((5, 5), np.uint8))
        return np.asarray(cv2.GaussianBlur(share, (0, 0), 1.5), np.float32)

    def _gathered(
        self, colors: Float32[np.ndarray, "n 3"], cells: Float32[np.ndarray, "n 2"]
    ) -> OtherPicture:
        """Average scattered colours in the calm picture's pixels; empty ones take the nearest."""
        height, width = self._calm.shape[:2]
        column = np.clip(cells[:, 0].astype(np.int64), 0, width - 1)
        row = np.clip(cells[:, 1].astype(np.int64), 0, height - 1)
        index = row * width + column
        counts = np.bincount(index, minlength=height * width)
        sums = [np.bincount(index, weights=colors[:, k], minlength=len(counts)) for k in range(3)]
        mean = np.stack(sums, axis=1) / np.maximum(counts, 1)[:, None]
        _, nearest = nearest_marked(counts.reshape(height, width) > 0)
        return mean[nearest].astype(np.float32)


def _prevailing(picture: Picture, window: int) -> Picture:
    """Return the median of each pixel's surroundings; borders between broad parts stay sharp."""
    eight_bits = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    framed = cv2.copyMakeBorder(eight_bits, window, window, window, window, cv2.BORDER_REPLICATE)
    calm = np.asarray(cv2.medianBlur(framed, window), np.float32)[window:-window, window:-window]
    return calm / np.float32(255)


def _softened(picture: Picture) -> Picture:
    """Blur a picture a little."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.5), np.float32)
