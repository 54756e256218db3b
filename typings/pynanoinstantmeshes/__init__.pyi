import numpy as np
from numpy.typing import NDArray

def remesh(
    verts: NDArray[np.float32],
    faces: NDArray[np.uint32],
    vertex_count: int,
    *,
    face_count: int = ...,
    creaseAngle: float = ...,
    smooth_iter: int = ...,
    deterministic: bool = ...,
) -> tuple[NDArray[np.float32], NDArray[np.uint32]]: ...
