"""Roughness, metallic and the packing of both with occlusion.

One photograph hardly tells gloss from paint: where no engine says more, roughness is a constant
typical of painted, wooden, ceramic and woven things, and nothing is called metal. Letters: n
texels.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32

from bozzetto.asset.material import Material

_SHARPER = np.float32(4)


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


def without_relief(material: Material) -> Material:
    """Return the material with a flat normal map, for meshes whose facets should show."""
    normal = np.zeros_like(material.normal)
    normal[..., 2] = 1
    return replace(material, normal=normal)
