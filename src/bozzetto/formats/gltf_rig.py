"""Joints, rest pose and skins of a glTF document.

A model's rest pose is the pose in which its meshes were bound: for each skin one matrix A takes
mesh coordinates to the asset, and `A = B_j I_j` for every joint j, where I is the inverse bind
matrix and B the joint's rest pose. Scale and shear of B are dropped; poses are kept relative to it,
so bending stays the same. Nodes that move without any skin become joints, too. Letters: j joints.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from bozzetto.asset.poses import matrices_of, nearest_rotations
from bozzetto.asset.skeleton import Skeleton
from bozzetto.errors import FormatError
from bozzetto.formats.gltf_content import GlbContent
from bozzetto.formats.gltf_nodes import Nodes
from bozzetto.formats.json_node import JsonNode
from bozzetto.formats.notes import Notes

Matrix = Float64[np.ndarray, "4 4"]


@dataclass(frozen=True, kw_only=True, eq=False)
class BoundSkin:
    """One skin of the document."""

    joints: tuple[int, ...]
    """Indices into the skeleton, in the skin's own order."""
    asset_from_mesh: Matrix


@dataclass(frozen=True, kw_only=True, eq=False)
class Rig:
    """The skeleton and how it hangs together with the nodes."""

    skeleton: Skeleton
    joint_of_node: dict[int, int]
    bind_from_scene: Float64[np.ndarray, "j 4 4"]
    """Rest pose times inverse of the bind matrix: `scene_from_node @ this` is a joint's pose."""
    skins: tuple[BoundSkin, ...]

    def carrier(self, node: int, nodes: Nodes) -> int | None:
        """Return the joint that carries a node; None where none does."""
        for index in (node, *nodes.ancestors(node)):
            if index in self.joint_of_node:
                return self.joint_of_node[index]
        return None


def read_rig(
    content: GlbContent,
    nodes: Nodes,
    *,
    scene_from_node: Float64[np.ndarray, "n 4 4"],
    notes: Notes,
) -> Rig | None:
    """Read skins and find the joints; None where nothing bends or moves."""
    skins = content.document.children("skins")
    members = [_joints_of(skin, nodes) for skin in skins]
    wanted = {node for joints in members for node in joints} | _moved(content, nodes)
    if not wanted:
        return None
    order = [node for node in nodes.order if node in wanted]
    joint_of_node = {node: joint for joint, node in enumerate(order)}
    binds: dict[int, Matrix] = {}
    bound: list[BoundSkin] = []
    for skin, joints in zip(skins, members, strict=True):
        inverse = _inverse_binds(content, skin, count=len(joints))
        asset_from_mesh = _placed(joints, inverse, scene_from_node, binds=binds, notes=notes)
        for node, matrix in zip(joints, inverse, strict=True):
            binds.setdefault(node, asset_from_mesh @ _inverted(matrix, skin))
        places = tuple(joint_of_node[node] for node in joints)
        bound.append(BoundSkin(joints=places, asset_from_mesh=asset_from_mesh))
    full = np.array(scene_from_node[order])
    for node, matrix in binds.items():
        full[joint_of_node[node]] = matrix
    rest = matrices_of(nearest_rotations(full[:, :3, :3]), full[:, :3, 3])
    skeleton = Skeleton(
        names=tuple(nodes.names[node] for node in order),
        parents=np.array([_parent(node, nodes, joint_of_node) for node in order], np.int32),
        asset_from_joint=rest,
    )
    return Rig(
        skeleton=skeleton,
        joint_of_node=joint_of_node,
        bind_from_scene=np.linalg.pinv(full) @ rest,
        skins=tuple(bound),
    )


def _joints_of(skin: JsonNode, nodes: Nodes) -> tuple[int, ...]:
    """Return the nodes of a skin."""
    joints = skin.integers("joints")
    if not joints or max(joints) >= len(nodes.entries):
        raise FormatError(f"{skin.path} has no joints, or names a node that does not exist.")
    return joints


def _moved(content: GlbContent, nodes: Nodes) -> set[int]:
    """Return the nodes that an animation moves."""
    targets = (
        channel.child("target")
        for animation in content.document.children("animations")
        for channel in animation.children("channels")
    )
    moved = {
        target.integer("node")
        for target in targets
        if target.has("node") and target.text("path") != "weights"
    }
    return {node for node in moved if node < len(nodes.entries)}


def _inverse_binds(
    content: GlbContent, skin: JsonNode, *, count: int
) -> Float64[np.ndarray, "j 4 4"]:
    """Read the inverse bind matrices; identities where there are none."""
    if not skin.has("inverseBindMatrices"):
        return np.broadcast_to(np.eye(4), (count, 4, 4)).copy()
    values = content.accessor(skin.integer("inverseBindMatrices")).astype(np.float64)
    if values.shape[1] != 16 or len(values) < count or not np.isfinite(values).all():
        raise FormatError(f"{skin.path} needs {count} finite inverse bind matrices.")
    return np.swapaxes(values[:count].reshape(count, 4, 4), 1, 2)


def _placed(
    joints: tuple[int, ...],
    inverse: Float64[np.ndarray, "j 4 4"],
    scene_from_node: Float64[np.ndarray, "n 4 4"],
    *,
    binds: dict[int, Matrix],
    notes: Notes,
) -> Matrix:
    """Return `asset_from_mesh` of a skin.

    Joints that an earlier skin bound decide; else the nodes' pose does, at the topmost joint.
    """
    shared = next((i for i, node in enumerate(joints) if node in binds), None)
    if shared is not None:
        return binds[joints[shared]] @ inverse[shared]
    now = scene_from_node[list(joints)] @ inverse
    size = np.abs(now[:, :3]).max()
    if not np.allclose(now, now[:1], atol=1e-3 * max(size, 1e-9)):
        notes.tell(
            "gltf.rest_pose",
            "The joints of the file are not in the pose in which its mesh was bound; "
            "the pose of binding is taken as the rest pose.",
        )
    return now[0]


def _inverted(matrix: Matrix, skin: JsonNode) -> Matrix:
    """Invert a matrix."""
    try:
        return np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        raise FormatError(f"{skin.path} has an inverse bind matrix without an inverse.") from None


def _parent(node: int, nodes: Nodes, joint_of_node: dict[int, int]) -> int:
    """Return the nearest joint above a node; -1 where there is none."""
    return next((joint_of_node[a] for a in nodes.ancestors(node) if a in joint_of_node), -1)
