import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

def cg(
    A: csr_matrix,
    b: NDArray[np.float64],
    *,
    x0: NDArray[np.float64] | None = ...,
    rtol: float = ...,
    maxiter: int = ...,
) -> tuple[NDArray[np.float64], int]: ...
def spsolve(A: csr_matrix, b: NDArray[np.float64]) -> NDArray[np.float64]: ...
