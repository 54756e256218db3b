"""Makers of small textured shapes, shared by the tests of formats and checks."""

import numpy as np

from bozzetto.asset.asset import Asset
from bozzetto.asset.material import Material, TexelProvenance
from bozzetto.asset.mesh import Mesh, Origin
from bozzetto.imaging.color import linear_from_srgb8


def a_globe(*, columns=24, rows=12, radius=0.5):
    """A ball standing on y = 0 with all attributes; u runs once round, 0.5 is the front (+z)."""
    longitude, latitude = np.meshgrid(np.linspace(0, 1, columns + 1), np.linspace(0, 1, rows + 1))
    u, v = longitude.ravel(), latitude.ravel()
    angle, polar = (u - 0.5) * 2 * np.pi, v * np.pi
    normals = np.stack(
        [np.sin(polar) * np.sin(angle), np.cos(polar), np.sin(polar) * np.cos(angle)], axis=1
    )
    tangents = np.stack([np.cos(angle), np.zeros_like(u), -np.sin(angle), np.ones_like(u)], axis=1)
    grid = np.arange(len(u)).reshape(rows + 1, columns + 1)
    a, b, c, d = grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]
    # The other triangle of each quad at a pole has no area.
    upper = np.stack([a, b, c], axis=-1)[:-1].reshape(-1, 3)
    lower = np.stack([a, c, d], axis=-1)[1:].reshape(-1, 3)
    triangles = np.concatenate([upper, lower])
    return Mesh(
        positions=(normals * radius + [0, radius, 0]).astype(np.float32),
        triangles=triangles.astype(np.int32),
        normals=normals.astype(np.float32),
        uvs=np.stack([u, v], axis=1).astype(np.float32),
        tangents=tangents.astype(np.float32),
        confidence=np.linspace(0, 1, len(u), dtype=np.float32),
        origin=(np.arange(len(u)) % 3 + 1).astype(np.uint8),
    )


def a_material(*, size=16, seed=0, name="glaze"):
    """Noise on the 8-bit grid in every map, so that PNG keeps it exactly."""
    rng = np.random.default_rng(seed)
    base, normal, orm = rng.integers(0, 256, (3, size, size, 3), dtype=np.uint8)
    normal = normal // 8 + np.array([112, 112, 224], np.uint8)
    return Material(
        name=name,
        base_color=linear_from_srgb8(base),
        normal=normal.astype(np.float32) / np.float32(255) * np.float32(2) - np.float32(1),
        orm=orm.astype(np.float32) / np.float32(255),
    )


def a_plain_material(*, srgb8, size=8):
    """One colour, half rough, no relief."""
    base = np.broadcast_to(np.array(srgb8, np.uint8), (size, size, 3))
    normal = np.zeros((size, size, 3), np.float32)
    normal[..., 2] = 1
    orm = np.full((size, size, 3), [1, 0.5, 0], np.float32)
    return Material(name="plain", base_color=linear_from_srgb8(base), normal=normal, orm=orm)


def an_asset(*, mesh=None, material=None, name="globe"):
    """A textured ball, observed all over."""
    material = material or a_material()
    shape = material.orm.shape[:2]
    return Asset(
        name=name,
        mesh=mesh or a_globe(),
        material=material,
        provenance=TexelProvenance(
            origin=np.full(shape, Origin.OBSERVED, np.uint8),
            confidence=np.ones(shape, np.float32),
        ),
    )
