import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

def connected_components(
    csgraph: csr_matrix, directed: bool = ...
) -> tuple[int, NDArray[np.int32]]: ...
def dijkstra(
    csgraph: csr_matrix,
    *,
    indices: int | list[int] | NDArray[np.int64],
    min_only: bool = ...,
) -> NDArray[np.float64]: ...
def minimum_spanning_tree(csgraph: csr_matrix) -> csr_matrix: ...
