import numpy as np
from numpy.typing import NDArray

from embreex.rtcore_scene import EmbreeScene

class TriangleMesh:
    def __init__(
        self,
        scene: EmbreeScene,
        vertices: NDArray[np.float32],
        indices: NDArray[np.int32] | None = ...,
    ) -> None: ...
