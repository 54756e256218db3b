"""Colours of surface samples, one function per render style. All colours are linear.

Letters: v vertices, n samples, r rays per point.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.asset.material import Material
from bozzetto.asset.mesh import Mesh, Origin
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.color import linear_from_srgb8
from bozzetto.imaging.resample import sample
from bozzetto.qa.rendering.base import RenderShape, RenderStyle
from bozzetto.qa.rendering.visibility import Samples

Colors = Float32[np.ndarray, "n 3"]
Values = Float32[np.ndarray, " n"]

CLAY = (0.52, 0.51, 0.49)
"""Linear base colour of shapes without one."""

ORIGIN_COLORS: dict[Origin, tuple[int, int, int]] = {
    Origin.EMPTY: (205, 205, 205),
    Origin.OBSERVED: (70, 145, 105),
    Origin.MIRRORED: (92, 130, 190),
    Origin.INFERRED: (226, 164, 84),
}
"""sRGB; apart in lightness too, so that they survive a grey print and colour blindness."""

_WIRE = (0.028, 0.032, 0.04)
_WIRE_PX = 0.9
_PALE = (0.72, 0.72, 0.71)
_LOW_CONFIDENCE = np.array([0.010, 0.012, 0.055], np.float32)
_HIGH_CONFIDENCE = np.array([0.98, 0.83, 0.40], np.float32)


@dataclass(frozen=True, kw_only=True)
class _Rig:
    """Lamps fixed to the camera, so that every side is lit alike."""

    key: tuple[float, float, float]
    """Towards the lamp, in the camera's frame."""
    key_strength: float
    fill_strength: float
    room: float
    """Of the light from all around."""


_STUDIO = _Rig(key=(-0.48, -0.62, -0.62), key_strength=0.62, fill_strength=0.18, room=1.0)
_RIGS = {
    RenderStyle.LIT_LEFT: _Rig(
        key=(-0.80, -0.40, -0.45), key_strength=1.1, fill_strength=0.0, room=0.3
    ),
    RenderStyle.LIT_RIGHT: _Rig(
        key=(0.80, -0.40, -0.45), key_strength=1.1, fill_strength=0.0, room=0.3
    ),
}
_FILL_IN_CAMERA = (0.80, -0.05, -0.60)
_SKY = np.array([0.62, 0.64, 0.68], np.float32)
_GROUND = np.array([0.30, 0.29, 0.28], np.float32)
_LEAST_OPENNESS = 0.3  # Vertices inside another part see nothing, yet must not look burnt.
_SPECULAR_OF_DIELECTRICS = 0.04


def shade(
    shape: RenderShape, samples: Samples, *, style: RenderStyle, openness: Float32[np.ndarray, " v"]
) -> Colors:
    """Colour the samples of one picture.

    Args:
        shape: What is drawn; its mesh has normals.
        samples: What the picture sees.
        style: What to show.
        openness: Per vertex, from `measure_openness`; 1 where nothing shades the surface.
    """
    if style is RenderStyle.BASE_COLOR:
        return _base_color(shape, samples)
    if style is RenderStyle.ORIGIN:
        return _origin_color(shape, samples)
    if style is RenderStyle.CONFIDENCE:
        mix = _confidence(shape, samples)[:, None]
        return _LOW_CONFIDENCE * (1 - mix) + _HIGH_CONFIDENCE * mix
    normals = _smooth_normals(samples)
    if style is RenderStyle.NORMALS:
        return _normal_color(normals, samples)
    rig = _RIGS.get(style, _STUDIO)
    if style is RenderStyle.TEXTURED or style in _RIGS:
        return _textured(shape, samples, normals=normals, openness=openness, rig=rig)
    light = _diffuse_light(normals, samples, openness=openness, rig=rig)
    if style is RenderStyle.CLAY:
        return light * np.array(CLAY, np.float32)
    wire = _wire_coverage(samples)[:, None]
    return light * np.array(_PALE, np.float32) * (1 - wire) + np.array(_WIRE, np.float32) * wire


