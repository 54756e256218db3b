"""Photographs of objects with known truth, for measuring and for examples.

Letters: h w rows and columns.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32

from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera
from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.scenes.gbuffer import Scene, render
from bozzetto_train.scenes.lighting import Light, albedo_of, shade
from bozzetto_train.scenes.viewpoint import Viewpoint

_OVERSAMPLING = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Photograph:
    """A square picture with exact alpha, and the camera that took it in the object's frame."""

    linear_rgb: Float32[np.ndarray, "h w 3"]
    """Straight colours; outside the object the mean colour of its edge pixels."""
    alpha: Float32[np.ndarray, "h w"]
    albedo: Float32[np.ndarray, "h w 3"]
    """Linear colours without light; 0 outside the object."""
    camera: Camera


def photograph(
    scene: Scene,
    viewpoint: Viewpoint,
    light: Light,
    *,
    size: int,
    seed: int = 0,
    margin: float = 1.1,
) -> Photograph:
    """Take one picture.

    Args:
        scene: The object.
        viewpoint: Camera and crop; the picture is the crop, widened by `margin`.
        light: Sky, ground and lamps.
        size: Pixels a side.
        seed: For the rays towards lamps and sky.
        margin: 1 leaves the crop as it is.

    Raises:
        ObjectError: The object hardly shows.
    """
    wide = replace(viewpoint, half=viewpoint.half * margin)
    record = render(scene, wide, np.random.default_rng(seed), size=size * _OVERSAMPLING)
    if record is None:
        raise ObjectError(f"{scene.model.name} covers next to nothing of the picture.")
    albedo = albedo_of(record)
    layers = np.zeros((*record.covered.shape, 7), np.float32)
    layers[record.covered, :3] = shade(record, light, albedo=albedo)
    layers[record.covered, 3:6] = albedo
    layers[record.covered, 6] = 1
    fine = layers.reshape(size, _OVERSAMPLING, size, _OVERSAMPLING, 7)
    small = np.asarray(fine.mean(axis=(1, 3)), np.float32)
    weight = small[..., 6:]
    alpha = record.alpha.reshape(size, _OVERSAMPLING, size, _OVERSAMPLING).mean(axis=(1, 3)) / 255
    straight = small[..., :6] / np.maximum(weight, 1e-6)
    edge = straight[(weight[..., 0] > 0) & (weight[..., 0] < 1), :3]
    known = edge if len(edge) else straight[weight[..., 0] > 0, :3]
    around = np.asarray(known.mean(axis=0), np.float32)
    return Photograph(
        linear_rgb=np.where(weight > 0, straight[..., :3], around).astype(np.float32),
        alpha=alpha.astype(np.float32),
        albedo=np.where(weight > 0, straight[..., 3:], 0).astype(np.float32),
        camera=camera_of(wide, size=size),
    )


def camera_of(viewpoint: Viewpoint, *, size: int) -> Camera:
    """Return the camera of the crop at a size in pixels, in the object's frame."""
    focal = size / 2 / viewpoint.half
    return Camera(
        width=size,
        height=size,
        focal_px=focal,
        centre_px=(
            size / 2 - viewpoint.centre[0] * focal,
            size / 2 - viewpoint.centre[1] * focal,
        ),
        world_from_camera=Rigid(
            rotation=viewpoint.camera_from_world.T.copy(), translation=viewpoint.position.copy()
        ),
    )
