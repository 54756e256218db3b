"""A few objects made on the spot, for trying the measurement without any data."""

import numpy as np
import trimesh

from bozzetto_train.objects.model import Material, ObjectModel

TOYS = {
    "chair": "furniture",
    "table": "furniture",
    "figure": "character",
    "mug": "prop",
    "dumbbell": "prop",
}
"""Names and their categories."""


def make_toy(name: str) -> ObjectModel:
    """Build a toy, each part in a colour of its own."""
    parts = _PARTS[name]()
    colors = np.random.default_rng(len(name)).uniform(0.1, 0.8, (len(parts), 3))
    whole = trimesh.util.concatenate(parts)
    low, high = whole.bounds
    positions = np.asarray(whole.vertices) - (low + high) / 2
    positions *= 0.5 / np.linalg.norm(positions, axis=1).max()
    triangles = np.asarray(whole.faces, np.int32)
    # One vertex per corner: flat faces, as cheap furniture has them.
    flat = positions[triangles].reshape(-1, 3)
    normals = np.repeat(np.asarray(whole.face_normals), 3, axis=0)
    of_part = np.repeat(np.arange(len(parts)), [len(part.faces) for part in parts])
    return ObjectModel(
        name=f"toy/{name}",
        positions=flat.astype(np.float32),
        triangles=np.arange(len(flat), dtype=np.int32).reshape(-1, 3),
        normals=normals.astype(np.float32),
        uvs=np.zeros((len(flat), 2), np.float32),
        colors=np.ones((len(flat), 3), np.float32),
        material_of_triangle=of_part.astype(np.int32),
        materials=tuple(Material(base_color=color.astype(np.float32)) for color in colors),
    )


def _box(extents: tuple[float, ...], *centre: float) -> trimesh.Trimesh:
    return trimesh.creation.box(extents).apply_translation(centre)


def _chair() -> list[trimesh.Trimesh]:
    legs = [_box((0.08, 0.5, 0.08), x, 0.25, z) for x in (-0.25, 0.25) for z in (-0.25, 0.25)]
    return [_box((0.6, 0.08, 0.6), 0, 0.52, 0), _box((0.6, 0.6, 0.06), 0, 0.85, -0.27), *legs]


def _table() -> list[trimesh.Trimesh]:
    legs = [_box((0.07, 0.7, 0.07), x, 0.35, z) for x in (-0.6, 0.6) for z in (-0.3, 0.3)]
    return [_box((1.4, 0.06, 0.8), 0, 0.72, 0), *legs]


def _figure() -> list[trimesh.Trimesh]:
    head = trimesh.creation.icosphere(subdivisions=3, radius=0.16).apply_translation((0, 1.5, 0))
    arms = [_box((0.12, 0.6, 0.12), x, 1.0, 0) for x in (-0.32, 0.32)]
    legs = [_box((0.16, 0.7, 0.16), x, 0.35, 0) for x in (-0.12, 0.12)]
    return [head, _box((0.45, 0.65, 0.25), 0, 1.0, 0), *arms, *legs]


def _mug() -> list[trimesh.Trimesh]:
    body = trimesh.creation.annulus(r_min=0.36, r_max=0.4, height=0.9)
    floor = trimesh.creation.cylinder(radius=0.39, height=0.05).apply_translation((0, 0, -0.42))
    handle = trimesh.creation.torus(major_radius=0.25, minor_radius=0.05)
    handle.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0)))
    handle.apply_translation((0.45, 0, 0))
    upright = trimesh.transformations.rotation_matrix(-np.pi / 2, (1, 0, 0))
    return [part.apply_transform(upright) for part in (body, floor, handle)]


def _dumbbell() -> list[trimesh.Trimesh]:
    ends = [
        trimesh.creation.icosphere(subdivisions=3, radius=0.3).apply_translation((x, 0, 0))
        for x in (-0.6, 0.6)
    ]
    return [*ends, _box((1.2, 0.12, 0.12), 0, 0, 0)]


_PARTS = {"chair": _chair, "table": _table, "figure": _figure, "mug": _mug, "dumbbell": _dumbbell}