def measure_openness(
    raycaster: Raycaster, mesh: Mesh, *, rays_per_vertex: int = 48
) -> Float32[np.ndarray, " v"]:
    """Return how much of the sky each vertex sees, weighted by the cosine, 0.3 to 1.

    The mesh needs normals. The directions are one fixed set turned into each vertex's frame, so
    neighbours agree and the result does not depend on a random state.
    """
    assert mesh.normals is not None
    normal = mesh.normals.astype(np.float64)
    tangent = np.cross(normal, np.where(np.abs(normal[:, 1:2]) < 0.9, [[0, 1, 0]], [[1, 0, 0]]))
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-12)
    frame = np.stack([tangent, np.cross(normal, tangent), normal], axis=1)
    directions = np.einsum("ri,vij->vrj", _cosine_directions(rays_per_vertex), frame)
    low, high = mesh.bounds
    lift = 2e-3 * float(np.linalg.norm(high - low))
    starts = mesh.positions + lift * normal
    blocked = raycaster.is_blocked(
        np.repeat(starts, rays_per_vertex, axis=0), directions.reshape(-1, 3)
    )
    seen = 1 - np.mean(blocked.reshape(-1, rays_per_vertex), axis=1, dtype=np.float32)
    return np.maximum(seen, np.float32(_LEAST_OPENNESS))


def _cosine_directions(count: int) -> Float64[np.ndarray, "r 3"]:
    """Return directions about +z, denser near it, on a Fibonacci spiral (Malley's method)."""
    height = (np.arange(count) + 0.5) / count
    angle = np.arange(count) * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt(height)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), np.sqrt(1 - height)], axis=1)


def _smooth_normals(samples: Samples) -> Float32[np.ndarray, "n 3"]:
    """Interpolate the normals, and turn those of back faces toward the camera."""
    assert samples.mesh.normals is not None
    normals = samples.interpolate(samples.mesh.normals)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    corners = samples.mesh.positions[samples.mesh.triangles[samples.triangle]]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    away = np.einsum("ij,ij->i", faces, samples.toward_camera) < 0
    normals[away] *= -1
    return normals


def _diffuse_light(
    normals: Float32[np.ndarray, "n 3"],
    samples: Samples,
    *,
    openness: Float32[np.ndarray, " v"],
    rig: _Rig,
) -> Colors:
    """Return hemisphere light dimmed by occlusion, a key light and a fill."""
    seen = samples.interpolate(openness)[:, None]
    up = (normals[:, 1:2] + 1) / 2
    ambient = (_GROUND * (1 - up) + _SKY * up) * (seen * np.float32(rig.room))
    key = np.maximum(normals @ _in_world(rig.key, samples), 0)[:, None]
    fill = np.maximum(normals @ _in_world(_FILL_IN_CAMERA, samples), 0)[:, None]
    # Occlusion also dims the lamps a little: they are broad, and there are no cast shadows.
    return ambient + (rig.key_strength * key + rig.fill_strength * fill) * np.sqrt(seen)


def _in_world(direction: tuple[float, float, float], samples: Samples) -> Float32[np.ndarray, " 3"]:
    """Turn a direction fixed to the camera into the world."""
    unit = np.array(direction) / np.linalg.norm(direction)
    return samples.camera.world_from_camera.rotate(unit[None])[0].astype(np.float32)


def _textured(
    shape: RenderShape,
    samples: Samples,
    *,
    normals: Float32[np.ndarray, "n 3"],
    openness: Float32[np.ndarray, " v"],
    rig: _Rig,
) -> Colors:
    """Light the material: diffuse light, and a Blinn-Phong highlight of the key light."""
    base = _base_color(shape, samples)
    if shape.material is None or shape.mesh.uvs is None:
        return base * _diffuse_light(normals, samples, openness=openness, rig=rig)
    orm = _look_up(shape.material.orm, shape, samples)
    normals = _bent_normals(shape.material, shape, samples, normals=normals)
    light = _diffuse_light(normals, samples, openness=openness, rig=rig) * orm[:, :1]
    half = _in_world(rig.key, samples) + samples.toward_camera
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    cosine = np.maximum(np.einsum("ij,ij->i", normals, half), 0)[:, None]
    roughness, metallic = np.maximum(orm[:, 1:2], 0.08), orm[:, 2:]
    exponent = 2 / roughness**4
    peak = np.minimum((exponent + 2) / 8, 40)
    tint = _SPECULAR_OF_DIELECTRICS * (1 - metallic) + base * metallic
    # Metals show their surroundings, which here are as bright as the diffuse light.
    return base * light * (1 - 0.4 * metallic) + tint * peak * cosine**exponent * rig.key_strength


