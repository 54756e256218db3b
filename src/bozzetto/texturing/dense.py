"""What is known at the vertices of the dense surface before any texel is filled.

Letters: v vertices, n points, p photos, k all values of a vertex.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.asset.mesh import Mesh, Origin
from bozzetto.geometry.closest import SurfacePoints, interpolate
from bozzetto.geometry.raycast import Raycaster
from bozzetto.geometry.symmetry import MirrorPlane
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.texturing.detail import Anchors, DenseSurface
from bozzetto.texturing.hidden import hidden_colors
from bozzetto.texturing.membrane import join_to_known
from bozzetto.texturing.mirror_side import trusted_mirror
from bozzetto.texturing.occlusion import OcclusionOptions, ambient_occlusion
from bozzetto.texturing.photo_source import NUM_LEVELS
from bozzetto.texturing.project import PhotoView, Projected, project_photos
from bozzetto.texturing.synthesis import DetailField, synthesize_detail

Points = Float32[np.ndarray, "n 3"]

_CAGE = 0.02  # Of the object's size: farthest step from the finished to the dense surface.
_COVERED = 0.5  # Least coverage of a dense vertex that hands its colour to uncovered ones.
_REACH = 0.12  # Of the object's size: how far the seen colours pull those beside them along.
_HIDDEN = 0.01  # Least share of hidden vertices for which detail is made.


@dataclass(frozen=True, kw_only=True, eq=False)
class Below:
    """What the dense surface tells of points of the finished one."""

    colors: Float32[np.ndarray, "n 3"]
    """For what no photo covers; without detail, sRGB-encoded."""
    openness: Float32[np.ndarray, " n"]
    """Share of the sky that is open."""
    trust: Float32[np.ndarray, " n"]
    """Confidence of a predicted colour; 0 where nothing was predicted."""
    shading: Float32[np.ndarray, "n p"]
    """What each photo's light does to the surface; 1 on average."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Dense:
    """The dense draft and what is known at its vertices."""

    surface: DenseSurface
    known: Float32[np.ndarray, "v k"]
    """The columns of `Below`, in its order."""
    detail: DetailField | None
    """For what no photo covers; None where there is none."""
    mirror: MirrorPlane | None
    """Over which hidden places take the colours of seen ones."""

    def below(self, anchors: Anchors) -> Below:
        """Look everything up."""
        found = self.surface.interpolate(self.known, anchors)
        return Below(
            colors=found[:, :3], openness=found[:, 3], trust=found[:, 4], shading=found[:, 5:]
        )


def prepare_dense(
    high: Mesh,
    photos: Sequence[PhotoView],
    *,
    shading: Float32[np.ndarray, "v p"],
    occlusion: OcclusionOptions,
    step: Callable[[str], None],
) -> Dense:
    """Find colours for what no photo covers, and occlusion.

    Args:
        high: With normals; triangles share vertices.
        photos: At least one.
        shading: What each photo's light does to each vertex.
        occlusion: How it is measured; its seed serves all that is random here.
        step: Told what is being done; may raise.
    """
    assert high.normals is not None
    size = float(np.ptp(high.positions, axis=0).max())
    caster = Raycaster(high.positions, high.triangles)
    mirror = trusted_mirror(high, photos, seed=occlusion.seed)
    seen = project_photos(
        photos,
        high.positions,
        high.normals,
        mirror=mirror,
        shading=shading,
        least_blur=_vertex_blur(high, photos),
    )
    step("hidden sides")
    colors, trust = _without_detail(high, photos, seen, reach=_REACH * size)
    detail = None
    if float((seen.coverage < _COVERED).mean()) > _HIDDEN:
        detail = synthesize_detail(
            photos[0].source,
            low=high.positions.min(axis=0),
            size=np.ptp(high.positions, axis=0).astype(np.float32),
            guide=_Guide(high, caster, colors),
            seed=occlusion.seed,
        )
    step("occlusion")
    openness = ambient_occlusion(high, caster, options=occlusion)
    return Dense(
        surface=DenseSurface(high, caster, cage=_CAGE * size),
        known=np.concatenate([colors, openness[:, None], trust[:, None], shading], axis=1),
        detail=detail,
        mirror=mirror,
    )


def _without_detail(
    high: Mesh, photos: Sequence[PhotoView], seen: Projected, *, reach: float
) -> tuple[Float32[np.ndarray, "v 3"], Float32[np.ndarray, " v"]]:
    """Return a colour for every vertex, and the trust in it where an engine predicted it."""
    assert high.normals is not None
    predicted = np.zeros(high.num_vertices, bool)
    own = np.zeros((high.num_vertices, 3), np.float32)
    if high.colors is not None and high.origin is not None:
        predicted, own = high.origin == Origin.INFERRED, srgb_from_linear(high.colors)
    target = hidden_colors(photos, high.positions, high.normals, predicted=predicted, colors=own)
    colors = join_to_known(
        target,
        srgb_from_linear(seen.colors),
        seen.coverage >= _COVERED,
        positions=high.positions,
        triangles=high.triangles,
        reach=reach,
    )
    trust = np.zeros(high.num_vertices, np.float32)
    if high.confidence is not None:
        trust = np.where(predicted, high.confidence, np.float32(0))
    return np.clip(colors, 0, 1), trust


def _vertex_blur(high: Mesh, photos: Sequence[PhotoView]) -> float:
    """Return the blur at which a photo shows no more than the vertices can hold."""
    steps = high.positions[high.triangles[:, 1]] - high.positions[high.triangles[:, 0]]
    spacing = float(np.linalg.norm(steps, axis=1).mean())
    camera = photos[0].source.camera
    distance = float(np.linalg.norm(camera.position - high.positions.mean(axis=0)))
    pixels = spacing * camera.focal_px / max(distance, 1e-9)
    return float(np.clip(np.log2(max(pixels, 1.0)), 0, NUM_LEVELS - 1))


class _Guide:
    """Tells synthesis which colour a ray meets."""

    def __init__(self, high: Mesh, caster: Raycaster, colors: Float32[np.ndarray, "v 3"]) -> None:
        self._high, self._caster, self._colors = high, caster, colors

    def __call__(self, starts: Points, directions: Points) -> tuple[Points, Bool[np.ndarray, " n"]]:
        """Look along rays."""
        hits = self._caster.first_hits(starts, directions)
        at = SurfacePoints(
            triangle=np.where(hits.found, hits.triangle, np.int32(0)), barycentric=hits.barycentric
        )
        return interpolate(self._colors, self._high.triangles, at), hits.found
