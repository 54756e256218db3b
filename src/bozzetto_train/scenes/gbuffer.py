"""Render one view of an object into a `ViewRecord` with Embree.

Letters: n rays, p covered pixels.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int8, UInt8
from scipy import ndimage

from bozzetto.engines.network.solid import slice_depths
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.color import srgb8_from_linear
from bozzetto_train.objects.model import ObjectModel, SurfacePoints, look_up
from bozzetto_train.scenes.carve import SignedDistance, carve
from bozzetto_train.scenes.record import DISTANCE_STEP, SIZE, ViewRecord, column_mask
from bozzetto_train.scenes.viewpoint import BINS, Viewpoint

MIN_COVERAGE = 0.02
"""Views where the object covers less of the crop than this are not worth keeping."""
_AMBIENT_RAYS = 5
_AMBIENT_REACH = 0.5
_LEANING = 0.15
_LIFT = 2e-4  # Off the surface, so that a ray does not meet the point it starts from.


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """An object prepared for rendering."""

    model: ObjectModel
    caster: Raycaster
    distance: SignedDistance


def prepare_scene(model: ObjectModel) -> Scene:
    """Build what rays and volumes need of an object, once for all its views."""
    caster = Raycaster(model.positions, model.triangles)
    return Scene(model=model, caster=caster, distance=carve(model, caster))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Seen:
    """Where the pixels' rays meet the object."""

    covered: Bool[np.ndarray, " n"]
    points: Float32[np.ndarray, "p 3"]
    normals: Float32[np.ndarray, "p 3"]
    """In the world, towards the camera."""
    surface: SurfacePoints
    depth: Float32[np.ndarray, " p"]
    """Along the optical axis."""


def render(
    scene: Scene, viewpoint: Viewpoint, rng: np.random.Generator, *, size: int = SIZE
) -> ViewRecord | None:
    """Render one record; None when the object hardly shows.

    Args:
        scene: The object.
        viewpoint: The camera and its crop.
        rng: Draws the lamps and the rays towards them.
        size: Pixels a side of the crop, a multiple of 4.
    """
    rays = viewpoint.rays(size)
    seen = _first_surface(scene, viewpoint, rays)
    if seen.covered.mean() < MIN_COVERAGE:
        return None
    reference = float(seen.depth.mean())
    scale = 2 * viewpoint.half * reference
    lights = _draw_lights(rng, viewpoint)
    lit = np.stack([_reached(scene, seen, light, rng=rng) for light in lights], axis=1)
    openness = _openness(scene, seen, rng)
    to_camera = viewpoint.camera_from_world.T.astype(np.float32)
    smooth = np.concatenate([lit, openness[:, None]], axis=1)
    smooth = np.round(_smoothed(smooth, seen.covered, size) * 255).astype(np.uint8)
    return ViewRecord(
        alpha=_coverage(scene, viewpoint, seen.covered, size=size),
        covered=seen.covered.reshape(size, size),
        normals=np.round(seen.normals @ to_camera * 127).astype(np.int8),
        albedo=srgb8_from_linear(seen.surface.albedo),
        hidden_albedo=_hidden_albedo(scene, viewpoint, rays[seen.covered]),
        roughness=np.round(seen.surface.roughness * 255).astype(np.uint8),
        metallic=np.round(seen.surface.metallic * 255).astype(np.uint8),
        openness=smooth[:, 3],
        lit=np.ascontiguousarray(smooth[:, :3]),
        depth=((seen.depth - reference) / scale).astype(np.float16),
        distance=_frustum(
            scene.distance, viewpoint, seen.covered.reshape(size, size), reference=reference
        ),
        lights=(lights @ to_camera).astype(np.float32),
        camera=np.array([*viewpoint.up, viewpoint.half, reference, scale], np.float32),
    )


def _first_surface(scene: Scene, viewpoint: Viewpoint, rays: Float32[np.ndarray, "n 3"]) -> _Seen:
    """Cast every pixel's ray."""
    origin = viewpoint.position.astype(np.float32)
    hits = scene.caster.first_hits(np.broadcast_to(origin, rays.shape), rays)
    covered = hits.found
    surface = look_up(scene.model, hits.triangle[covered], hits.barycentric[covered])
    # Near the outline smooth normals lean away a little; those of a back side do so by far.
    away = (surface.normals * rays[covered]).sum(axis=1) > _LEANING
    normals = np.where(away[:, None], -surface.normals, surface.normals)
    depth = hits.distance[covered]  # The rays have depth 1 along the optical axis.
    return _Seen(
        covered=covered,
        points=origin + rays[covered] * depth[:, None],
        normals=normals.astype(np.float32),
        surface=surface,
        depth=depth,
    )


