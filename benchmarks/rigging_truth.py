"""Figures whose skeletons are known: artists' rigs (GLB) and Anny's bodies (NPZ).

Joints of other names are mapped to our roles; a bone without a role moves with its nearest
ancestor that has one. Letters: v vertices, b bones of the truth.
"""

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Surface
from bozzetto.asset.skeleton import Skeleton

_TYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}

_QUATERNIUS = {
    "Hips": "hips",
    "Abdomen": "spine",
    "Torso": "chest",
    "Chest": "upperChest",
    "Neck": "neck",
    "Head": "head",
    "Shoulder": "Shoulder",
    "UpperArm": "UpperArm",
    "LowerArm": "LowerArm",
    "Hand": "Hand",
    "Palm": "Hand",
    "UpperLeg": "UpperLeg",
    "LowerLeg": "LowerLeg",
    "Foot": "Foot",
    "Index2": "IndexProximal",
    "Index3": "IndexIntermediate",
    "Index4": "IndexDistal",
    "Middle2": "MiddleProximal",
    "Middle3": "MiddleIntermediate",
    "Middle4": "MiddleDistal",
    "Ring2": "RingProximal",
    "Ring3": "RingIntermediate",
    "Ring4": "RingDistal",
    "Pinky2": "LittleProximal",
    "Pinky3": "LittleIntermediate",
    "Pinky4": "LittleDistal",
    "Thumb2": "ThumbProximal",
    "Thumb3": "ThumbDistal",
}
_FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
_ANNY = {
    "root": "hips",
    "spine04": "spine",
    "spine02": "chest",
    "spine01": "upperChest",
    "neck01": "neck",
    "head": "head",
    "clavicle": "Shoulder",
    "upperarm01": "UpperArm",
    "lowerarm01": "LowerArm",
    "wrist": "Hand",
    "upperleg01": "UpperLeg",
    "lowerleg01": "LowerLeg",
    "foot": "Foot",
    "toe2-1": "Toes",
    "finger1-1": "ThumbMetacarpal",
    "finger1-2": "ThumbProximal",
    "finger1-3": "ThumbDistal",
} | {
    f"finger{n + 1}-{k + 1}": f"{finger}{bone}"
    for n, finger in enumerate(_FINGERS)
    if n
    for k, bone in enumerate(("Proximal", "Intermediate", "Distal"))
}


