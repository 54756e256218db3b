"""A finished asset: what refine makes and every format writes."""

from dataclasses import dataclass

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
