"""Euler angles as FBX has them: about x first, then y, then z, in degrees.

Letters: k frames, n rotations.
"""

import numpy as np
from jaxtyping import Float64

Angles = Float64[np.ndarray, "*n 3"]
_GIMBAL = 1 - 1e-9


def euler_deg_from_matrices(
    rotations: Float64[np.ndarray, "*n 3 3"],
) -> Float64[np.ndarray, "*n 3"]:
    """Return angles x y z with `R = Rz Ry Rx`; at the poles x is 0."""
    sine = np.clip(-rotations[..., 2, 0], -1, 1)
    pole = np.abs(sine) > _GIMBAL
    x = np.where(pole, 0, np.arctan2(rotations[..., 2, 1], rotations[..., 2, 2]))
    y = np.arcsin(sine)
    z = np.where(
        pole,
        np.arctan2(-rotations[..., 0, 1], rotations[..., 1, 1]),
        np.arctan2(rotations[..., 1, 0], rotations[..., 0, 0]),
    )
    return np.degrees(np.stack([x, y, z], axis=-1))


def continuous_euler_deg(
    rotations: Float64[np.ndarray, "k *n 3 3"],
) -> Float64[np.ndarray, "k *n 3"]:
    """Return angles over time without jumps, as far as there are any such.

    Every rotation has two sets of angles, (x, y, z) and (x + 180, 180 - y, z + 180), each up to
    full turns; of these the set closest to the frame before is taken.
    """
    first: Angles = euler_deg_from_matrices(rotations)
    second: Angles = np.stack(
        [first[..., 0] + 180, 180 - first[..., 1], first[..., 2] + 180], axis=-1
    )
    result: Angles = first.copy()
    for frame in range(1, len(first)):
        result[frame] = _nearer(first[frame], second[frame], before=result[frame - 1])
    return result


def _nearer(one: Angles, other: Angles, *, before: Angles) -> Angles:
    """Return whichever of two sets of angles, unwound, is closer to the ones before."""
    near, far = _unwound(one, before), _unwound(other, before)
    closer = np.abs(far - before).sum(axis=-1) < np.abs(near - before).sum(axis=-1)
    return np.where(closer[..., None], far, near)


def _unwound(angles: Angles, before: Angles) -> Angles:
    """Add full turns so that each angle is within half a turn of the one before."""
    return angles - 360 * np.round((angles - before) / 360)


def matrices_from_euler_deg(
    angles: Float64[np.ndarray, "*n 3"], *, order: str = "xyz"
) -> Float64[np.ndarray, "*n 3 3"]:
    """Return rotations about the axes in an order, the first letter first."""
    result = np.broadcast_to(np.eye(3), (*angles.shape[:-1], 3, 3))
    for letter in order:
        axis = "xyz".index(letter)
        result = _about(axis, np.asarray(np.radians(angles[..., axis]))) @ result
    return result


def _about(axis: int, angle: Float64[np.ndarray, "*n"]) -> Float64[np.ndarray, "*n 3 3"]:
    """Return rotations about one axis."""
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.zeros((*angle.shape, 3, 3))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix[..., axis, axis] = 1
    matrix[..., i, i] = matrix[..., j, j] = cos
    matrix[..., i, j], matrix[..., j, i] = -sin, sin
    return matrix
