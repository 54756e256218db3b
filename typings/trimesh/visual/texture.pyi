import numpy as np
from numpy.typing import NDArray

from trimesh.visual.material import Material

class TextureVisuals:
    uv: NDArray[np.float64] | None
    material: Material
