"""Keep a region of a finished texture bit for bit while the rest is made again.

Letters: h w rows and columns.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Shaped

from bozzetto.asset.asset import Asset
from bozzetto.asset.material import Material, TexelProvenance
from bozzetto.asset.mesh import Mesh
from bozzetto.errors import InputError
from bozzetto.texturing.surface import Textured


@dataclass(frozen=True, kw_only=True, eq=False)
class TextureLock:
    """A region of an earlier texture, and that texture."""

    mask: Bool[np.ndarray, "h w"]
    """Texels to keep."""
    previous: Asset
    """As its file holds it."""


def keep_locked(textured: Textured, lock: TextureLock) -> Textured:
    """Put the locked texels of all maps back, with their origin and confidence.

    Raises:
        InputError: The mask has another size than the texture, or the mesh was laid out otherwise,
            so that a texel no longer shows the place it showed.
    """
    size, mask = textured.material.size, lock.mask
    if mask.shape != (size, size):
        raise InputError(
            f"A texture lock should have the texture's size, {size} x {size}, got "
            f"{mask.shape[1]} x {mask.shape[0]}.",
            advice="Draw it over the base colour map of the finished asset, or choose the same "
            "--texture-size.",
        )
    before = lock.previous
    if before.material.size != size or not _same_layout(before.mesh, textured.mesh):
        raise InputError(
            "A texture lock needs the UV layout of the asset it was drawn for, and the shape or "
            "its layout has changed since.",
            advice="Refine with the same draft, topology, budget and texture size, or leave the "
            "lock out.",
        )
    material, provenance = textured.material, textured.provenance
    return replace(
        textured,
        material=Material(
            name=material.name,
            base_color=_merged(mask, before.material.base_color, material.base_color),
            normal=_merged(mask, before.material.normal, material.normal),
            orm=_merged(mask, before.material.orm, material.orm),
        ),
        provenance=TexelProvenance(
            origin=_merged(mask, before.provenance.origin, provenance.origin),
            confidence=_merged(mask, before.provenance.confidence, provenance.confidence),
        ),
    )


def _same_layout(first: Mesh, second: Mesh) -> bool:
    """Tell whether every texel shows the same place of the same surface."""
    if first.uvs is None or second.uvs is None:
        return False
    pairs = (
        (first.triangles, second.triangles),
        (first.uvs, second.uvs),
        (first.positions, second.positions),
    )
    return all(np.array_equal(a, b) for a, b in pairs)


def _merged(
    mask: Bool[np.ndarray, "h w"],
    locked: Shaped[np.ndarray, "h w *c"],
    made: Shaped[np.ndarray, "h w *c"],
) -> Shaped[np.ndarray, "h w *c"]:
    """Take the locked texels from one map and the rest from the other."""
    return np.where(mask.reshape(*mask.shape, *(1,) * (made.ndim - 2)), locked, made)
