"""Poses of skeletons over time, and meshes bent by them (linear blend skinning).

Quaternions are x y z w, as in glTF. Matrices act on columns and are named `target_from_source`.
Letters: j joints, v vertices, k frames, n rotations.
"""

import numpy as np
from jaxtyping import Float32, Float64, Shaped

from bozzetto.asset.model import Model, Part
from bozzetto.asset.skeleton import Clip, Skeleton, Skin

Quaternions = Shaped[np.ndarray, "*n 4"]


def matrices_from_quaternions(quaternions: Quaternions) -> Float64[np.ndarray, "*n 3 3"]:
    """Return rotation matrices; quaternions of any length but 0 will do."""
    unit = quaternions.astype(np.float64)
    unit = unit / np.linalg.norm(unit, axis=-1, keepdims=True)
    x, y, z, w = np.moveaxis(unit, -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def quaternions_from_matrices(
    rotations: Float64[np.ndarray, "*n 3 3"],
) -> Float64[np.ndarray, "*n 4"]:
    """Return unit quaternions with w of 0 or more, stable for every rotation.

    Each quaternion is a multiple of every row of a symmetric 4 x 4 matrix; the row with the largest
    diagonal entry is never small (Shepperd, 1978).
    """
    m = np.moveaxis(rotations, (-2, -1), (0, 1))
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = m
    rows = [
        [1 + xx - yy - zz, xy + yx, xz + zx, zy - yz],
        [xy + yx, 1 - xx + yy - zz, yz + zy, xz - zx],
        [xz + zx, yz + zy, 1 - xx - yy + zz, yx - xy],
        [zy - yz, xz - zx, yx - xy, 1 + xx + yy + zz],
    ]
    table = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    largest = np.argmax(np.diagonal(table, axis1=-2, axis2=-1), axis=-1)
    chosen = np.take_along_axis(table, largest[..., None, None], axis=-2)[..., 0, :]
    unit = chosen / np.linalg.norm(chosen, axis=-1, keepdims=True)
    sign = np.where(unit[..., 3:] < 0, -1.0, 1.0)
    return unit * sign


def continuous(quaternions: Float64[np.ndarray, "k *n 4"]) -> Float64[np.ndarray, "k *n 4"]:
    """Choose the sign of each frame's quaternions so that neighbours in time never oppose."""
    dots = np.einsum("k...i,k...i->k...", quaternions[1:], quaternions[:-1])
    flips = np.cumprod(np.where(dots < 0, -1.0, 1.0), axis=0)
    return np.concatenate([quaternions[:1], quaternions[1:] * flips[..., None]])


def nearest_rotations(matrices: Float64[np.ndarray, "*n 3 3"]) -> Float64[np.ndarray, "*n 3 3"]:
    """Return the closest rotations, without scale, shear or reflection."""
    u, _, vt = np.linalg.svd(matrices)
    sign = np.where(np.linalg.det(u @ vt) < 0, -1.0, 1.0)
    u = np.concatenate([u[..., :2], u[..., 2:] * sign[..., None, None]], axis=-1)
    return u @ vt


def matrices_of(
    rotations: Float64[np.ndarray, "*n 3 3"], translations: Float64[np.ndarray, "*n 3"]
) -> Float64[np.ndarray, "*n 4 4"]:
    """Join rotations and translations to homogeneous matrices."""
    matrices = np.zeros((*rotations.shape[:-2], 4, 4))
    matrices[..., :3, :3] = rotations
    matrices[..., :3, 3] = translations
    matrices[..., 3, 3] = 1
    return matrices


def posed_joints(skeleton: Skeleton, clip: Clip) -> Float64[np.ndarray, "k j 4 4"]:
    """Return `asset_from_joint` of every joint in every frame."""
    local = matrices_of(
        matrices_from_quaternions(clip.rotations), clip.translations.astype(np.float64)
    )
    world = local.copy()
    for joint, parent in enumerate(skeleton.parents):
        if parent >= 0:
            world[:, joint] = world[:, parent] @ local[:, joint]
    return world


def clip_of_poses(
    skeleton: Skeleton,
    posed: Float64[np.ndarray, "k j 4 4"],
    *,
    name: str,
    frames_per_second: float = 30.0,
) -> Clip:
    """Return the clip that moves the joints as `posed_joints` would give them back.

    Args:
        skeleton: Its parents are used, its rest pose is not.
        posed: `asset_from_joint` in every frame; scale and shear are dropped.
        name: Of the clip.
        frames_per_second: Of the samples.
    """
    rigid = matrices_of(nearest_rotations(posed[..., :3, :3]), posed[..., :3, 3])
    local = rigid.copy()
    child = skeleton.parents >= 0
    parents = skeleton.parents[child]
    local[:, child] = np.linalg.inv(rigid[:, parents]) @ rigid[:, child]
    quaternions = continuous(quaternions_from_matrices(local[..., :3, :3]))
    return Clip(
        name=name,
        rotations=quaternions.astype(np.float32),
        translations=local[..., :3, 3].astype(np.float32),
        frames_per_second=frames_per_second,
    )


def skinned(
    positions: Float32[np.ndarray, "v 3"],
    skin: Skin,
    *,
    posed_from_rest: Float64[np.ndarray, "j 4 4"],
) -> Float64[np.ndarray, "v 3"]:
    """Bend positions at rest by one pose.

    Args:
        positions: At rest, in the asset's frame.
        skin: Their weights.
        posed_from_rest: For each joint, its pose times the inverse of its rest pose.
    """
    blended = np.einsum(
        "vi,vixy->vxy", skin.weights.astype(np.float64), posed_from_rest[skin.joints]
    )
    homogeneous = np.concatenate([positions.astype(np.float64), np.ones((len(positions), 1))], 1)
    return np.einsum("vxy,vy->vx", blended, homogeneous)[:, :3]


def posed_part(model: Model, part: Part, *, clip: Clip, frame: int) -> Float64[np.ndarray, "v 3"]:
    """Return where a part's vertices are in one frame of a clip; unskinned parts stay.

    Args:
        model: Whose skeleton bends the part.
        part: One of the model's.
        clip: One of the model's.
        frame: 0 to `clip.num_frames - 1`; later ones hold the last.
    """
    if part.skin is None or model.skeleton is None:
        return part.mesh.positions.astype(np.float64)
    frame = min(frame, clip.num_frames - 1)
    posed = posed_joints(model.skeleton, clip)[frame]
    posed_from_rest = posed @ np.linalg.inv(model.skeleton.asset_from_joint)
    return skinned(part.mesh.positions, part.skin, posed_from_rest=posed_from_rest)