def _bent_normals(
    material: Material, shape: RenderShape, samples: Samples, *, normals: Float32[np.ndarray, "n 3"]
) -> Float32[np.ndarray, "n 3"]:
    """Apply the normal map where the mesh has tangents."""
    if shape.mesh.tangents is None:
        return normals
    tangent4 = samples.interpolate(shape.mesh.tangents)
    tangent = tangent4[:, :3]
    bitangent = np.cross(normals, tangent) * np.sign(tangent4[:, 3:])
    x, y, z = np.split(_look_up(material.normal, shape, samples), 3, axis=1)
    bent = tangent * x + bitangent * y + normals * z
    return (bent / np.maximum(np.linalg.norm(bent, axis=1, keepdims=True), 1e-12)).astype(
        np.float32
    )


def _base_color(shape: RenderShape, samples: Samples) -> Colors:
    """Return the texture's colour, else the vertices', else clay."""
    if shape.material is not None and shape.mesh.uvs is not None:
        return _look_up(shape.material.base_color, shape, samples)
    if shape.mesh.colors is not None:
        return samples.interpolate(shape.mesh.colors)
    return np.broadcast_to(np.array(CLAY, np.float32), (len(samples.index), 3)).copy()


def _look_up(
    texture: Float32[np.ndarray, "h w c"], shape: RenderShape, samples: Samples
) -> Float32[np.ndarray, "n c"]:
    """Sample a texture bilinearly."""
    return sample(texture, _texel_positions(texture.shape[:2], shape, samples))


def _texel_positions(
    size: tuple[int, ...], shape: RenderShape, samples: Samples
) -> Float32[np.ndarray, "n 2"]:
    """Return where samples stand in a texture: x, y in texels."""
    assert shape.mesh.uvs is not None
    return samples.interpolate(shape.mesh.uvs) * np.array([size[1], size[0]], np.float32)


def _origin_color(shape: RenderShape, samples: Samples) -> Colors:
    """Return the colour of each sample's origin; of the nearest vertex where texels lack it."""
    table = linear_from_srgb8(np.array([ORIGIN_COLORS[kind] for kind in Origin], np.uint8))
    provenance = shape.provenance
    if provenance is not None and provenance.origin.any() and shape.mesh.uvs is not None:
        texels = np.floor(_texel_positions(provenance.origin.shape, shape, samples)).astype(int)
        x, y = np.clip(texels, 0, np.array(provenance.origin.shape[::-1]) - 1).T
        return table[provenance.origin[y, x]]
    if shape.mesh.origin is None:
        return table[np.zeros(len(samples.index), np.int64)]
    nearest = samples.barycentric.argmax(axis=1)
    vertex = samples.mesh.triangles[samples.triangle, nearest]
    return table[shape.mesh.origin[vertex]]


def _confidence(shape: RenderShape, samples: Samples) -> Values:
    """Return the confidence of each sample; 0 where nothing is known."""
    provenance = shape.provenance
    if provenance is not None and provenance.origin.any() and shape.mesh.uvs is not None:
        return _look_up(provenance.confidence[..., None], shape, samples)[:, 0]
    if shape.mesh.confidence is None:
        return np.zeros(len(samples.index), np.float32)
    return samples.interpolate(shape.mesh.confidence)


def _normal_color(normals: Float32[np.ndarray, "n 3"], samples: Samples) -> Colors:
    """Return normals as seen by the camera, x right, y up, z toward it, as 8-bit normal maps do."""
    in_camera = samples.camera.world_from_camera.inverse().rotate(normals)
    encoded = in_camera * [0.5, -0.5, -0.5] + 0.5
    return linear_from_srgb8((np.clip(encoded, 0, 1) * 255 + 0.5).astype(np.uint8))


def _wire_coverage(samples: Samples) -> Values:
    """Return how much of each sample an edge covers, by the distance on the picture."""
    corners, _ = samples.camera.project(samples.mesh.positions)
    a, b, c = np.moveaxis(corners[samples.mesh.triangles[samples.triangle]], 1, 0)
    point = samples.pixel_positions()
    distance = np.full(len(point), np.inf)
    for start, end in ((a, b), (b, c), (c, a)):
        along, toward = end - start, point - start
        area = np.abs(along[:, 0] * toward[:, 1] - along[:, 1] * toward[:, 0])
        distance = np.minimum(distance, area / np.maximum(np.linalg.norm(along, axis=1), 1e-9))
    return np.clip(_WIRE_PX / 2 - distance + 0.5, 0, 1).astype(np.float32)
