"""Triangles in an order in which each shares an edge with a recent one, vertices in order of use.

Packs better and draws faster. Letters: v vertices, t triangles.
"""

import numpy as np
from jaxtyping import Int32, Int64

_RECENT = 14


def along_edges(triangles: Int32[np.ndarray, "t 3"]) -> Int64[np.ndarray, " t"]:
    """Return an order of triangles, walking over shared edges as long as there are any."""
    rows = triangles.tolist()
    beside: dict[tuple[int, int], int] = {}
    for index, (a, b, c) in enumerate(rows):
        for edge in ((a, b), (b, c), (c, a)):
            beside[edge] = index
    used = bytearray(len(rows))
    order: list[int] = []
    recent: list[tuple[int, int]] = []
    start = 0
    while len(order) < len(rows):
        found = -1
        for edge in reversed(recent):
            other = beside.get(edge, -1)
            if other >= 0 and not used[other]:
                found = other
                break
        if found < 0:
            while used[start]:
                start += 1
            found = start
        used[found] = 1
        order.append(found)
        a, b, c = rows[found]
        recent = [*recent[-_RECENT:], (a, c), (c, b), (b, a)]
    return np.array(order, np.int64)


def by_use(triangles: Int32[np.ndarray, "t 3"], *, num_vertices: int) -> Int64[np.ndarray, " v"]:
    """Return vertices in the order in which triangles first name them; unused ones last."""
    flat = triangles.reshape(-1)
    _, first = np.unique(flat, return_index=True)
    used = flat[np.sort(first)].astype(np.int64)
    unused = np.setdiff1d(np.arange(num_vertices), used)
    return np.concatenate([used, unused])
