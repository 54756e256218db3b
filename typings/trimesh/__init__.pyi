from pathlib import Path

import numpy as np
from numpy.typing import NDArray

class Trimesh:
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    visual: object

class Scene:
    def dump(self, concatenate: bool = ...) -> list[object]: ...

def load_scene(file_obj: Path, *, process: bool = ...) -> Scene: ...
