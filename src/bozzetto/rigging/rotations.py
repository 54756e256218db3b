"""Rotations as matrices, vectors and quaternions, many at a time.

Letters: *b any batch. Quaternions are x y z w, as glTF has them.
"""

import numpy as np
from jaxtyping import Float32, Float64

Vectors = Float64[np.ndarray, "*b 3"]
Matrices = Float64[np.ndarray, "*b 3 3"]


def matrix_from_vector(vectors: Vectors) -> Matrices:
    """Turn axis times angle (radians) into a matrix (Rodrigues)."""
    angle = np.linalg.norm(vectors, axis=-1)[..., None, None]
    axis = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    cross = np.zeros((*vectors.shape, 3))
    for row, column, part, sign in (
        (0, 1, 2, -1), (0, 2, 1, 1), (1, 0, 2, 1), (1, 2, 0, -1), (2, 0, 1, -1), (2, 1, 0, 1),
    ):  # fmt: skip
        cross[..., row, column] = sign * axis[..., part]
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)


def matrix_from_euler(turns: Vectors, order: str) -> Matrices:
    """Turn angles (radians) about `order`'s axes into a matrix.

    Args:
        turns: Angles in the order's sequence.
        order: Such as `zxy`: the first axis is the outermost, as BVH files have it.
    """
    result = np.broadcast_to(np.eye(3), (*turns.shape[:-1], 3, 3))
    for index, name in enumerate(order):
        vector = np.zeros(turns.shape)
        vector[..., "xyz".index(name)] = turns[..., index]
        result = result @ matrix_from_vector(vector)
    return result


def quaternion_from_matrix(matrices: Matrices) -> Float32[np.ndarray, "*b 4"]:
    """Turn matrices into unit quaternions with a positive w.

    The best of four formulas is taken for each (Shepperd 1978).
    """
    m = matrices
    trace = np.stack(
        [
            1 + m[..., 0, 0] - m[..., 1, 1] - m[..., 2, 2],
            1 - m[..., 0, 0] + m[..., 1, 1] - m[..., 2, 2],
            1 - m[..., 0, 0] - m[..., 1, 1] + m[..., 2, 2],
            1 + m[..., 0, 0] + m[..., 1, 1] + m[..., 2, 2],
        ],
        axis=-1,
    )
    xy, xz, yz = (m[..., a, b] + m[..., b, a] for a, b in ((0, 1), (0, 2), (1, 2)))
    wx, wy, wz = (m[..., a, b] - m[..., b, a] for a, b in ((2, 1), (0, 2), (1, 0)))
    four = np.stack(
        [
            np.stack([trace[..., 0], xy, xz, wx], axis=-1),
            np.stack([xy, trace[..., 1], yz, wy], axis=-1),
            np.stack([xz, yz, trace[..., 2], wz], axis=-1),
            np.stack([wx, wy, wz, trace[..., 3]], axis=-1),
        ],
        axis=-2,
    )
    best = trace.argmax(axis=-1)[..., None, None]
    quaternion: Float64[np.ndarray, "*b 4"] = np.take_along_axis(four, best, axis=-2)[..., 0, :]
    quaternion = quaternion / np.linalg.norm(quaternion, axis=-1, keepdims=True)
    positive = np.where(quaternion[..., 3:] < 0, -quaternion, quaternion)
    return positive.astype(np.float32)


def matrix_from_quaternion(
    quaternions: Float32[np.ndarray, "*b 4"] | Float64[np.ndarray, "*b 4"],
) -> Matrices:
    """Turn unit quaternions into matrices."""
    x, y, z, w = np.moveaxis(quaternions.astype(np.float64), -1, 0)
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def aligning(
    start: Float64[np.ndarray, " 3"], end: Float64[np.ndarray, " 3"]
) -> Float64[np.ndarray, "3 3"]:
    """Return the smallest rotation that turns one direction into another."""
    a = start / max(float(np.linalg.norm(start)), 1e-12)
    b = end / max(float(np.linalg.norm(end)), 1e-12)
    axis = np.cross(a, b)
    sine, cosine = float(np.linalg.norm(axis)), float(a @ b)
    if sine < 1e-9:
        if cosine > 0:
            return np.eye(3)
        axis = np.cross(a, np.eye(3)[int(np.abs(a).argmin())])
    return matrix_from_vector(axis / np.linalg.norm(axis) * np.arctan2(sine, cosine))
