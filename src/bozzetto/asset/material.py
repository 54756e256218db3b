"""A metallic-roughness material with textures, in glTF's words.

Letters: h w rows and columns of a texture; row 0 is the top, as in glTF.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """Textures of one surface, all of one size, square, a power of two."""

    name: str
    base_color: Float32[np.ndarray, "h w 3"]
    """Linear, 0 to 1."""
    normal: Float32[np.ndarray, "h w 3"]
    """Unit vectors in tangent space, OpenGL convention (+y is up in the picture)."""
    orm: Float32[np.ndarray, "h w 3"]
    """Occlusion, roughness and metallic, 0 to 1, linear."""

    def __post_init__(self) -> None:
        """Check that sizes agree, and lock the arrays."""
        if not self.base_color.shape == self.normal.shape == self.orm.shape:
            raise ValueError("The textures of a material must have one size.")
        for texture in (self.base_color, self.normal, self.orm):
            texture.setflags(write=False)

    @property
    def size(self) -> int:
        """Texels along a side."""
        return self.base_color.shape[0]


@dataclass(frozen=True, kw_only=True, eq=False)
class TexelProvenance:
    """Where each texel of a material comes from."""

    origin: UInt8[np.ndarray, "h w"]
    """Values of `asset.mesh.Origin`; EMPTY outside the charts."""
    confidence: Float32[np.ndarray, "h w"]
    """0 to 1; 0 outside the charts."""

    def __post_init__(self) -> None:
        """Check that sizes agree, and lock the arrays."""
        if self.origin.shape != self.confidence.shape:
            raise ValueError("Origin and confidence must have one size.")
        self.origin.setflags(write=False)
        self.confidence.setflags(write=False)
