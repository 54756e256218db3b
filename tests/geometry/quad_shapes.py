"""Closed meshes of quads."""

import numpy as np


def a_quad_ring(*, around=16, across=8, large=0.6, small=0.25):
    """A ring of regular quads: genus 1, around * across faces."""
    u, v = np.meshgrid(np.arange(around), np.arange(across), indexing="ij")
    a, b = 2 * np.pi * u / around, 2 * np.pi * v / across
    radius = large + small * np.cos(b)
    positions = np.stack([radius * np.cos(a), small * np.sin(b), -radius * np.sin(a)], axis=-1)

    def at(i, j):
        return (u + i) % around * across + (v + j) % across

    faces = np.stack([at(0, 0), at(1, 0), at(1, 1), at(0, 1)], axis=-1)
    return positions.reshape(-1, 3), faces.reshape(-1, 4).astype(np.int32)


def a_quad_box(*, cells=4):
    """A cube of quads: genus 0, 6 * cells**2 faces."""
    import trimesh

    axis = np.arange(cells + 1)
    points, faces = [], []
    for normal in range(3):
        for side in (0, cells):
            i, j = np.meshgrid(axis, axis, indexing="ij")
            grid = np.empty((cells + 1, cells + 1, 3))
            grid[..., normal], grid[..., (normal + 1) % 3], grid[..., (normal + 2) % 3] = side, i, j
            start = sum(map(len, points))
            index = np.arange((cells + 1) ** 2).reshape(cells + 1, cells + 1) + start
            quads = [index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]]
            quads = np.stack(quads if side else quads[::-1], axis=-1).reshape(-1, 4)
            points.append(grid.reshape(-1, 3))
            faces.append(quads)
    rows, renumbered = trimesh.grouping.unique_rows(np.concatenate(points))
    positions = np.concatenate(points)[rows] / cells - 0.5
    return positions, renumbered[np.concatenate(faces)].astype(np.int32)
