"""What is written: a textured cube of 1 m, and a textured, skinned, moving biped of 1.7 m."""

import io
import math

import numpy as np
from PIL import Image

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import CLAMPED, Model, Part, Picture, Surface
from bozzetto.asset.poses import clip_of_poses, posed_joints
from bozzetto.asset.skeleton import Clip, Skeleton
from bozzetto.formats.rigs.influences import reduced_skin

HEIGHT = 1.7
FRAMES_PER_SECOND = 30.0
CLIP = "wave"
"""The first clip."""
_JOINTS = (  # Name, parent, place (x, y, z) in metres.
    ("Hips", -1, (0, 0.95, 0)),
    ("Spine", 0, (0, 1.1, 0)),
    ("Chest", 1, (0, 1.3, 0)),
    ("Head", 2, (0, 1.48, 0)),
    ("LeftArm", 2, (0.18, 1.4, 0)),
    ("LeftForeArm", 4, (0.45, 1.4, 0)),
    ("LeftHand", 5, (0.7, 1.4, 0)),
    ("RightArm", 2, (-0.18, 1.4, 0)),
    ("RightForeArm", 7, (-0.45, 1.4, 0)),
    ("RightHand", 8, (-0.7, 1.4, 0)),
    ("LeftUpLeg", 0, (0.1, 0.9, 0)),
    ("LeftLeg", 10, (0.1, 0.5, 0.01)),
    ("LeftFoot", 11, (0.1, 0.08, -0.02)),
    ("RightUpLeg", 0, (-0.1, 0.9, 0)),
    ("RightLeg", 13, (-0.1, 0.5, 0.01)),
    ("RightFoot", 14, (-0.1, 0.08, -0.02)),
)
_LIMBS = (  # Start, end, half width; each a box in rings.
    ((0, 0.85, 0), (0, 1.46, 0), 0.14),
    ((0, 1.46, 0), (0, HEIGHT, 0), 0.09),
    ((0.14, 1.4, 0), (0.85, 1.4, 0), 0.05),
    ((-0.14, 1.4, 0), (-0.85, 1.4, 0), 0.05),
    ((0.1, 0.9, 0), (0.1, 0, 0), 0.07),
    ((-0.1, 0.9, 0), (-0.1, 0, 0), 0.07),
)
_RINGS = 9


def a_cube(*, size_m: float = 1.0) -> Model:
    """A textured cube with quads that stands on y = 0, beside a small untextured metal one."""
    big = _cube(size_m)
    small = _cube(size_m / 4)
    aside = small.positions + np.float32([size_m * 0.3, 0, size_m * 0.1])
    small = Mesh(
        positions=aside,
        triangles=small.triangles,
        normals=small.normals,
        uvs=small.uvs,
        quads=small.quads,
    )
    metal = Surface(
        name="metal",
        base_color_factor=(0.8, 0.5, 0.2, 1.0),
        metallic_factor=1.0,
        roughness_factor=0.25,
    )
    parts = (
        Part(name="crate", mesh=big, surface=_painted("crate")),
        Part(name="inlay", mesh=small, surface=metal),
    )
    return Model(name="crates", parts=parts, metadata=(("dc:rights", "CC0-1.0"),))


def a_biped() -> Model:
    """A figure of limbs with soft weights at its joints, and two clips."""
    skeleton = _skeleton()
    body, head = _limbs((0, 2, 3, 4, 5), skeleton), _limbs((1,), skeleton)
    skin = Surface(name="skin", base_color_factor=(0.7, 0.5, 0.4, 1.0), metallic_factor=0.0)
    parts = (
        Part(name="body", mesh=body[0], surface=_painted("suit"), skin=body[1]),
        Part(name="head", mesh=head[0], surface=skin, skin=head[1]),
    )
    clips = (_clip(skeleton, CLIP, seconds=1.0), _clip(skeleton, "turn", seconds=0.5))
    return Model(
        name="biped",
        parts=parts,
        skeleton=skeleton,
        clips=clips,
        metadata=(("dc:rights", "CC0-1.0"),),
    )


