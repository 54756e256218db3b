"""Facts about a material's maps.

Letters: h w rows and columns, n texels.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from bozzetto.asset.material import Material, TexelProvenance
from bozzetto.asset.mesh import Origin
from bozzetto.imaging.color import luminance, srgb_from_linear


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
    )


def _inside(material: Material, provenance: TexelProvenance | None) -> Bool[np.ndarray, "h w"]:
    """Return the texels inside charts, or all of them where nothing is known."""
    if provenance is None or not (provenance.origin != Origin.EMPTY).any():
        return np.ones(material.orm.shape[:2], bool)
    return provenance.origin != Origin.EMPTY


def _mean_tilt_deg(normals: Float32[np.ndarray, "n 3"]) -> float:
    """Return the mean angle to straight up."""
    lengths = np.maximum(np.linalg.norm(normals, axis=1), 1e-12)
    return float(np.degrees(np.arccos(np.clip(normals[:, 2] / lengths, -1, 1))).mean())
