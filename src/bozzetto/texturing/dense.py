"""What is known at the vertices of the dense surface before any texel is filled.

Letters: v vertices, n points, p photos, k all values of a vertex.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.asset.mesh import Mesh, Origin
from bozzetto.asset.seen import SeenMaps
from bozzetto.geometry.closest import SurfacePoints, interpolate
from bozzetto.geometry.measure.symmetry import MirrorPlane
from bozzetto.geometry.raycast import Raycaster
from bozzetto.geometry.smooth import neighbour_mean
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.imaging.resample import sample
from bozzetto.texturing.delight import DelightOptions, PhotoLight, fit_light
from bozzetto.texturing.detail import Anchors, BakeSource
from bozzetto.texturing.gloss import estimate_gloss
from bozzetto.texturing.hidden import hidden_colors
from bozzetto.texturing.materials import MaterialOptions
from bozzetto.texturing.membrane import join_to_known
from bozzetto.texturing.mirror_side import trusted_mirror
from bozzetto.texturing.occlusion import OcclusionOptions, ambient_occlusion
from bozzetto.texturing.photo_source import NUM_LEVELS
from bozzetto.texturing.project import PhotoView, Projected, mirrored_directions, project_photos
from bozzetto.texturing.synthesis import DetailField, synthesize_detail

Points = Float32[np.ndarray, "n 3"]

_CAGE = 0.02  # Of the object's size: farthest step from the finished to the dense surface.
_COVERED = 0.5  # Least coverage of a dense vertex that hands its colour to uncovered ones.
_REACH = 0.12  # Of the object's size: how far the seen colours pull those beside them along.
_CALMING = 8  # Times that normals are averaged before light is read from them.
_FEATHERING = 6  # Times that coverage is averaged over neighbours.
_STEEP = 4.0  # Thin parts have their far side near by and must not fade altogether.
_CLEAR = 0.3  # Confidence from which a photo's material counts.
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
    feather: Float32[np.ndarray, " n"]
    """How far the photos' share may go, 0 to 1; 0 along the border of what they cover."""
    gloss: Float32[np.ndarray, "n 2"]
    """Roughness and metallic."""
    shading: Float32[np.ndarray, "n p"]
    """What each photo's light does to the surface; 1 on average."""
    image_shading: Float32[np.ndarray, "n p"]
    """What it does to the points' mirror images."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Dense:
    """The dense draft and what is known at its vertices."""

    surface: BakeSource
    known: Float32[np.ndarray, "v k"]
    """The columns of `Below`, in its order."""
    detail: DetailField | None
    """For what no photo covers; None where there is none."""
    mirror: MirrorPlane | None
    """Over which hidden places take the colours of seen ones."""
    lights: tuple[PhotoLight, ...]
    """Of the photos, as far as they are taken out."""

    def below(self, anchors: Anchors) -> Below:
        """Look everything up."""
        found = self.surface.interpolate(self.known, anchors)
        return Below(
            colors=found[:, :3],
            openness=found[:, 3],
            trust=found[:, 4],
            feather=found[:, 5],
            gloss=found[:, 6:8],
            shading=found[:, 8 : 8 + len(self.lights)],
            image_shading=found[:, 8 + len(self.lights) :],
        )


@dataclass(frozen=True, kw_only=True)
class DenseOptions:
    """How the dense surface is prepared."""

    occlusion: OcclusionOptions
    """Its seed serves all that is random here."""
    delight: DelightOptions
    material: MaterialOptions


def prepare_dense(
    high: Mesh,
    photos: Sequence[PhotoView],
    *,
    finished: Mesh,
    told: Sequence[SeenMaps | None],
    options: DenseOptions,
    step: Callable[[str], None],
) -> Dense:
    """Find occlusion, light, material, and colours for what no photo covers.

    Args:
        high: With normals; triangles share vertices.
        photos: At least one, in front of the finished surface.
        finished: The simpler surface; symmetry is looked for on it, which is quicker.
        told: What an engine says of the surface in each photo.
        options: How it is done.
        step: Told what is being done; may raise.
    """
    assert high.normals is not None
    size = float(np.ptp(high.positions, axis=0).max())
    seed = options.occlusion.seed
    caster = Raycaster(high.positions, high.triangles)
    # Each surface hides its own points alone: a simpler one may stand in front of a dense one.
    placed = [replace(photo, observer=photo.observer.before(caster)) for photo in photos]
    step("occlusion")
    openness = ambient_occlusion(high, caster, options=options.occlusion)
    step("light")
    blur = _vertex_blur(high, photos)
    lights = tuple(
        _light(high, photo, maps, openness=openness, blur=blur, options=options.delight)
        for photo, maps in zip(placed, told, strict=True)
    )
    calm = _calm_normals(high)
    shading = np.stack([light.shading(calm, openness) for light in lights], axis=1)
    step("hidden sides")
    mirror = trusted_mirror(finished, photos, seed=seed)
    # Both sides of an object that is its own mirror image are open alike.
    image = calm if mirror is None else mirrored_directions(calm, mirror)
    image_shading = np.stack([light.shading(image, openness) for light in lights], axis=1)
    seen = project_photos(
        placed,
        high.positions,
        high.normals,
        mirror=mirror,
        shading=shading,
        image_shading=image_shading,
        least_blur=blur,
    )
    colors, trust = _without_detail(high, placed, seen, reach=_REACH * size)
    gloss = _gloss(high, placed, told, colors=colors, options=options.material)
    detail = None
    if float((seen.coverage < _COVERED).mean()) > _HIDDEN:
        detail = synthesize_detail(
            photos[0].source,
            low=high.positions.min(axis=0),
            size=np.ptp(high.positions, axis=0).astype(np.float32),
            guide=_Guide(high, caster, colors),
            seed=seed,
        )
    feather = _feather(high, seen.coverage)
    values = (
        colors,
        openness[:, None],
        trust[:, None],
        feather[:, None],
        gloss,
        shading,
        image_shading,
    )
    return Dense(
        surface=BakeSource(high, caster, cage=_CAGE * size),
        known=np.concatenate(values, axis=1, dtype=np.float32),
        detail=detail,
        mirror=mirror,
        lights=lights,
    )


def _feather(high: Mesh, coverage: Float32[np.ndarray, " v"]) -> Float32[np.ndarray, " v"]:
    """Return a share that reaches 0 where coverage ends, and 1 a few vertices further in.

    Visibility ends sharply; the photos' colours must have faded out before.
    """
    mean = neighbour_mean(high.num_vertices, high.triangles)
    near = coverage.astype(np.float64)
    for _ in range(_FEATHERING):
        near = (near + mean @ near) / 2
    return np.clip((near - 0.5) * _STEEP, 0, 1).astype(np.float32)


def _light(
    high: Mesh,
    photo: PhotoView,
    maps: SeenMaps | None,
    *,
    openness: Float32[np.ndarray, " v"],
    blur: float,
    options: DelightOptions,
) -> PhotoLight:
    """Estimate the light of one photo."""
    assert high.normals is not None
    seen = project_photos([photo], high.positions, high.normals, least_blur=blur)
    albedo = None if maps is None else _told(photo, maps, high.positions, layers=(maps.albedo,))
    return fit_light(
        seen.colors,
        _calm_normals(high),
        openness,
        weights=seen.confidence,
        albedo=albedo,
        options=options,
    )


def _calm_normals(high: Mesh) -> Float32[np.ndarray, "v 3"]:
    """Return normals without the surface's small unevenness, which light would be read from."""
    assert high.normals is not None
    mean = neighbour_mean(high.num_vertices, high.triangles)
    normals = high.normals.astype(np.float64)
    for _ in range(_CALMING):
        normals = mean @ normals
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.where(length > 1e-6, normals / np.maximum(length, 1e-6), high.normals).astype(
        np.float32
    )


