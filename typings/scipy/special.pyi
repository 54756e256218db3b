import numpy as np
from numpy.typing import NDArray

def erf(x: NDArray[np.float64]) -> NDArray[np.float64]: ...
