"""Colour of the sides that the photograph does not show: unlit pictures from four new places.

Letters: h w rows and columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float32
from skimage.metrics import structural_similarity

from benchmarks.quality.features import FeatureNet
from benchmarks.quality.scene import ColorsOf, InputView, move_camera, move_mesh
from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.compare.similarity import Similarity
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.qa.rendering.cameras import orbit_camera
from bozzetto.qa.rendering.visibility import cast_samples
from bozzetto.views.camera import Camera

NOVEL_VIEWS_DEG = ((90.0, 10.0), (180.0, 10.0), (270.0, 10.0), (135.0, 50.0))
"""Azimuth from the photograph's, and elevation: three sides, and from above behind."""
_SIZE_PX = 144
_GREY = (0.2, 0.2, 0.2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """One unlit picture."""

    srgb: Float32[np.ndarray, "h w 3"]
    """0 to 1, over white."""
    covered: Bool[np.ndarray, "h w"]


@dataclass(frozen=True, kw_only=True)
class ColorError:
    """Means over the four pictures."""

    psnr: float
    """Of whole pictures over white, dB; 50 at most."""
    ssim: float
    """Of whole pictures, 0 to 1 (Wang et al. 2004)."""
    psnr_overlap: float
    """Only where both cover the pixel: colour alone, whatever the shape; NaN without such."""
    mobilenet: float
    """Distance of MobileNetV2 features; NaN without its weights. Not LPIPS."""


def true_pictures(view: InputView) -> tuple[Picture, ...]:
    """Draw the truth from the four new places."""
    thing = view.thing
    back = view.truth_from_object.inverse()
    cameras = [move_camera(camera, back) for camera in novel_cameras(view)]
    return tuple(
        draw(thing.mesh, thing.caster, camera=camera, colors_of=thing.colors_of)
        for camera in cameras
    )


def predicted_pictures(
    view: InputView, mesh: Mesh, caster: Raycaster, *, onto_truth: Similarity
) -> tuple[Picture, ...]:
    """Draw a prediction's vertex colours from the same places."""
    colors = mesh.colors

    def colors_of(triangle: np.ndarray, barycentric: np.ndarray) -> np.ndarray:
        if colors is None:
            return np.broadcast_to(np.float32(_GREY), (len(triangle), 3))
        return (colors[mesh.triangles[triangle]] * barycentric[:, :, None]).sum(axis=1)

    back = onto_truth.inverse()
    cameras = [move_camera(camera, back) for camera in novel_cameras(view)]
    return tuple(draw(mesh, caster, camera=camera, colors_of=colors_of) for camera in cameras)


def novel_cameras(view: InputView) -> tuple[Camera, ...]:
    """Return the four cameras, truth frame; each frames the true object."""
    mesh = move_mesh(view.thing.mesh, view.truth_from_object)
    return tuple(
        orbit_camera(mesh, size_px=_SIZE_PX, azimuth_deg=azimuth, elevation_deg=elevation)
        for azimuth, elevation in NOVEL_VIEWS_DEG
    )


def draw(mesh: Mesh, caster: Raycaster, *, camera: Camera, colors_of: ColorsOf) -> Picture:
    """Draw unlit base colours over white."""
    samples = cast_samples(caster, mesh, camera=camera, samples_per_side=2)
    colors = colors_of(samples.triangle, samples.barycentric)
    linear, share = samples.resolve(np.asarray(colors, np.float32))
    over_white = linear * share[..., None] + (1 - share[..., None])
    return Picture(srgb=srgb_from_linear(over_white), covered=share > 0.5)


def color_error(
    found: Sequence[Picture], wanted: Sequence[Picture], *, net: FeatureNet | None
) -> ColorError:
    """Compare pictures pair by pair."""
    each = [_one_error(one, other, net=net) for one, other in zip(found, wanted, strict=True)]
    names = [field.name for field in fields(ColorError)]
    return ColorError(**{name: _mean([getattr(one, name) for one in each]) for name in names})


def _one_error(found: Picture, wanted: Picture, *, net: FeatureNet | None) -> ColorError:
    """Compare two pictures."""
    both = found.covered & wanted.covered
    return ColorError(
        psnr=_psnr(found.srgb, wanted.srgb),
        ssim=float(structural_similarity(found.srgb, wanted.srgb, channel_axis=2, data_range=1.0)),
        psnr_overlap=_psnr(found.srgb[both], wanted.srgb[both]),
        mobilenet=float("nan") if net is None else net.distance(found.srgb, wanted.srgb),
    )


def _psnr(first: Float32[np.ndarray, "*b"], second: Float32[np.ndarray, "*b"]) -> float:
    """Return the peak signal-to-noise ratio of values in 0..1, NaN of nothing."""
    if first.size == 0:
        return float("nan")
    error = float(np.mean((first.astype(np.float64) - second) ** 2))
    return min(50.0, -10 * float(np.log10(max(error, 1e-12))))


def _mean(values: list[float]) -> float:
    """Return the mean of what is a number."""
    known = [value for value in values if value == value]
    return float(np.mean(known)) if known else float("nan")
