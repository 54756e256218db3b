import numpy as np
from numpy.typing import NDArray

class csr_matrix:
    data: NDArray[np.float64]
    indices: NDArray[np.int32]
    indptr: NDArray[np.int32]
    shape: tuple[int, int]
    def __init__(
        self,
        arg1: tuple[
            NDArray[np.float64] | NDArray[np.bool_],
            tuple[NDArray[np.integer], NDArray[np.integer]],
        ],
        shape: tuple[int, int] = ...,
    ) -> None: ...
    def __matmul__(self, other: NDArray[np.float64]) -> NDArray[np.float64]: ...
    def __getitem__(self, index: NDArray[np.bool_] | tuple[slice, NDArray[np.bool_]]) -> csr_matrix: ...
