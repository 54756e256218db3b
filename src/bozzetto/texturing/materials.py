"""Roughness, metallic and the packing of both with occlusion.

One photograph hardly tells gloss from paint: where no engine says more, roughness is a constant
typical of painted, wooden, ceramic and woven things, and nothing is called metal. Letters: n
texels.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32

from bozzetto.asset.material import Material
from bozzetto.imaging.color import linear_from_srgb, luminance, srgb_from_linear

_SHARPER = np.float32(4)
_DARKEST, _BRIGHTEST = np.float32(30.5 / 255), np.float32(242.5 / 255)


@dataclass(frozen=True, kw_only=True)
class MaterialOptions:
    """What is assumed of the material."""

    roughness: float = 0.65
    """0 (mirror) to 1 (chalk)."""
    metallic: float = 0.0
    """0 (everything else) or 1 (bare metal)."""

    def __post_init__(self) -> None:
        """Refuse values outside 0 and 1."""
        if not (0 <= self.roughness <= 1 and 0 <= self.metallic <= 1):
            raise ValueError(f"Roughness and metallic must lie within 0 and 1, got {self}.")


def pack_orm(
    occlusion: Float32[np.ndarray, " n"], gloss: Float32[np.ndarray, "n 2"]
) -> Float32[np.ndarray, "n 3"]:
    """Pack occlusion (red), roughness (green) and metallic (blue), as glTF wants them.

    Metallic is sharpened towards 0 and 1: what is between them is only the border of both.
    """
    orm = np.empty((len(occlusion), 3), np.float32)
    orm[:, 0] = np.clip(occlusion, 0, 1)
    orm[:, 1] = np.clip(gloss[:, 0], 0, 1)
    orm[:, 2] = np.clip((gloss[:, 1] - 0.5) * _SHARPER + 0.5, 0, 1)
    return orm


def within_limits(linear: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n 3"]:
    """Lift and dim linear base colours to a luminance of 30 to 243 in 8-bit sRGB.

    Outside lies nothing that reflects light diffusely (Khronos' glTF auditor uses these limits).
    Hues stay, and colours within the limits as they are.
    """
    encoded = srgb_from_linear(linear)
    bright = luminance(encoded)[:, None]
    # Towards white, so that no channel leaves its range: pure blue is darker than 30.
    missing = np.maximum((_DARKEST - bright) / np.maximum(1 - bright, 0.5), 0)
    lifted = encoded + (1 - encoded) * missing
    kept = lifted * np.minimum(_BRIGHTEST / np.maximum(bright, 1e-6), 1)
    outside = ((bright < _DARKEST) | (bright > _BRIGHTEST))[:, 0]
    result = linear.copy()
    result[outside] = linear_from_srgb(kept[outside])
    return result


def without_relief(material: Material) -> Material:
    """Return the material with a flat normal map, for meshes whose facets should show."""
    normal = np.zeros_like(material.normal)
    normal[..., 2] = 1
    return replace(material, normal=normal)
