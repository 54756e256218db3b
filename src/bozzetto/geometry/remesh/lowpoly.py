"""Low-poly style: few large facets, each flat to the eye, around the whole shape.

Letters: v vertices, t triangles.
"""

from dataclasses import dataclass, replace

import numpy as np

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import InputError
from bozzetto.geometry.closest import transfer_attributes
from bozzetto.geometry.normals import face_normals
from bozzetto.geometry.remesh.fit import FitOptions, fit
from bozzetto.geometry.remesh.simplify import Simplified, SimplifyOptions, simplify
from bozzetto.geometry.repair.faults import move_out_of_faults, repair_faults
from bozzetto.geometry.repair.folded_triangles import flatten_folded, flip_folded
from bozzetto.geometry.smooth import SmoothOptions, smooth
from bozzetto.geometry.submesh import take_vertices

LARGEST = 5_000
"""Above so many facets they no longer read as facets."""


@dataclass(frozen=True, kw_only=True)
class LowPolyOptions:
    """How coarse the facets are."""

    target_triangles: int = 1_000
    """Met exactly; 4 to 5,000, usually a few hundred to 2,000."""
    smooth_iterations: int = 10
    """Taubin passes first, so that facets follow the form and not its grain."""
    stiffness: float = 1.0
    """Of the fit; higher than for detailed meshes, for facets of like size."""


def make_lowpoly(mesh: Mesh, *, options: LowPolyOptions = LowPolyOptions()) -> Simplified:
    """Reduce a closed mesh to few facets that keep its volume; closed, vertices still shared.

    Where calm facets would cut or fold over each other, as around thin legs, they follow the form
    with its grain.

    Raises:
        InputError: The number is out of range.
    """
    if options.target_triangles > LARGEST:
        raise InputError(
            f"A low-poly mesh has at most {LARGEST} triangles, {options.target_triangles} were "
            "asked for.",
            advice="Ask for fewer, or for the topology `tri`.",
        )
    calm = smooth(mesh, options=SmoothOptions(iterations=options.smooth_iterations))
    made = simplify(calm, options=SimplifyOptions(target_triangles=options.target_triangles))
    fitted = fit(made.mesh, reference=mesh, options=FitOptions(stiffness=options.stiffness))
    flat = flatten_folded(flip_folded(fitted, source=mesh), source=mesh)
    sound, faults = move_out_of_faults(
        repair_faults(flat, source=mesh, target=flat.num_triangles), source=mesh
    )
    if len(faults):
        grainy = simplify(mesh, options=SimplifyOptions(target_triangles=options.target_triangles))
        other, others = move_out_of_faults(grainy.mesh, source=mesh)
        sound = other if len(others) < len(faults) else sound
    return replace(made, mesh=transfer_attributes(sound, source=mesh))


def facet(mesh: Mesh) -> Mesh:
    """Give every triangle corners of its own, with the triangle's normal; positions stay."""
    corners = mesh.triangles.reshape(-1)
    own = np.arange(len(corners), dtype=np.int32).reshape(-1, 3)
    flat = np.repeat(face_normals(mesh.positions, mesh.triangles), 3, axis=0)
    return replace(take_vertices(mesh, corners, own), normals=flat)