_ANIMAL = {
    "Back": "hips",
    "Torso3": "withers",
    "Neck1": "neckBase",
    "Neck3": "neckMiddle",
    "Head": "skull",
    "Tail1": "tail1",
    "FrontUpperLeg": "FrontUpper",
    "FrontLowerLeg": "FrontLower",
    "IKFrontLeg": "FrontFoot",
    "BackLeg": "HindThigh",
    "BackUpperLeg": "HindUpper",
    "BackLowerLeg": "HindLower",
    "IKBackLeg": "HindFoot",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """A figure and what is known about it."""

    name: str
    kind: str
    model: Model
    joints: dict[str, np.ndarray]
    """Position by role."""
    weights: np.ndarray
    """v x b, parts one after the other."""
    bones: list[str]
    """Role by which each bone moves; empty for none."""


def load_rig(path: Path) -> Truth:
    """Read an artist's rig; the skeleton stays out of the model."""
    data = path.read_bytes()
    length = struct.unpack("<I", data[12:16])[0]
    gltf, binary = json.loads(data[20 : 20 + length]), data[28 + length :]

    def read(index: int) -> np.ndarray:
        accessor = gltf["accessors"][index]
        view = gltf["bufferViews"][accessor["bufferView"]]
        kind, width = np.dtype(_TYPES[accessor["componentType"]]), _WIDTHS[accessor["type"]]
        start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        stride = view.get("byteStride", kind.itemsize * width)
        rows = np.lib.stride_tricks.as_strided(
            np.frombuffer(binary, np.uint8)[start:],
            (accessor["count"], kind.itemsize * width),
            (stride, 1),
        )
        values = np.ascontiguousarray(rows).view(kind)
        return values / np.iinfo(kind).max if accessor.get("normalized") else values

    world, parent = _nodes(gltf)
    parts, weights, joints, bones = [], [], {}, []
    skinned = [n for n in gltf["nodes"] if "mesh" in n and "skin" in n]
    for node in skinned:
        skin = gltf["skins"][node["skin"]]
        inverse = read(skin["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1)
        # Upright as the file shows it, but in the pose in which the mesh was modelled.
        scene_from_mesh = world[skin["joints"][0]] @ inverse[0]
        heads = np.linalg.inv(inverse.astype(np.float64))
        names = [gltf["nodes"][j]["name"] for j in skin["joints"]]
        roles = [_quaternius_role(name) for name in names]
        if "Chest" not in names:  # Then the torso is what carries neck and shoulders.
            roles = ["upperChest" if role == "chest" else role for role in roles]
        if not bones:
            bones = _inherited(skin["joints"], roles, parent)
            known = zip(roles, heads, strict=True)
            joints |= {r: (scene_from_mesh @ head)[:3, 3] for r, head in known if r}
        for primitive in gltf["meshes"][node["mesh"]]["primitives"]:
            where = read(primitive["attributes"]["POSITION"]).astype(np.float64)
            where = where @ scene_from_mesh[:3, :3].T + scene_from_mesh[:3, 3]
            material = gltf["materials"][primitive["material"]]
            color = material.get("pbrMetallicRoughness", {}).get("baseColorFactor", [1, 1, 1, 1])
            parts.append(
                Part(
                    name=f"{node['name']}/{material['name']}",
                    mesh=Mesh(
                        positions=where.astype(np.float32),
                        triangles=read(primitive["indices"]).reshape(-1, 3).astype(np.int32),
                    ),
                    surface=Surface(
                        name=material["name"], base_color_factor=tuple(map(float, color))
                    ),
                )
            )
            dense = np.zeros((len(where), len(names)))
            index = read(primitive["attributes"]["JOINTS_0"])
            weight = read(primitive["attributes"]["WEIGHTS_0"])
            for column in range(4):
                np.add.at(dense, (np.arange(len(where)), index[:, column]), weight[:, column])
            weights.append(dense / dense.sum(axis=1, keepdims=True))
    return Truth(
        name=path.stem.split("__")[1],
        kind="artist",
        model=Model(name=path.stem, parts=tuple(parts)),
        joints=joints,
        weights=np.concatenate(weights),
        bones=bones,
    )


def load_body(path: Path) -> Truth:
    """Read a body of Anny's, written by `benchmarks.rigging_bodies`."""
    data = np.load(path)
    labels = [str(bone) for bone in data["bones"]]
    roles = [_anny_role(label) for label in labels]
    positions = data["positions"]
    dense = np.zeros((len(positions), len(labels)))
    for column in range(data["bi"].shape[1]):
        np.add.at(dense, (np.arange(len(positions)), data["bi"][:, column]), data["bw"][:, column])
    parent = dict(enumerate(data["parents"].tolist()))
    mesh = Mesh(positions=positions, triangles=data["triangles"])
    part = Part(name="body", mesh=mesh, surface=Surface(name="skin"))
    return Truth(
        name=path.stem,
        kind="body",
        model=Model(name=path.stem, parts=(part,)),
        joints={role: data["joints"][i] for i, role in enumerate(roles) if role},
        weights=dense / dense.sum(axis=1, keepdims=True),
        bones=_inherited(list(range(len(labels))), roles, parent),
    )


def animal_joints(skeleton: Skeleton) -> dict[str, np.ndarray]:
    """Return where an artist's four-legged skeleton has our joints."""
    found = {}
    for name, place in zip(skeleton.names, skeleton.positions, strict=True):
        stem, _, side = name.partition(".")
        role = _ANIMAL.get(stem)
        if role is not None:
            found[{"L": "left", "R": "right", "": ""}[side] + role] = place
    return found


def _nodes(gltf: dict) -> tuple[dict[int, np.ndarray], dict[int, int]]:
    """Return every node's place in the scene, and its parent."""
    world, parent = {}, {}

    def visit(index: int, above: np.ndarray, over: int) -> None:
        node = gltf["nodes"][index]
        local = np.eye(4)
        turn = Rotation.from_quat(node.get("rotation", [0, 0, 0, 1])).as_matrix()
        local[:3, :3] = turn * np.array(node.get("scale", [1, 1, 1]))
        local[:3, 3] = node.get("translation", [0, 0, 0])
        world[index], parent[index] = above @ local, over
        for child in node.get("children", []):
            visit(child, world[index], index)

    for root in gltf["scenes"][gltf.get("scene", 0)]["nodes"]:
        visit(root, np.eye(4), -1)
    return world, parent


def _inherited(indices: list[int], roles: list[str], parent: dict[int, int]) -> list[str]:
    """Give every bone the role of its nearest ancestor that has one."""
    role_of = dict(zip(indices, roles, strict=True))

    def find(index: int) -> str:
        while index >= 0:
            if role_of.get(index):
                return role_of[index]
            index = parent[index]
        return ""

    return [find(index) for index in indices]


def _quaternius_role(name: str) -> str:
    return _sided(name, _QUATERNIUS)


def _anny_role(name: str) -> str:
    return _sided(name, _ANNY)


def _sided(name: str, table: dict[str, str]) -> str:
    stem, _, side = name.partition(".")
    role = table.get(stem, "")
    if role[:1].isupper():
        return {"L": "left", "R": "right"}[side] + role if side else ""
    return role


def artists_rigs(folder: Path, wanted: Callable[[str], bool] = lambda _: True) -> list[Path]:
    """List the two-legged people among the rigs."""
    others = ("animals_pack", "dinosaurs_pack")
    paths = sorted(folder.glob("*.glb"))
    return [p for p in paths if not p.name.startswith(others) and wanted(p.name)]
