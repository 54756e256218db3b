"""How well an asset, seen through the fitted camera, agrees with the photograph.

Letters: h w rows and columns of the compared picture.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, UInt8

from bozzetto.asset.material import Material
from bozzetto.asset.mesh import Mesh
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.imaging.resample import resize
from bozzetto.qa.rendering.base import RenderShape, RenderStyle
from bozzetto.qa.rendering.raycast import RaycastRenderer
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

Rgb = UInt8[np.ndarray, "_ _ 3"]

MID_GREY = 0.21404114
"""Linear light behind both pictures; 0.5 in sRGB."""
PSNR_LIMIT_DB = 99.0
"""Reported for identical pictures, whose true value is infinite."""
_SAMPLES_PER_SIDE = 3
_FULL_DIFFERENCE = 0.25  # The sRGB difference that the difference picture shows brightest.


@dataclass(frozen=True, kw_only=True, eq=False)
class Agreement:
    """A photograph and the re-render of the asset, compared."""

    psnr_db: float
    """Over the object's pixels in the photo, sRGB 0 to 1; where the render misses the object its
    grey background counts as error. `PSNR_LIMIT_DB` at most."""
    silhouette_iou: float
    """Intersection over union of both silhouettes at half coverage, 0 to 1."""
    photo: Rgb
    """The photographed object over mid grey, sRGB."""
    render: Rgb
    """The base colour without light over mid grey, sRGB."""
    difference: Rgb
    """Black where both agree; brightness is the largest channel's difference."""


def measure_agreement(
    mesh: Mesh,
    material: Material | None,
    *,
    camera: Camera,
    foreground: Foreground,
    longest_px: int = 512,
) -> Agreement:
    """Render the base colour through a fitted camera and compare it with the photograph.

    Args:
        mesh: With uvs if there is a material.
        material: None compares vertex colours.
        camera: At the size of the foreground.
        foreground: The object as it was cut out of the photo.
        longest_px: Both pictures are compared at this size; smaller photos at their own.

    Raises:
        ValueError: The camera's size is not the foreground's, or the foreground is empty.
    """
    height, width = foreground.alpha.shape
    if (camera.width, camera.height) != (width, height):
        raise ValueError(
            f"The camera is of {camera.width} x {camera.height} pixels,"
            f" the foreground of {width} x {height}."
        )
    scale = min(1.0, longest_px / max(width, height))
    width, height = max(1, round(width * scale)), max(1, round(height * scale))
    photo, photo_alpha = _photo_over_grey(foreground, width=width, height=height)
    object_pixels = photo_alpha > 0.5
    if not object_pixels.any():
        raise ValueError("The foreground holds no object to compare with.")
    renderer = RaycastRenderer(samples_per_side=_SAMPLES_PER_SIDE)
    ((colors, coverage),) = renderer.render_linear(
        RenderShape(mesh=mesh, material=material),
        cameras=[_at_size(camera, width=width, height=height)],
        style=RenderStyle.BASE_COLOR,
    )
    first = srgb_from_linear(photo)
    second = srgb_from_linear(_over_grey(colors, coverage))
    return Agreement(
        psnr_db=_psnr_db(first[object_pixels], second[object_pixels]),
        silhouette_iou=_iou(object_pixels, coverage > 0.5),
        photo=_eight_bits(first),
        render=_eight_bits(second),
        difference=_difference(first, second),
    )


def _photo_over_grey(
    foreground: Foreground, *, width: int, height: int
) -> tuple[Float32[np.ndarray, "h w 3"], Float32[np.ndarray, "h w"]]:
    """Composite the photographed object over grey, then shrink, as a camera would."""
    flat = _over_grey(foreground.linear_rgb, foreground.alpha)
    if flat.shape[:2] == (height, width):
        return flat, foreground.alpha
    alpha = resize(foreground.alpha, width=width, height=height)
    return resize(flat, width=width, height=height), alpha


def _over_grey(
    colors: Float32[np.ndarray, "h w 3"], alpha: Float32[np.ndarray, "h w"]
) -> Float32[np.ndarray, "h w 3"]:
    """Composite linear colours over mid grey."""
    coverage = alpha[..., None]
    return colors * coverage + np.float32(MID_GREY) * (1 - coverage)


def _at_size(camera: Camera, *, width: int, height: int) -> Camera:
    """Return the same view at another size.

    The longer side gives the scale, so that rounding the shorter one to whole pixels shifts the
    picture by half a pixel at most.
    """
    scale = max(width, height) / max(camera.width, camera.height)
    x, y = camera.centre_px
    return Camera(
        width=width,
        height=height,
        focal_px=camera.focal_px * scale,
        centre_px=(x * scale, y * scale),
        world_from_camera=camera.world_from_camera,
    )


def _psnr_db(first: Float32[np.ndarray, "n 3"], second: Float32[np.ndarray, "n 3"]) -> float:
    """Return the peak signal-to-noise ratio of values in 0..1."""
    error = float(np.mean((first.astype(np.float64) - second) ** 2))
    return PSNR_LIMIT_DB if error == 0 else min(PSNR_LIMIT_DB, -10 * float(np.log10(error)))


def _iou(first: Bool[np.ndarray, "h w"], second: Bool[np.ndarray, "h w"]) -> float:
    """Return intersection over union."""
    return float((first & second).sum() / (first | second).sum())


def _eight_bits(values: Float32[np.ndarray, "h w 3"]) -> Rgb:
    """Round values in 0..1 to 8 bits."""
    return (np.clip(values, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8)


def _difference(first: Float32[np.ndarray, "h w 3"], second: Float32[np.ndarray, "h w 3"]) -> Rgb:
    """Show the largest channel's difference on a ramp from black over orange to white."""
    strength = np.abs(first - second).max(axis=2, keepdims=True) / np.float32(_FULL_DIFFERENCE)
    ramp = np.array([2.2, 1.1, 0.6], np.float32)
    return _eight_bits(np.clip(strength, 0, 1) * ramp)
