"""Keep models as NPZ files: what is slow or heavy to make is made once.

Letters: v vertices, t triangles.
"""

import zipfile
from pathlib import Path

import numpy as np

from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.model import Material, ObjectModel


def write_stored(model: ObjectModel, path: Path) -> None:
    """Write a model without textures as a compressed NPZ file.

    Raises:
        ObjectError: A material has a texture.
    """
    if any(material.texture is not None for material in model.materials):
        raise ObjectError(f"{model.name} has a texture, which cannot be stored.")
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        positions=model.positions,
        triangles=model.triangles,
        normals=model.normals.astype(np.float16),
        colors=model.colors.astype(np.float16),
        material_of_triangle=model.material_of_triangle,
        base_colors=np.stack([material.base_color for material in model.materials]),
        finishes=np.array([(m.roughness, m.metallic) for m in model.materials], np.float64),
    )


def read_stored(path: Path, *, name: str) -> ObjectModel:
    """Read what `write_stored` wrote.

    Raises:
        ObjectError: The file is missing or damaged.
    """
    try:
        with path.open("rb") as stream, np.load(stream) as kept:
            positions = np.asarray(kept["positions"], np.float32)
            materials = tuple(
                Material(base_color=color, roughness=float(finish[0]), metallic=float(finish[1]))
                for color, finish in zip(kept["base_colors"], kept["finishes"], strict=True)
            )
            return ObjectModel(
                name=name,
                positions=positions,
                triangles=np.asarray(kept["triangles"], np.int32),
                normals=np.asarray(kept["normals"], np.float32),
                uvs=np.zeros((len(positions), 2), np.float32),
                colors=np.asarray(kept["colors"], np.float32),
                material_of_triangle=np.asarray(kept["material_of_triangle"], np.int32),
                materials=materials,
            )
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ObjectError(f"{name} cannot be read: {error}") from None
