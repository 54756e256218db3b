"""Facts about a material's maps.

Letters: h w rows and columns, n texels.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.asset.material import Material, TexelProvenance
from bozzetto.asset.mesh import Origin
from bozzetto.imaging.color import luminance, srgb_from_linear

_DISTANCES = (1, 2, 4, 8)  # Texels between the ends of compared pairs.
_BESIDE = 32  # Texels from the border within which a texture's own steps are taken.
_FEWEST_PAIRS = 50


@dataclass(frozen=True, kw_only=True)
class TextureFacts:
    """What is true of the maps of a material; shares and ranges count texels inside charts."""

    size_px: int
    """Along a side."""
    power_of_two: bool
    base_luminance_p01: float
    """sRGB luminance of the base colour, 0 to 255, at the darkest percent."""
    base_luminance_median: float
    base_luminance_p99: float
    """At the brightest percent; Khronos' auditor asks for 30 to 243."""
    base_clipped_share: float
    """Texels with a channel at the very end of its 8-bit range, 0 to 1."""
    normal_tilt_mean_deg: float
    """How far the normal map leans away from the surface; 0 for a flat one."""
    normal_inward_share: float
    """Texels whose normal points into the surface; 0 in a sound map."""
    occlusion_mean: float
    """1 is open."""
    roughness_range: tuple[float, float]
    metallic_range: tuple[float, float]
    observed_share: float
    """Texels seen in a photograph; the three shares add up to 1, or are all 0 where unknown."""
    mirrored_share: float
    inferred_share: float
    border_jump: float | None
    """How much more the base colour changes across the border of what photos show than beside it,
    see `measure_border`; None without such a border."""


def measure_textures(material: Material, provenance: TexelProvenance | None = None) -> TextureFacts:
    """Measure the maps of a material.

    Args:
        material: Any material.
        provenance: Tells which texels lie inside charts; None, or an empty one, counts all texels.
    """
    inside = _inside(material, provenance)
    base = srgb_from_linear(material.base_color[inside])
    bright = luminance(base) * 255
    low, median, high = (float(v) for v in np.percentile(bright, [1, 50, 99]))
    normal, orm = material.normal[inside], material.orm[inside]
    origin = None if provenance is None else provenance.origin[inside]
    shares = [
        0.0 if origin is None else float((origin == kind).mean())
        for kind in (Origin.OBSERVED, Origin.MIRRORED, Origin.INFERRED)
    ]
    size = material.size
    return TextureFacts(
        size_px=size,
        power_of_two=size & (size - 1) == 0,
        base_luminance_p01=low,
        base_luminance_median=median,
        base_luminance_p99=high,
        base_clipped_share=float(((base < 0.5 / 255) | (base > 254.5 / 255)).any(axis=1).mean()),
        normal_tilt_mean_deg=_mean_tilt_deg(normal),
        normal_inward_share=float((normal[:, 2] <= 0).mean()),
        occlusion_mean=float(orm[:, 0].mean()),
        roughness_range=(float(orm[:, 1].min()), float(orm[:, 1].max())),
        metallic_range=(float(orm[:, 2].min()), float(orm[:, 2].max())),
        observed_share=shares[0],
        mirrored_share=shares[1],
        inferred_share=shares[2],
        border_jump=None if provenance is None else measure_border(material, provenance),
    )


def measure_border(material: Material, provenance: TexelProvenance) -> float | None:
    """Return how the step across the border of the observed texels compares with the texture's own.

    The mean difference of sRGB-encoded base colour between texels some distance apart, one observed
    and one not, over that of observed pairs near the border; 1: no step. The worst of the distances
    1, 2, 4 and 8 texels counts, so that a steep blend does not pass for none. None where either
    kind is rare.
    """
    origin = provenance.origin
    observed, inside = origin == Origin.OBSERVED, origin != Origin.EMPTY
    if not (observed.any() and (inside & ~observed).any()):
        return None
    beside = _near(inside & ~observed, reach=_BESIDE)
    encoded = srgb_from_linear(material.base_color)
    ratios = [
        _jump(encoded, observed, inside=inside, beside=beside, distance=distance)
        for distance in _DISTANCES
    ]
    known = [ratio for ratio in ratios if ratio is not None]
    return max(known) if known else None


def _jump(
    encoded: Float32[np.ndarray, "h w 3"],
    observed: Bool[np.ndarray, "h w"],
    *,
    inside: Bool[np.ndarray, "h w"],
    beside: Bool[np.ndarray, "h w"],
    distance: int,
) -> float | None:
    """Compare pairs of texels at one distance along rows and columns."""
    across: list[Float32[np.ndarray, " n"]] = []
    own: list[Float32[np.ndarray, " n"]] = []
    for axis in range(2):
        first, middle, second = (
            tuple(slice(k, k - distance or None) if a == axis else slice(None) for a in range(2))
            for k in (0, distance // 2, distance)
        )
        same_chart = inside[first] & inside[second] & inside[middle]
        step = np.abs(encoded[first] - encoded[second]).mean(axis=2)
        across.append(step[same_chart & (observed[first] != observed[second])])
        both = same_chart & observed[first] & observed[second]
        own.append(step[both & beside[first] & beside[second]])
    steps, usual = np.concatenate(across), np.concatenate(own)
    if min(len(steps), len(usual)) < _FEWEST_PAIRS:
        return None
    # Differences below what eight bits can hold say nothing.
    return float(steps.mean(dtype=np.float64) / max(usual.mean(dtype=np.float64), 0.5 / 255))


def _near(marked: Bool[np.ndarray, "h w"], *, reach: int) -> Bool[np.ndarray, "h w"]:
    """Mark what lies within so many texels of marked ones."""
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    return cv2.dilate(marked.astype(np.uint8), kernel) > 0


def _inside(material: Material, provenance: TexelProvenance | None) -> Bool[np.ndarray, "h w"]:
    """Return the texels inside charts, or all of them where nothing is known."""
    if provenance is None or not (provenance.origin != Origin.EMPTY).any():
        return np.ones(material.orm.shape[:2], bool)
    return provenance.origin != Origin.EMPTY


def _mean_tilt_deg(normals: Float32[np.ndarray, "n 3"]) -> float:
    """Return the mean angle to straight up."""
    lengths = np.maximum(np.linalg.norm(normals, axis=1), 1e-12)
    return float(np.degrees(np.arccos(np.clip(normals[:, 2] / lengths, -1, 1))).mean())
