"""Unity's map of metal and smoothness: red is metal, alpha is one less roughness.

glTF keeps roughness in green and metal in blue of one picture; Unity's Lit shaders read another.
"""

import numpy as np

from bozzetto.asset.model import Model
from bozzetto.delivery.pictures import PNG, decode_texels, encode_texels
from bozzetto.formats.base import NamedFile


def smoothness_files(model: Model) -> tuple[NamedFile, ...]:
    """Return one PNG for each material with a map of roughness and metal."""
    files: dict[str, NamedFile] = {}
    for part in model.parts:
        source = part.surface.metallic_roughness
        if source is None:
            continue
        texels = decode_texels(source)
        metal = np.round(texels[..., 2] * part.surface.metallic_factor).astype(np.uint8)
        rough = np.round(texels[..., 1] * part.surface.roughness_factor).astype(np.uint8)
        packed = np.stack([metal, metal, metal, 255 - rough], axis=-1)
        name = f"{part.surface.name}_metallicsmoothness"
        picture = encode_texels(packed, name=name, media_type=PNG)
        files[name] = NamedFile(name=f"{name}.png", data=picture.data)
    return tuple(files.values())
