"""Light a rendered view: from geometry and materials to the colours a photograph would hold.

A sky and a ground, three area lights with shadows, ambient occlusion, a glossy lobe per light and a
rough mirror image of the surroundings. Directions are in the camera frame. Letters: p pixels.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from bozzetto.imaging.color import linear_from_srgb8
from bozzetto_train.scenes.record import ViewRecord


@dataclass(frozen=True, kw_only=True, eq=False)
class Light:
    """Everything about the light but the lamps' directions, which a record holds."""

    sky: Float32[np.ndarray, " 3"]
    ground: Float32[np.ndarray, " 3"]
    lamps: Float32[np.ndarray, "3 3"]
    """Colour of each lamp; black ones are off."""
    softbox: Float32[np.ndarray, " 3"]
    """Direction to a bright patch that glossy things mirror."""
    exposure: float
    """How bright the picture is for the object's colour: 1 shows a grey of 0.5 as about 0.5."""


def random_light(rng: np.random.Generator) -> Light:
    """Draw light between a soft studio and a hard sun, more often soft."""
    tint = 1 + rng.normal(0, 0.06, (5, 3))
    ambient = rng.uniform(0.35, 1.0)
    lamps = rng.uniform(0.0, 1.6, (3, 1)) * (rng.random((3, 1)) < 0.65) * tint[:3]
    softbox = rng.normal(size=3) + np.array([0, -1.0, -1.0])
    return Light(
        sky=(ambient * tint[3]).astype(np.float32),
        ground=(ambient * rng.uniform(0.25, 0.9) * tint[4]).astype(np.float32),
        lamps=lamps.astype(np.float32),
        softbox=(softbox / np.linalg.norm(softbox)).astype(np.float32),
        exposure=float(rng.uniform(0.55, 1.15)),
    )


def shade(
    record: ViewRecord, light: Light, *, albedo: Float32[np.ndarray, "p 3"]
) -> Float32[np.ndarray, "p 3"]:
    """Return the linear colours of the record's pixels.

    Args:
        record: The view.
        light: The light; directions of the lamps come with the record.
        albedo: Linear, usually `albedo_of(record)`, perhaps recoloured.
    """
    normals = record.normals.astype(np.float32) / 127
    rough = np.maximum(record.roughness.astype(np.float32) / 255, 0.08)[:, None]
    metal = record.metallic.astype(np.float32)[:, None] / 255
    open_ = record.openness.astype(np.float32)[:, None] / 255
    lit = record.lit.astype(np.float32) / 255
    diffuse = albedo * (1 - metal)
    mirror = 0.04 * (1 - metal) + albedo * metal
    up = record.camera[:3]
    facing = np.clip(-normals[:, 2:], 0, 1)
    reflected = 2 * facing * normals + np.array([0, 0, 1], np.float32)
    total = diffuse * _surroundings(normals @ up, light) * open_
    fresnel = mirror + (1 - mirror) * (1 - facing) ** 5 * (1 - rough) ** 2
    total += fresnel * _mirrored(reflected, up, light, rough=rough) * open_
    exponent = 2 / rough**4
    for index in range(3):
        if not light.lamps[index].any():
            continue
        direction = record.lights[index]
        reach = np.clip(normals @ direction, 0, 1)[:, None] * lit[:, index : index + 1]
        half = direction + np.array([0, 0, -1], np.float32)
        half /= np.linalg.norm(half)
        lobe = np.clip(normals @ half, 0, 1)[:, None] ** np.minimum(exponent, 400)
        gloss = mirror * lobe * np.minimum((exponent + 2) / 8, 12)
        total += light.lamps[index] * reach * (diffuse + gloss)
    # A camera brightens dark things, but not as far as to make coal grey.
    wanted = light.exposure * 0.8 * float(albedo.mean() + 1e-3) ** 0.8
    return total * np.float32(wanted / (float(total.mean()) + 1e-6))


def albedo_of(record: ViewRecord) -> Float32[np.ndarray, "p 3"]:
    """Return the linear albedo of the record's pixels."""
    return linear_from_srgb8(record.albedo)


def _surroundings(cosine: Float32[np.ndarray, " p"], light: Light) -> Float32[np.ndarray, "p 3"]:
    """Irradiance from sky and ground for normals at this cosine to the up direction."""
    share = (0.5 + 0.5 * cosine)[:, None]
    return light.ground * (1 - share) + light.sky * share


def _mirrored(
    reflected: Float32[np.ndarray, "p 3"],
    up: Float32[np.ndarray, " 3"],
    light: Light,
    *,
    rough: Float32[np.ndarray, "p 1"],
) -> Float32[np.ndarray, "p 3"]:
    """What a surface of this roughness mirrors: a horizon and one soft box."""
    width = 0.15 + rough
    share = np.clip(0.5 + 0.5 * (reflected @ up)[:, None] / width, 0, 1)
    box = np.clip(reflected @ light.softbox, 0, 1)[:, None] ** (2 + 60 * (1 - rough) ** 2)
    return light.ground * (1 - share) + light.sky * share + light.sky * box * (1 - rough) * 2
