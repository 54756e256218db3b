from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

class _Attribute(TypedDict):
    data: NDArray[np.generic]

class DracoPointCloud:
    def get_attribute_by_unique_id(self, unique_id: int) -> _Attribute | None: ...

class DracoMesh(DracoPointCloud):
    faces: NDArray[np.uint32]

def decode(buffer: bytes) -> DracoMesh | DracoPointCloud: ...