def _hidden_albedo(
    scene: Scene, viewpoint: Viewpoint, rays: Float32[np.ndarray, "p 3"]
) -> UInt8[np.ndarray, "p 3"]:
    """Cast the same rays from behind and return the colour of what they meet first."""
    beyond = float(np.linalg.norm(viewpoint.position)) + 1
    origins = viewpoint.position.astype(np.float32) + rays * np.float32(beyond)
    hits = scene.caster.first_hits(origins, -rays)
    colors = np.zeros((len(rays), 3), np.uint8)
    found = hits.found
    surface = look_up(scene.model, hits.triangle[found], hits.barycentric[found])
    colors[found] = srgb8_from_linear(surface.albedo)
    return colors


def _draw_lights(rng: np.random.Generator, viewpoint: Viewpoint) -> Float64[np.ndarray, "3 3"]:
    """Draw three directions to lights, above the horizon and mostly on the camera's side."""
    lights = rng.normal(size=(3, 3))
    toward = -viewpoint.camera_from_world[2]
    lights += 0.9 * toward * rng.uniform(0, 1.5, (3, 1))
    lights[:, 1] = np.abs(lights[:, 1]) + 0.1
    return lights / np.linalg.norm(lights, axis=1, keepdims=True)


def _reached(
    scene: Scene, seen: _Seen, light: Float64[np.ndarray, " 3"], *, rng: np.random.Generator
) -> Float32[np.ndarray, " p"]:
    """Tell which points an area light reaches: one ray each, spread over the light."""
    spread = rng.normal(0, rng.uniform(0.01, 0.15), seen.points.shape)
    directions = (light + spread).astype(np.float32)
    origins = seen.points + seen.normals * np.float32(_LIFT)
    lit = np.zeros(len(origins), np.float32)
    facing = (directions * seen.normals).sum(axis=1) > 0
    lit[facing] = ~scene.caster.is_blocked(origins[facing], directions[facing])
    return lit


def _openness(scene: Scene, seen: _Seen, rng: np.random.Generator) -> Float32[np.ndarray, " p"]:
    """Estimate ambient occlusion with a few cosine-weighted rays per point."""
    count = len(seen.points)
    origins = np.repeat(seen.points + seen.normals * np.float32(_LIFT), _AMBIENT_RAYS, axis=0)
    random = rng.normal(size=(count * _AMBIENT_RAYS, 3)).astype(np.float32)
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    directions = np.repeat(seen.normals, _AMBIENT_RAYS, axis=0) + random * np.float32(0.98)
    hits = scene.caster.first_hits(origins, directions)
    open_ = hits.distance > _AMBIENT_REACH
    return open_.reshape(count, _AMBIENT_RAYS).mean(axis=1).astype(np.float32)


def _smoothed(
    values: Float32[np.ndarray, "p c"], covered: Bool[np.ndarray, " n"], size: int
) -> Float32[np.ndarray, "p c"]:
    """Average over 3 x 3 covered pixels; the light rays are few and noisy."""
    image = np.zeros((size * size, values.shape[1] + 1), np.float32)
    image[covered, :-1] = values
    image[covered, -1] = 1
    image = image.reshape(size, size, -1)
    image = ndimage.uniform_filter(image, size=(3, 3, 1), mode="constant")
    flat = image.reshape(size * size, -1)[covered]
    return np.clip(flat[:, :-1] / flat[:, -1:], 0, 1)


def _coverage(
    scene: Scene, viewpoint: Viewpoint, covered: Bool[np.ndarray, " n"], *, size: int
) -> UInt8[np.ndarray, "s s"]:
    """Return alpha, with 3 x 3 rays on pixels that the outline may cross."""
    inside = covered.reshape(size, size)
    edge = ndimage.maximum_filter(inside, 3) & ~ndimage.minimum_filter(inside, 3)
    fine = viewpoint.rays(size * 3).reshape(size, 3, size, 3, 3).transpose(0, 2, 1, 3, 4)
    rays = fine[edge].reshape(-1, 3)
    origins = np.broadcast_to(viewpoint.position.astype(np.float32), rays.shape)
    share = scene.caster.is_blocked(origins, rays).reshape(-1, 9).mean(axis=1)
    alpha = inside.astype(np.float32)
    alpha[edge] = share
    return np.round(alpha * 255).astype(np.uint8)


def _frustum(
    distance: SignedDistance,
    viewpoint: Viewpoint,
    covered: Bool[np.ndarray, "s s"],
    *,
    reference: float,
) -> Int8[np.ndarray, "c k"]:
    """Sample the signed distance in the columns that the object covers, in units of s."""
    columns = column_mask(covered).ravel()
    rays = viewpoint.rays(len(covered) // 2)[columns]
    scale = 2 * viewpoint.half * reference
    depth = (reference + slice_depths(BINS) * scale).astype(np.float32)
    points = viewpoint.position.astype(np.float32) + rays[:, None, :] * depth[None, :, None]
    values = distance.at(points.reshape(-1, 3)).reshape(len(rays), BINS)
    return np.clip(np.round(values / scale / DISTANCE_STEP), -127, 127).astype(np.int8)
