"""How well an asset, seen through the fitted camera, agrees with the photograph.

A base colour is not meant to be the photo: its light was taken out on purpose, and it is held to
what reflects light diffusely. Neither says how faithful a texture is. So the light is put back
first, and the photo is held to the same limits; what is left is misplaced, blurred or missing.
Letters: h w rows and columns of the compared picture, v vertices, n pixels.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, UInt8

from bozzetto.asset.material import Material
from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.imaging.reflectance import within_limits
from bozzetto.imaging.resample import resize
from bozzetto.qa.rendering.base import RenderShape, RenderStyle
from bozzetto.qa.rendering.shading import shade
from bozzetto.qa.rendering.visibility import cast_samples
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

Rgb = UInt8[np.ndarray, "_ _ 3"]

MID_GREY = 0.21404114
"""Linear light behind both pictures; 0.5 in sRGB."""
PSNR_LIMIT_DB = 99.0
"""Reported for identical pictures, whose true value is infinite."""
_SAMPLES_PER_SIDE = 3
_DARKEST_LIGHT = np.float32(1e-3)
_FULL_DIFFERENCE = 0.25  # The sRGB difference that the difference picture shows brightest.


@dataclass(frozen=True, kw_only=True, eq=False)
class Agreement:
    """A photograph and the re-render of the asset, compared."""

    psnr_db: float
    """Over the object's pixels in the photo, sRGB 0 to 1, with the photo's own light put back;
    where the render misses the object its grey background counts as error. `PSNR_LIMIT_DB` at
    most."""
    psnr_unlit_db: float
    """The same of the base colour as it is against the photo as it is: what was taken out as light,
    and lifted from black, counts as error too."""
    silhouette_iou: float
    """Intersection over union of both silhouettes at half coverage, 0 to 1."""
    photo: Rgb
    """The photographed object over mid grey, sRGB."""
    render: Rgb
    """The base colour in the photo's light over mid grey, sRGB."""
    difference: Rgb
    """Of what `psnr_db` compares: black where both agree; brightness is the largest channel's
    difference."""


def measure_agreement(
    mesh: Mesh,
    material: Material | None,
    *,
    camera: Camera,
    foreground: Foreground,
    light: Float32[np.ndarray, "v 3"] | None = None,
    longest_px: int = 512,
) -> Agreement:
    """Render the base colour through a fitted camera and compare it with the photograph.

    Args:
        mesh: With uvs if there is a material.
        material: None compares vertex colours.
        camera: At the size of the foreground.
        foreground: The object as it was cut out of the photo.
        light: What was taken out of the photo's colours, at the vertices (`Asset.photo_light`);
            None where nothing was.
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
    drawn = _draw(mesh, material, camera=_at_size(camera, width=width, height=height), light=light)
    fitting = _held_to_limits(photo, drawn.light)
    first, unlit, lit = (
        srgb_from_linear(picture)
        for picture in (
            photo,
            _over_grey(drawn.colors, drawn.coverage),
            _over_grey(drawn.colors * drawn.light, drawn.coverage),
        )
    )
    wanted = srgb_from_linear(fitting)
    return Agreement(
        psnr_db=_psnr_db(wanted[object_pixels], lit[object_pixels]),
        psnr_unlit_db=_psnr_db(first[object_pixels], unlit[object_pixels]),
        silhouette_iou=_iou(object_pixels, drawn.coverage > 0.5),
        photo=_eight_bits(first),
        render=_eight_bits(lit),
        difference=_difference(wanted, lit),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Drawn:
    """The asset as the fitted camera sees it."""

    colors: Float32[np.ndarray, "h w 3"]
    """Of the base colour, linear, not premultiplied."""
    light: Float32[np.ndarray, "h w 3"]
    """The photo's, on the surface; 1 where nothing is known."""
    coverage: Float32[np.ndarray, "h w"]


def _draw(
    mesh: Mesh,
    material: Material | None,
    *,
    camera: Camera,
    light: Float32[np.ndarray, "v 3"] | None,
) -> _Drawn:
    """Draw base colour and light."""
    samples = cast_samples(
        Raycaster(mesh.positions, mesh.triangles),
        mesh,
        camera=camera,
        samples_per_side=_SAMPLES_PER_SIDE,
    )
    open_sky = np.ones(mesh.num_vertices, np.float32)
    shape = RenderShape(mesh=mesh, material=material)
    colors = shade(shape, samples, style=RenderStyle.BASE_COLOR, openness=open_sky)
    paint, coverage = samples.resolve(colors)
    brightness = np.ones_like(paint)
    if light is not None:
        found, _ = samples.resolve(samples.interpolate(light))
        brightness = np.where(coverage[..., None] > 0, found, np.float32(1))
    return _Drawn(colors=paint, light=brightness, coverage=coverage)


def _held_to_limits(
    photo: Float32[np.ndarray, "h w 3"], light: Float32[np.ndarray, "h w 3"]
) -> Float32[np.ndarray, "h w 3"]:
    """Return the photo of the nearest paint that a base colour may have, in the same light."""
    paint = (photo / np.maximum(light, _DARKEST_LIGHT)).reshape(-1, 3)
    return within_limits(paint).reshape(photo.shape) * light


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
