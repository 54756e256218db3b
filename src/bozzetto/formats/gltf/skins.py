"""Skins of a glTF document. Letters: j joints."""

import numpy as np
from jaxtyping import Float64

from bozzetto.errors import FormatError
from bozzetto.formats.gltf.container import GlbContent
from bozzetto.formats.gltf.json_node import JsonNode
from bozzetto.formats.gltf.nodes import Nodes
from bozzetto.formats.notes import Notes
from bozzetto.formats.rigs.building import NodeSkin, Rig, Tree, build_rig


def read_rig(content: GlbContent, nodes: Nodes, *, tree: Tree, notes: Notes) -> Rig | None:
    """Read skins and find the joints; None where nothing bends or moves."""
    skins = [_skin(content, skin, nodes) for skin in content.document.children("skins")]
    return build_rig(tree, skins, moved=_moved(content, nodes), notes=notes)


def _skin(content: GlbContent, skin: JsonNode, nodes: Nodes) -> NodeSkin:
    """Read one skin."""
    joints = skin.integers("joints")
    if not joints or max(joints) >= len(nodes.entries):
        raise FormatError(f"{skin.path} has no joints, or names a node that does not exist.")
    inverse = _inverse_binds(content, skin, count=len(joints))
    return NodeSkin(place=skin.path, nodes=joints, inverse_binds=inverse)


def _moved(content: GlbContent, nodes: Nodes) -> frozenset[int]:
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
    return frozenset(node for node in moved if node < len(nodes.entries))


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
