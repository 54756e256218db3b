"""Joints, rest pose and skins of a scene of nodes, as glTF and FBX have them.

A model's rest pose is the pose in which its meshes were bound: for each skin one matrix A takes
mesh coordinates to the asset, and `A = B_j I_j` for every joint j, where I is the inverse bind
matrix and B the joint's rest pose. Scale and shear of B are dropped; poses are kept relative to it,
so bending stays the same. Nodes that move without any skin become joints, too. Letters: n nodes,
j joints, k frames, v vertices.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int32

from bozzetto.asset.poses import clip_of_poses, matrices_of, nearest_rotations
from bozzetto.asset.skeleton import Clip, Skeleton, Skin
from bozzetto.errors import FormatError
from bozzetto.formats.notes import Notes
from bozzetto.formats.rigs.influences import reduced_skin

Matrix = Float64[np.ndarray, "4 4"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Tree:
    """Nodes and where they stand before any animation."""

    names: tuple[str, ...]
    """Unique."""
    parents: Int32[np.ndarray, " n"]
    """-1 for roots."""
    order: tuple[int, ...]
    """Parents before their children."""
    asset_from_node: Float64[np.ndarray, "n 4 4"]

    def ancestors(self, index: int) -> tuple[int, ...]:
        """Return the nodes above, nearest first."""
        found: list[int] = []
        while self.parents[index] >= 0:
            index = int(self.parents[index])
            found.append(index)
        return tuple(found)


@dataclass(frozen=True, kw_only=True, eq=False)
class NodeSkin:
    """One skin, as a file has it."""

    place: str
    """For messages."""
    nodes: tuple[int, ...]
    """Its joints."""
    inverse_binds: Float64[np.ndarray, "j 4 4"]
    """Mesh coordinates to the joint's, when they were bound."""
    asset_from_mesh: Matrix | None = None
    """Where the mesh stood then; None where the file does not say."""


@dataclass(frozen=True, kw_only=True, eq=False)
class BoundSkin:
    """One skin, tied to the skeleton."""

    joints: tuple[int, ...]
    """Indices into the skeleton, in the skin's own order."""
    asset_from_mesh: Matrix


@dataclass(frozen=True, kw_only=True, eq=False)
class Rig:
    """The skeleton and how it hangs together with the nodes."""

    tree: Tree
    skeleton: Skeleton
    joint_of_node: dict[int, int]
    bind_from_rest: Float64[np.ndarray, "j 4 4"]
    """`asset_from_node @ this` is a joint's pose."""
    skins: tuple[BoundSkin, ...]

    @property
    def nodes(self) -> list[int]:
        """The node of each joint."""
        return list(self.joint_of_node)

    def carried(self, node: int, *, num_vertices: int) -> tuple[Matrix, Skin] | None:
        """Return where a mesh without skin stands at rest, and the joint that carries it whole.

        None where no joint does.
        """
        above = (node, *self.tree.ancestors(node))
        carrier = next((n for n in above if n in self.joint_of_node), None)
        if carrier is None:
            return None
        joint = self.joint_of_node[carrier]
        now: Matrix = self.tree.asset_from_node[carrier] @ self.bind_from_rest[joint]
        rest: Matrix = self.skeleton.asset_from_joint[joint]
        place: Matrix = rest @ np.linalg.inv(now) @ self.tree.asset_from_node[node]
        joints = np.full((num_vertices, 1), joint, np.int64)
        return place, reduced_skin(joints, np.ones((num_vertices, 1))).skin

    def clip(
        self,
        asset_from_node: Float64[np.ndarray, "k n 4 4"],
        *,
        name: str,
        frames_per_second: float,
        notes: Notes,
    ) -> Clip:
        """Turn the poses of all nodes in every frame into a clip."""
        posed = asset_from_node[:, self.nodes] @ self.bind_from_rest
        gram = np.swapaxes(posed[..., :3, :3], -1, -2) @ posed[..., :3, :3]
        if float(np.abs(gram - np.eye(3)).max()) > 0.02:
            notes.warn("clip.scale", f"{name} scales joints; the scaling is left out.")
        made = clip_of_poses(self.skeleton, posed, name=name, frames_per_second=frames_per_second)
        size = max(float(np.ptp(posed[..., :3, 3])), 1e-6)
        returns = len(posed) > 2 and np.allclose(posed[0], posed[-1], atol=1e-3 * size)
        return replace(made, loops=bool(returns))


def build_rig(
    tree: Tree, skins: Sequence[NodeSkin], *, moved: frozenset[int], notes: Notes
) -> Rig | None:
    """Tie skins and moving nodes to one skeleton; None where nothing bends or moves.

    Raises:
        FormatError: A bind matrix has no inverse.
    """
    wanted = {node for skin in skins for node in skin.nodes} | moved
    if not wanted:
        return None
    order = [node for node in tree.order if node in wanted]
    joint_of_node = {node: joint for joint, node in enumerate(order)}
    binds: dict[int, Matrix] = {}
    bound: list[BoundSkin] = []
    for skin in skins:
        asset_from_mesh = _placed(skin, tree, binds, notes=notes)
        for node, matrix in zip(skin.nodes, skin.inverse_binds, strict=True):
            binds.setdefault(node, asset_from_mesh @ _inverted(matrix, skin.place))
        places = tuple(joint_of_node[node] for node in skin.nodes)
        bound.append(BoundSkin(joints=places, asset_from_mesh=asset_from_mesh))
    full = np.array(tree.asset_from_node[order])
    for node, matrix in binds.items():
        full[joint_of_node[node]] = matrix
    rest = matrices_of(nearest_rotations(full[:, :3, :3]), full[:, :3, 3])
    parents = [
        next((joint_of_node[a] for a in tree.ancestors(node) if a in joint_of_node), -1)
        for node in order
    ]
    skeleton = Skeleton(
        names=tuple(tree.names[node] for node in order),
        parents=np.array(parents, np.int32),
        asset_from_joint=rest,
    )
    return Rig(
        tree=tree,
        skeleton=skeleton,
        joint_of_node=joint_of_node,
        bind_from_rest=np.linalg.pinv(full) @ rest,
        skins=tuple(bound),
    )


def _placed(skin: NodeSkin, tree: Tree, binds: dict[int, Matrix], *, notes: Notes) -> Matrix:
    """Return `asset_from_mesh` of a skin.

    Joints that an earlier skin bound decide, then the file; else the nodes' pose does.
    """
    shared = next((i for i, node in enumerate(skin.nodes) if node in binds), None)
    if shared is not None:
        return binds[skin.nodes[shared]] @ skin.inverse_binds[shared]
    now = tree.asset_from_node[list(skin.nodes)] @ skin.inverse_binds
    given = now[0] if skin.asset_from_mesh is None else skin.asset_from_mesh
    size = max(float(np.abs(now[:, :3]).max()), 1e-9)
    if not np.allclose(now, given, atol=1e-3 * size):
        notes.tell(
            "skin.rest_pose",
            "The joints of the file are not in the pose in which its mesh was bound; "
            "the pose of binding is taken as the rest pose.",
        )
    return given


def _inverted(matrix: Matrix, place: str) -> Matrix:
    """Invert a matrix."""
    try:
        return np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        raise FormatError(f"{place} has a bind matrix without an inverse.") from None
