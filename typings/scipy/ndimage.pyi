from typing import Literal

import numpy as np
from numpy.typing import NDArray

def distance_transform_edt(
    input: NDArray[np.bool_],
    *,
    return_distances: Literal[False],
    return_indices: Literal[True],
) -> NDArray[np.int32]: ...
