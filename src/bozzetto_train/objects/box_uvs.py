"""Texture coordinates for surfaces that have none: project along the nearest axis.

Letters: t triangles.
"""

import numpy as np

from bozzetto_train.objects.assembly import Part


def with_box_uvs(part: Part, *, repeat: float = 1.0) -> Part:
    """Give a part coordinates of six projections; vertices are split where sides meet.

    Args:
        part: Any part; its old coordinates are replaced.
        repeat: How often the texture fits along the part's longest side.
    """
    corners = part.positions[part.triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    axis = np.abs(normal).argmax(axis=1)
    side = 2 * axis + (np.take_along_axis(normal, axis[:, None], axis=1)[:, 0] > 0)
    keys = part.triangles.astype(np.int64) * 6 + side[:, None]
    unique, index = np.unique(keys.reshape(-1), return_inverse=True)
    vertex, own_side = unique // 6, unique % 6
    low, span = part.positions.min(axis=0), float(np.ptp(part.positions, axis=0).max()) or 1.0
    place = ((part.positions[vertex] - low) * (repeat / span)).astype(np.float32)
    # Looking along x shows z across; looking along y shows z upward.
    uvs = place[:, :2].copy()
    uvs[own_side // 2 == 0, 0] = place[own_side // 2 == 0, 2]
    uvs[own_side // 2 == 1, 1] = place[own_side // 2 == 1, 2]
    uvs[:, 1] = 1 - uvs[:, 1]
    return Part(
        positions=part.positions[vertex],
        triangles=index.reshape(-1, 3).astype(np.int32),
        material=part.material,
        normals=None if part.normals is None else part.normals[vertex],
        uvs=uvs,
        colors=None if part.colors is None else part.colors[vertex],
    )
