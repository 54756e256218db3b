"""Roughness, metallic and the packing of both with occlusion.

One photograph does not tell gloss from paint, so roughness is a constant typical of painted,
wooden, ceramic and woven things, and nothing is called metal. Letters: n texels.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32

from bozzetto.asset.material import Material


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
    occlusion: Float32[np.ndarray, " n"], *, options: MaterialOptions = MaterialOptions()
) -> Float32[np.ndarray, "n 3"]:
    """Pack occlusion (red), roughness (green) and metallic (blue), as glTF wants them."""
    orm = np.empty((len(occlusion), 3), np.float32)
    orm[:, 0] = np.clip(occlusion, 0, 1)
    orm[:, 1] = options.roughness
    orm[:, 2] = options.metallic
    return orm


def without_relief(material: Material) -> Material:
    """Return the material with a flat normal map, for meshes whose facets should show."""
    normal = np.zeros_like(material.normal)
    normal[..., 2] = 1
    return replace(material, normal=normal)
