"""Makers of small models, shared by tests: boxes, pictures, a figure that bends."""

from dataclasses import replace
from io import BytesIO

import numpy as np
from PIL import Image

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Picture, Surface
from bozzetto.asset.skeleton import Clip, Skeleton, Skin
from tests.textured import a_globe


def a_box(*, size=(1.0, 1.0, 1.0), centre=(0.0, 0.5, 0.0), uvs=True):
    """A closed box of 12 triangles; each face has its own corners and a field of the texture."""
    corners, triangles, coordinates = [], [], []
    for axis in range(3):
        for side in (-1, 1):
            u, v = [k for k in range(3) if k != axis]
            face = np.zeros((4, 3))
            face[:, axis] = side
            face[:, u] = (-1, 1, 1, -1)
            face[:, v] = (-1, -1, 1, 1)
            outward = np.cross(face[1] - face[0], face[2] - face[0])[axis] * side > 0
            order = [0, 1, 2, 3] if outward else [0, 3, 2, 1]
            start = 4 * len(corners)
            number = len(corners)
            corners.append(face[order])
            cell = np.array([[0, 1], [1, 1], [1, 0], [0, 0]]) * 0.2 + 0.05
            coordinates.append(cell + np.array([number % 3 * 0.33, number // 3 * 0.5]))
            triangles += [[start, start + 1, start + 2], [start, start + 2, start + 3]]
    positions = np.concatenate(corners) / 2 * np.array(size) + np.array(centre)
    return Mesh(
        positions=positions.astype(np.float32),
        triangles=np.array(triangles, np.int32),
        uvs=np.concatenate(coordinates).astype(np.float32) if uvs else None,
    )


def a_picture(*, texels=None, color=(128, 128, 128), side=64, name="picture", kind="PNG"):
    """An encoded picture: the texels given, or one colour."""
    if texels is None:
        texels = np.full((side, side, len(color)), color, np.uint8)
    stream = BytesIO()
    Image.fromarray(texels).save(stream, kind)
    return Picture(name=name, media_type=f"image/{kind.lower()}", data=stream.getvalue())


def a_surface(*, name="paint", side=64, **fields):
    """A material with base colour, normal, and occlusion-roughness-metal."""
    orm = a_picture(color=(255, 128, 0), side=side, name=f"{name}_orm", kind="PNG")
    maps = {
        "base_color": a_picture(color=(180, 90, 60), side=side, name=f"{name}_color", kind="JPEG"),
        "normal": a_picture(color=(128, 128, 255), side=side, name=f"{name}_normal"),
        "metallic_roughness": orm,
        "occlusion": orm,
    }
    return Surface(name=name, **(maps | fields))


def a_model(*parts, name="thing", **fields):
    """A model of these parts; of one painted globe unless some are given."""
    if not parts:
        parts = (Part(name="globe", mesh=plain(a_globe()), surface=a_surface()),)
    return Model(name=name, parts=parts, **fields)


def plain(mesh):
    """A mesh without what only our own assets have."""
    return replace(mesh, confidence=None, origin=None)


def a_figure(*, frames=11, height=1.7, name="figure"):
    """A box with a hip, a spine and two hands that bends over; left is at +x."""
    mesh = a_box(size=(0.5, height, 0.3), centre=(0, height / 2, 0))
    poses = np.tile(np.eye(4), (4, 1, 1))
    poses[:, :3, 3] = [(0, 0.1, 0), (0, 0.9, 0), (0.25, 1.2, 0), (-0.25, 1.2, 0)]
    skeleton = Skeleton(
        names=("hips", "spine", "leftHand", "rightHand"),
        parents=np.array([-1, 0, 1, 1], np.int32),
        asset_from_joint=poses,
    )
    upper = mesh.positions[:, 1] > height / 2
    joints = np.zeros((mesh.num_vertices, 4), np.uint16)
    joints[upper, 0] = 1
    weights = np.zeros((mesh.num_vertices, 4), np.float32)
    weights[:, 0] = 1
    angles = np.linspace(0, 1.2, frames)
    rotations = np.zeros((frames, 4, 4), np.float32)
    rotations[..., 3] = 1
    rotations[:, 1, 0], rotations[:, 1, 3] = np.sin(angles / 2), np.cos(angles / 2)
    local = poses[:, :3, 3] - np.array([(0, 0, 0), (0, 0.1, 0), (0, 0.9, 0), (0, 0.9, 0)])
    clip = Clip(
        name="bow",
        rotations=rotations,
        translations=np.tile(local.astype(np.float32), (frames, 1, 1)),
        frames_per_second=10.0,
    )
    part = Part(
        name="body", mesh=mesh, surface=a_surface(), skin=Skin(joints=joints, weights=weights)
    )
    return Model(name=name, parts=(part,), skeleton=skeleton, clips=(clip,))
