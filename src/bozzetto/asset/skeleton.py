"""Skeletons, skins and motion, as glTF and OpenUSD have them: joints bend vertices linearly.

Frame and units are the asset's: right-handed, +y up, front +z, metres. Matrices act on columns and
are named `target_from_source`. Letters: j joints, v vertices, k frames.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int32, UInt16

from bozzetto.transforms import is_rigid

MAX_INFLUENCES = 4
"""Joints that may move one vertex."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Skeleton:
    """A tree of joints in its rest pose; parents stand before their children."""

    names: tuple[str, ...]
    """Unique."""
    parents: Int32[np.ndarray, " j"]
    """Index of each joint's parent; -1 for a root."""
    asset_from_joint: Float64[np.ndarray, "j 4 4"]
    """Rest pose: where each joint's frame lies in the asset; rigid."""

    def __post_init__(self) -> None:
        """Check the tree and the poses, and lock the arrays."""
        if not len(self.names) == len(self.parents) == len(self.asset_from_joint) > 0:
            raise ValueError("A skeleton needs one name, parent and pose for each of its joints.")
        if len(set(self.names)) != len(self.names):
            raise ValueError("The joints of a skeleton need different names.")
        if not ((self.parents >= -1) & (self.parents < np.arange(len(self.parents)))).all():
            raise ValueError("The parents in a skeleton must stand before their children.")
        if not is_rigid(self.asset_from_joint):
            raise ValueError("The joints of a skeleton must be turned and moved only.")
        self.parents.setflags(write=False)
        self.asset_from_joint.setflags(write=False)

    @property
    def num_joints(self) -> int:
        """Joints."""
        return len(self.names)

    @property
    def positions(self) -> Float64[np.ndarray, "j 3"]:
        """Where the joints are at rest."""
        return self.asset_from_joint[:, :3, 3]

    @property
    def parent_from_joint(self) -> Float64[np.ndarray, "j 4 4"]:
        """Rest pose relative to the parent; roots relative to the asset."""
        local = self.asset_from_joint.copy()
        child = self.parents >= 0
        above = self.asset_from_joint[self.parents[child]]
        local[child] = np.linalg.inv(above) @ self.asset_from_joint[child]
        return local


@dataclass(frozen=True, kw_only=True, eq=False)
class Skin:
    """Which joints move each vertex of a mesh, and how much. The mesh is modelled at rest."""

    joints: UInt16[np.ndarray, "v 4"]
    """Indices into the skeleton; 0 where the weight is 0."""
    weights: Float32[np.ndarray, "v 4"]
    """0 to 1, largest first; each row sums to 1."""

    def __post_init__(self) -> None:
        """Check that rows are weights, and lock the arrays."""
        if self.joints.shape != self.weights.shape:
            raise ValueError("A skin needs one weight for each joint of a vertex.")
        if len(self.weights) and not (
            (self.weights >= 0).all() and np.allclose(self.weights.sum(axis=1), 1, atol=1e-4)
        ):
            raise ValueError("The weights of a vertex must be 0 or more and sum to 1.")
        if self.joints[self.weights == 0].any():
            raise ValueError("A weight of 0 must name joint 0.")
        self.joints.setflags(write=False)
        self.weights.setflags(write=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Clip:
    """A motion of a skeleton, sampled evenly; frame 0 is at time 0."""

    name: str
    rotations: Float32[np.ndarray, "k j 4"]
    """Of each joint relative to its parent: unit quaternions x y z w."""
    translations: Float32[np.ndarray, "k j 3"]
    """Of each joint relative to its parent, metres."""
    frames_per_second: float = 30.0
    loops: bool = False
    """Whether the last frame is the first one again."""

    def __post_init__(self) -> None:
        """Check shapes and quaternions, and lock the arrays."""
        if self.rotations.shape[:2] != self.translations.shape[:2] or len(self.rotations) == 0:
            raise ValueError("A clip needs a rotation and a translation for each joint and frame.")
        if not np.allclose(np.linalg.norm(self.rotations, axis=-1), 1, atol=1e-3):
            raise ValueError("The rotations of a clip must be unit quaternions.")
        self.rotations.setflags(write=False)
        self.translations.setflags(write=False)

    @property
    def num_frames(self) -> int:
        """Frames, the first and last counted."""
        return len(self.rotations)

    @property
    def seconds(self) -> float:
        """Time from the first to the last frame."""
        return (self.num_frames - 1) / self.frames_per_second