def _told(
    photo: PhotoView,
    maps: SeenMaps,
    points: Points,
    *,
    layers: Sequence[Float32[np.ndarray, "_ _ 3"] | Float32[np.ndarray, "_ _"]],
) -> Float32[np.ndarray, "n c"]:
    """Look maps up at points, side by side."""
    cells = maps.cells(photo.given.project(points)[0])
    found = [sample(layer, cells) for layer in layers]
    return np.concatenate([f if f.ndim == 2 else f[:, None] for f in found], axis=1)


def _gloss(
    high: Mesh,
    photos: Sequence[PhotoView],
    told: Sequence[SeenMaps | None],
    *,
    colors: Float32[np.ndarray, "v 3"],
    options: MaterialOptions,
) -> Float32[np.ndarray, "v 2"]:
    """Return roughness and metallic of every vertex."""
    assert high.normals is not None
    best = np.zeros(high.num_vertices, np.float32)
    found = np.zeros((high.num_vertices, 2), np.float32)
    for photo, maps in zip(photos, told, strict=True):
        if maps is None:
            continue
        confidence = project_photos([photo], high.positions, high.normals).confidence
        values = _told(photo, maps, high.positions, layers=(maps.roughness, maps.metallic))
        better = confidence > best
        found[better], best[better] = values[better], confidence[better]
    gloss = estimate_gloss(colors, seen=best > _CLEAR, found=found, options=options)
    return np.stack([gloss.roughness, gloss.metallic], axis=1)


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
