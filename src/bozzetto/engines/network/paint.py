"""Colours, confidence and origin of each vertex: from the photos where they see it, else predicted.

Letters: v vertices, y x rows and columns of the working grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

from bozzetto.asset.mesh import Origin
from bozzetto.engines.inflate.paint import cell_colors, facing_camera
from bozzetto.engines.network.view import View
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.resample import sample
from bozzetto.views.camera import Camera

Colors = Float32[np.ndarray, "v 3"]
Shares = Float32[np.ndarray, " v"]

_TOLERANCE = np.float32(0.008)  # Metres behind the first surface that still count as seen.
_BLEND = (0.1, 0.9)  # Shares of the way through the object where hidden colours start and reign.
_TURNED_AWAY = (-0.35, -0.05)  # Cosines: along the outline rays miss the surface in front.
_COVERED = 0.25  # Alpha below which a vertex lies outside the object as photographed.
_SEEN = 0.5  # Share of the photo's colour from which a vertex counts as observed.
_EDGE_CONFIDENCE = 0.15  # Seen, but at a grazing angle.
_HIDDEN_CONFIDENCE = 0.35  # Predicted by a network that is sure of it.
_EXPOSURE = (0.2, 4.0)  # Believable ratios of the photo's colour to the albedo under it.


@dataclass(frozen=True, kw_only=True, eq=False)
class Paint:
    """Per-vertex attributes of a draft."""

    colors: Colors
    """Linear."""
    confidence: Shares
    """1 where a photo shows the surface head-on, below 0.4 where it is predicted."""
    origin: UInt8[np.ndarray, " v"]
    """OBSERVED or INFERRED."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Seen:
    """What one view says of the vertices."""

    colors: Colors
    """The photo's."""
    hidden: Colors
    """The predicted far side's, under the photo's light."""
    shares: Shares
    """How much the photo's own colour counts, 0 to 1."""
    facing: Shares
    """Cosine between normal and direction to the camera."""
    covered: Shares
    """The photo's alpha there."""


def paint(
    positions: Float32[np.ndarray, "v 3"],
    normals: Float32[np.ndarray, "v 3"],
    *,
    caster: Raycaster,
    views: Sequence[View],
    cameras: Sequence[Camera],
    certainty: Shares,
) -> Paint:
    """Paint a surface from its photos; where several see a vertex, the best facing one wins.

    Args:
        positions: In the asset frame.
        normals: At the vertices.
        caster: Over the surface.
        views: At least one.
        cameras: One for each view.
        certainty: 0 to 1: how sure the network is of the surface there.
    """
    seen = [
        _look(positions, normals, caster=caster, view=view, camera=camera)
        for view, camera in zip(views, cameras, strict=True)
    ]
    fronts = [
        (one.shares * np.clip(one.facing, 0.05, 1)) ** np.float32(3) + np.float32(1e-9)
        for one in seen
    ]
    backs = [np.clip(-one.facing, 0.05, 1) ** np.float32(2) for one in seen]
    share = np.max([one.shares for one in seen], axis=0)
    observed = _mixed([one.colors for one in seen], fronts)
    hidden = _mixed([one.hidden for one in seen], backs)
    colors = hidden + (observed - hidden) * share[:, None]
    own = np.max([one.shares * np.clip(one.facing, _EDGE_CONFIDENCE, 1) for one in seen], axis=0)
    confidence = np.maximum(own, np.float32(_HIDDEN_CONFIDENCE) * certainty)
    covered = np.max([np.where(one.shares > _SEEN, one.covered, 0) for one in seen], axis=0)
    is_seen = (share > _SEEN) & (covered >= _COVERED)
    return Paint(
        colors=np.clip(colors, 0, 1).astype(np.float32),
        confidence=np.clip(confidence, 0, 1).astype(np.float32),
        origin=np.where(is_seen, Origin.OBSERVED.value, Origin.INFERRED.value).astype(np.uint8),
    )


def _look(
    positions: Float32[np.ndarray, "v 3"],
    normals: Float32[np.ndarray, "v 3"],
    *,
    caster: Raycaster,
    view: View,
    camera: Camera,
) -> _Seen:
    """Look the vertices up in one photo."""
    pixels, _ = camera.project(positions)
    cells = (pixels - np.array(view.grid.corner_px)) / np.array(view.grid.cell_px)
    colors, alpha = cell_colors(view.foreground, view.grid)
    facing = facing_camera(positions, normals, camera=camera).astype(np.float32)
    side = view.prediction.hidden_albedo.shape[0]
    places = (view.crop.coordinates(pixels) + 1) * (side / 2)
    return _Seen(
        colors=sample(colors, cells),
        hidden=sample(view.prediction.hidden_albedo, places) * _exposure(view, colors, alpha),
        shares=_shares(positions, caster=caster, camera=camera) * _ramp(facing, _TURNED_AWAY),
        facing=facing,
        covered=sample(alpha, cells),
    )


def _shares(positions: Float32[np.ndarray, "v 3"], *, caster: Raycaster, camera: Camera) -> Shares:
    """Return 1 on the first surface along each ray, falling to 0 towards the last one."""
    eye = camera.position.astype(np.float32)
    away = positions - eye
    distance = np.maximum(np.linalg.norm(away, axis=1), np.float32(1e-6))
    away /= distance[:, None]
    first = caster.first_hits(np.broadcast_to(eye, away.shape), away).distance
    beyond = np.float32(distance.max() + 2)
    # Seen from beyond the object: the first hit on the way back is the last one on the way there.
    back = caster.first_hits(eye + away * beyond, -away).distance
    first = np.where(np.isfinite(first), np.minimum(first, distance), distance)
    last = np.where(np.isfinite(back), np.maximum(beyond - back, distance), distance)
    behind = np.maximum(distance - first - _TOLERANCE, 0) / np.maximum(last - first, _TOLERANCE)
    return 1 - _ramp(behind.astype(np.float32), _BLEND)


def _ramp(values: Shares, ends: tuple[float, float]) -> Shares:
    """Rise smoothly from 0 at the first end to 1 at the second."""
    low, high = ends
    t = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def _exposure(
    view: View, colors: Float32[np.ndarray, "y x 3"], alpha: Float32[np.ndarray, "y x"]
) -> Float32[np.ndarray, " 3"]:
    """Return the photo's light: the mean ratio of its colours to the predicted albedo.

    Args:
        view: The photo.
        colors: Its colours on its working grid.
        alpha: How much of each cell is covered.
    """
    u, v = view.cell_coordinates()
    side = view.prediction.albedo.shape[0]
    places = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    albedo = sample(view.prediction.albedo, (places + 1) * (side / 2))
    weight = alpha.reshape(-1, 1)
    photo, predicted = (colors.reshape(-1, 3) * weight).sum(axis=0), (albedo * weight).sum(axis=0)
    return np.clip(photo / np.maximum(predicted, 1e-6), *_EXPOSURE).astype(np.float32)


def _mixed(colors: Sequence[Colors], weights: Sequence[Shares]) -> Colors:
    """Return the weighted mean."""
    total = np.stack(weights)
    mixed = np.einsum("nv,nvc->vc", total, np.stack(colors)) / total.sum(axis=0)[:, None]
    return np.asarray(mixed, np.float32)
