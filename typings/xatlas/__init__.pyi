import numpy as np
from numpy.typing import NDArray

class PackOptions:
    padding: int
    resolution: int
    bilinear: bool

class Atlas:
    width: int
    height: int
    atlas_count: int
    chart_count: int
    utilization: float
    def add_mesh(self, positions: NDArray[np.float32], indices: NDArray[np.uint32]) -> None: ...
    def generate(self, *, pack_options: PackOptions = ...) -> None: ...
    def __getitem__(
        self, index: int
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float32]]: ...