def _painted(name: str) -> Surface:
    """A material with all maps, each of its own pattern."""
    y, x = np.mgrid[:64, :64]
    checks = ((x // 8 + y // 8) % 2).astype(np.uint8)
    color = np.stack([60 + 150 * checks, 90 + x * 2, 220 - y * 2], axis=-1).astype(np.uint8)
    orm = np.stack([255 - y, 80 + 2 * x, 255 * (x // 32)], axis=-1).astype(np.uint8)
    tilt = 0.3 * np.sin(x / 4)
    normal = np.stack([tilt, 0 * tilt, np.sqrt(1 - tilt**2)], axis=-1)
    packed = _picture(f"{name}_orm", orm)
    return Surface(
        name=name,
        base_color=_picture(f"{name}_base_color", color),
        metallic_roughness=packed,
        occlusion=packed,
        normal=_picture(f"{name}_normal", np.round(normal * 127.5 + 127.5).astype(np.uint8)),
        sampler=CLAMPED,
    )


def _picture(name: str, texels: np.ndarray) -> Picture:
    """Encode a picture."""
    stream = io.BytesIO()
    Image.fromarray(texels).save(stream, "PNG")
    return Picture(name=name, media_type="image/png", data=stream.getvalue())


def _cube(size: float) -> Mesh:
    """Six quads with a chart each."""
    positions, normals, tangents, uvs = [], [], [], []
    for face in range(6):
        axis, sign = face // 2, 1 if face % 2 == 0 else -1
        up = np.eye(3)[(axis + 1) % 3]
        out = np.eye(3)[axis] * sign
        along = np.cross(up, out)
        for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            positions.append((out + a * along + b * up) * size / 2 + [0, size / 2, 0])
            normals.append(out)
            tangents.append([*along, 1])
            u, v = (face % 3 + 0.5 + 0.45 * a) / 3, (face // 3 + 0.5 - 0.45 * b) / 2
            uvs.append((u, v))
    base = np.arange(6)[:, None] * 4
    triangles = (base + np.array([[0, 1, 2, 0, 2, 3]])).reshape(-1, 3)
    return Mesh(
        positions=np.float32(positions),
        triangles=triangles.astype(np.int32),
        normals=np.float32(normals),
        uvs=np.float32(uvs),
        tangents=np.float32(tangents),
        quads=np.arange(12, dtype=np.int32).reshape(6, 2),
    )


def _skeleton() -> Skeleton:
    """Joints whose axes are turned, each differently, so that mistakes show."""
    poses = np.broadcast_to(np.eye(4), (len(_JOINTS), 4, 4)).copy()
    for joint, (_, _, place) in enumerate(_JOINTS):
        poses[joint, :3, :3] = _rotation((0.3, 1, 0.2 * (joint % 3)), 0.4 * joint)
        poses[joint, :3, 3] = place
    return Skeleton(
        names=tuple(name for name, _, _ in _JOINTS),
        parents=np.array([parent for _, parent, _ in _JOINTS], np.int32),
        asset_from_joint=poses,
    )


def _rotation(axis: tuple[float, float, float], angle: float) -> np.ndarray:
    """Rodrigues' formula."""
    x, y, z = np.array(axis) / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + math.sin(angle) * k + (1 - math.cos(angle)) * k @ k


def _limbs(which: tuple[int, ...], skeleton: Skeleton):
    """Boxes in rings along the limbs, and the weights of their vertices."""
    positions, normals, uvs, corners = [], [], [], []
    for row, index in enumerate(which):
        start, end, half = np.array(_LIMBS[index][0]), np.array(_LIMBS[index][1]), _LIMBS[index][2]
        along = (end - start) / np.linalg.norm(end - start)
        side = np.cross(along, [0, 0, 1.0])
        front = np.cross(side, along)
        first = len(positions)
        for ring in range(_RINGS):
            for step in range(13):
                angle = step / 12 * 2 * math.pi
                out = math.cos(angle) * side + math.sin(angle) * front
                positions.append(start + (end - start) * ring / (_RINGS - 1) + out * half)
                normals.append(out)
                uvs.append((step / 12, (row + ring / (_RINGS - 1) * 0.95) / len(which)))
        for ring in range(_RINGS - 1):
            for step in range(12):
                a = first + ring * 13 + step
                corners.append((a, a + 13, a + 14, a + 1))
        for ring, sign in ((0, -1), (_RINGS - 1, 1)):  # Lids.
            middle = len(positions)
            positions.append(start if sign < 0 else end)
            normals.append(sign * along)
            uvs.append((0.5, 0.98 / len(which)))
            rim = first + ring * 13
            for step in range(12):
                a, b = rim + step, rim + step + 1
                corners.append((middle, a, b, -1) if sign < 0 else (middle, b, a, -1))
    quads = np.array([c for c in corners if c[3] >= 0], np.int32)
    lids = np.array([c[:3] for c in corners if c[3] < 0], np.int32)
    halves = np.stack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]], axis=1).reshape(-1, 3)
    across = np.cross([0.3, 0.7, 0.5], normals)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    mesh = Mesh(
        positions=np.float32(positions),
        triangles=np.concatenate([halves, lids]),
        tangents=np.float32(np.concatenate([across, np.ones((len(across), 1))], axis=1)),
        normals=np.float32(normals),
        uvs=np.float32(uvs),
        quads=np.arange(2 * len(quads), dtype=np.int32).reshape(-1, 2),
    )
    distance = np.linalg.norm(mesh.positions[:, None] - skeleton.positions, axis=2)
    weights = np.exp(-((distance / 0.12) ** 2)) + 1e-9
    weights[weights < weights.max(axis=1, keepdims=True) * 0.05] = 0
    joints = np.broadcast_to(np.arange(skeleton.num_joints), weights.shape).astype(np.int64)
    return mesh, reduced_skin(joints, weights).skin


def _clip(skeleton: Skeleton, name: str, *, seconds: float) -> Clip:
    """All joints turn about axes of their own, and the hips move."""
    count = round(seconds * FRAMES_PER_SECOND) + 1
    local = np.broadcast_to(skeleton.parent_from_joint, (count, skeleton.num_joints, 4, 4)).copy()
    for frame in range(count):
        wave = math.sin(frame / (count - 1) * 2 * math.pi)
        for joint in range(skeleton.num_joints):
            axis = (1.0 + joint % 2, 0.5 * (joint % 3), 1.0)
            local[frame, joint, :3, :3] @= _rotation(axis, 0.5 * wave * (1 if joint % 2 else -0.6))
        local[frame, 0, :3, 3] += [0.1 * wave, 0.02 * wave, 0]
    world = local.copy()
    for joint, parent in enumerate(skeleton.parents):
        if parent >= 0:
            world[:, joint] = world[:, parent] @ local[:, joint]
    clip = clip_of_poses(skeleton, world, name=name, frames_per_second=FRAMES_PER_SECOND)
    assert np.allclose(posed_joints(skeleton, clip), world, atol=1e-5)
    return clip
