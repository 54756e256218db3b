"""Meshes for the measures of shape."""

import numpy as np
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.compare.distance import PointCloud
from bozzetto.geometry.compare.normalization import Frame, normalize
from bozzetto.geometry.sampling import sample_surface


def mesh_of(shape):
    """Take a trimesh over."""
    return Mesh(
        positions=np.asarray(shape.vertices, np.float32),
        triangles=np.asarray(shape.faces, np.int32),
    )


def a_box(*, extents=(1.0, 1.0, 1.0), centre=(0.0, 0.0, 0.0)):
    """A closed box."""
    return mesh_of(trimesh.creation.box(extents).apply_translation(centre))


def a_crooked_shape():
    """A shape that looks like itself from one side only."""
    parts = [
        trimesh.creation.box((1.0, 0.4, 0.6)),
        trimesh.creation.box((0.2, 0.9, 0.2)).apply_translation((0.4, 0.5, 0.2)),
        trimesh.creation.icosphere(subdivisions=2, radius=0.2).apply_translation((-0.4, 0.3, -0.2)),
    ]
    return mesh_of(trimesh.util.concatenate(parts))


def a_square(*, height=0.0, cells=1):
    """The unit square at y = `height`, in 2 * cells**2 triangles."""
    axis = np.linspace(-0.5, 0.5, cells + 1)
    x, z = np.meshgrid(axis, axis, indexing="ij")
    positions = np.stack([x, np.full_like(x, height), z], axis=-1).reshape(-1, 3)
    a = (np.arange(cells)[:, None] * (cells + 1) + np.arange(cells)).reshape(-1)
    b, c, d = a + 1, a + cells + 1, a + cells + 2
    triangles = np.concatenate([np.stack([a, b, d], 1), np.stack([a, d, c], 1)])
    return Mesh(positions=positions.astype(np.float32), triangles=triangles.astype(np.int32))


def cloud_of(mesh, *, count=1000, seed=0, frame=None):
    """Sample a mesh, in its own frame or another one."""
    sample = sample_surface(mesh, count=count, seed=seed)
    if frame is None:
        return PointCloud(sample.points, sample.normals)
    return PointCloud(normalize(sample.points, frame=Frame(frame)).apply(sample.points))
