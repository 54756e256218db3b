"""Makers of small objects and files for the tests of training objects."""

import io

import numpy as np
from PIL import Image

from bozzetto.formats.gltf.container import BinaryWriter, pack_glb
from bozzetto_train.objects.assembly import Part, assemble
from bozzetto_train.objects.model import Material

GREY = Material(base_color=np.full(3, 0.5, np.float32))

CUBE = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
CUBE_TRIANGLES = np.array(
    [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ],
    np.int32,
)  # fmt: skip


def a_cube(*, size=(1.0, 1.0, 1.0), material=GREY):
    return Part(
        positions=(CUBE * np.array(size, np.float32)).astype(np.float32),
        triangles=CUBE_TRIANGLES,
        material=material,
    )


def a_model(*, name="test/cube", size=(1.0, 1.0, 1.0), material=GREY):
    return assemble(name, [a_cube(size=size, material=material)])


def a_glb(
    *, node=None, material=None, picture=None, uvs=None, positions=CUBE, triangles=CUBE_TRIANGLES
):
    """Return the bytes of a GLB file with one mesh in one node (fields as glTF has them)."""
    writer = BinaryWriter()
    attributes = {"POSITION": writer.add_attribute(positions, with_bounds=True)}
    if uvs is not None:
        attributes["TEXCOORD_0"] = writer.add_attribute(uvs)
    primitive = {
        "attributes": attributes,
        "indices": writer.add_indices(triangles.reshape(-1).astype(np.uint32)),
        "material": 0,
    }
    document = {
        "asset": {"version": "2.0"},
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, **(node or {})}],
        "meshes": [{"primitives": [primitive]}],
        "materials": [material or {}],
    }
    if picture is not None:
        stream = io.BytesIO()
        Image.fromarray(picture).save(stream, "PNG")
        document["images"] = [
            {"bufferView": writer.add_blob(stream.getvalue()), "mimeType": "image/png"}
        ]
        document["textures"] = [{"source": 0}]
    return pack_glb(document, writer=writer)
