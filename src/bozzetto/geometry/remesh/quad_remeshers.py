"""The quad remeshing libraries behind one signature; runs in a child process.

Letters: v vertices, t triangles, q faces.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32

from bozzetto.errors import ResourceError

_WHERE = "It has no build for this platform or is not installed."


@dataclass(frozen=True, kw_only=True, eq=False)
class QuadRequest:
    """What to remesh, and into how many quads."""

    positions: Float32[np.ndarray, "v 3"]
    """Of a closed surface; every vertex is used."""
    triangles: Int32[np.ndarray, "t 3"]
    num_quads: int
    """Wanted; both libraries come near this number and do not meet it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class QuadFaces:
    """A mesh of quads."""

    positions: Float32[np.ndarray, "v 3"]
    faces: Int32[np.ndarray, "q 4"]
    """Vertex indices, counter-clockwise from outside."""


def remesh_with_quadriflow(request: QuadRequest) -> QuadFaces:
    """Remesh with QuadriFlow (Huang et al., 2018): few irregular vertices, slow.

    Raises:
        ResourceError: The library is missing or gave up.
    """
    try:
        # Loads its binary when imported, which fails where there is none.
        from pyQuadriFlow.pyQuadriFlow import pyquadriflow
    except (ImportError, OSError, UnboundLocalError) as error:
        raise ResourceError(f"QuadriFlow cannot be loaded: {error}.", advice=_WHERE) from None
    found = pyquadriflow(
        request.num_quads,
        0,
        request.positions.tolist(),
        request.triangles.tolist(),
        False,
        False,
        False,
        False,
        False,
    )
    return QuadFaces(
        positions=np.array(found["vertices"], np.float32).reshape(-1, 3),
        faces=np.array(found["faces"], np.int32).reshape(-1, 4),
    )


def remesh_with_instant_meshes(request: QuadRequest) -> QuadFaces:
    """Remesh with Instant Meshes (Jakob et al., 2015): quick, more irregular vertices, may tear.

    Raises:
        ResourceError: The library is missing or gave something else than quads.
    """
    try:
        import pynanoinstantmeshes
    except ImportError as error:
        raise ResourceError(f"Instant Meshes cannot be loaded: {error}.", advice=_WHERE) from None
    positions, faces = pynanoinstantmeshes.remesh(
        np.ascontiguousarray(request.positions),
        request.triangles.astype(np.uint32),
        -1,
        face_count=max(request.num_quads // 4, 2),  # It splits every face in four at the end.
        creaseAngle=-1.0,
        smooth_iter=2,
        deterministic=True,
    )
    if faces.ndim != 2 or faces.shape[1] != 4:
        raise ResourceError("Instant Meshes gave triangles instead of quads.")
    return QuadFaces(positions=positions.astype(np.float32), faces=faces.astype(np.int32))
