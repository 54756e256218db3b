"""A finished asset: what refine makes and every format writes. Letters: v vertices."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from bozzetto.asset.material import Material, TexelProvenance
from bozzetto.asset.mesh import Mesh
from bozzetto.views.camera import Camera


@dataclass(frozen=True, kw_only=True, eq=False)
class Asset:
    """One textured object, origin at its bottom centre, in metres."""

    name: str
    mesh: Mesh
    """With normals, uvs, tangents, confidence and origin."""
    material: Material
    provenance: TexelProvenance
    cameras: tuple[Camera, ...] = ()
    """The fitted cameras of the photos it was made from; empty when it was read from a file."""
    photo_light: tuple[Float32[np.ndarray, "v 3"], ...] = ()
    """For each camera, what turns the base colour into its photo's linear colours, at the vertices:
    the light that was taken out; empty where nothing is known of it."""
