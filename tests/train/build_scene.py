"""Small objects and scenes with known answers."""

import numpy as np
import trimesh

from bozzetto_train.objects.model import Material, ObjectModel
from bozzetto_train.scenes.gbuffer import Scene, prepare_scene


def object_of(shape: trimesh.Trimesh, *, color=(0.5, 0.4, 0.3)) -> ObjectModel:
    """Wrap a trimesh shape without touching its size or place."""
    return ObjectModel(
        name="test/shape",
        positions=np.asarray(shape.vertices, np.float32),
        triangles=np.asarray(shape.faces, np.int32),
        normals=np.array(shape.vertex_normals, np.float32),
        uvs=np.zeros((len(shape.vertices), 2), np.float32),
        colors=np.ones((len(shape.vertices), 3), np.float32),
        material_of_triangle=np.zeros(len(shape.faces), np.int32),
        materials=(Material(base_color=np.array(color, np.float32)),),
    )


def sphere(radius=0.5, *, color=(0.5, 0.4, 0.3)) -> ObjectModel:
    return object_of(trimesh.creation.icosphere(subdivisions=4, radius=radius), color=color)


def box(*extents: float) -> ObjectModel:
    return object_of(trimesh.creation.box(extents=extents))


def scene_of(model: ObjectModel) -> Scene:
    return prepare_scene(model)
