"""Fill the gutter around UV charts, so mipmaps and bilinear lookups never reach empty texels.

Letters: h, w texture size in texels; c channels; n texels. A texel is *baked* when it has a value.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int32

from bozzetto.texturing.nearest import nearest_marked

Texture = Float32[np.ndarray, "h w c"]
Texels = Bool[np.ndarray, "h w"]

_ROUNDING = 0.02  # Of a texel; OpenCV's distances are chamfer sums, exact along the axes only.


@dataclass(frozen=True, kw_only=True)
class GutterOptions:
    """How far to grow each chart."""

    radius_px: int = 8
    """Texels to grow; 2**n of them protect n mip levels."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Gutter:
    """Which texels to fill, and from where; one plan serves all maps of a material."""

    texels: Int32[np.ndarray, " n"]
    """Flat indices of the texels to fill."""
    sources: Int32[np.ndarray, " n"]
    """Flat indices of the baked texels that fill them."""

    def fill(self, texture: Float32[np.ndarray, "h w *c"]) -> None:
        """Write the gutter into a texture, in place."""
        flat = texture.reshape(-1, *texture.shape[2:])
        flat[self.texels] = flat[self.sources]


def plan_gutter(baked: Texels, *, options: GutterOptions = GutterOptions()) -> Gutter:
    """Find the nearest baked texel of every texel within reach.

    Raises:
        ValueError: No texel is baked, so there is nothing to grow.
    """
    if not baked.any():
        raise ValueError("A gutter needs at least one baked texel, got none.")
    distance, nearest = nearest_marked(baked)
    reached = ~baked & (distance <= options.radius_px + _ROUNDING)
    texels = np.flatnonzero(reached).astype(np.int32)
    return Gutter(texels=texels, sources=nearest.ravel()[texels])


def fill_gutter(
    texture: Texture, baked: Texels, *, options: GutterOptions = GutterOptions()
) -> tuple[Texture, Texels]:
    """Grow baked values outwards; each filled texel takes that of its nearest baked one.

    Args:
        texture: Any values; those outside `baked` are ignored.
        baked: Texels that hold a value.
        options: How far to grow.

    Returns:
        The filled texture, zero beyond the gutter, and the texels that now hold a value.

    Raises:
        ValueError: No texel is baked, so there is nothing to grow.
    """
    gutter = plan_gutter(baked, options=options)
    texture, filled = np.where(baked[..., None], texture, np.float32(0)), baked.copy()
    gutter.fill(texture)
    filled.reshape(-1)[gutter.texels] = True
    return texture, filled
