"""Photographs of an object in, a finished, engine-ready 3D asset out.

    import bozzetto

    bozzetto.make("photo.jpg")

Names are imported when they are first used, so `import bozzetto` itself is instant.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bozzetto.asset.asset import Asset
    from bozzetto.asset.mesh import Mesh
    from bozzetto.asset.reconstruction import Reconstruction
    from bozzetto.capture.advice import advise
    from bozzetto.capture.load import load_photo
    from bozzetto.delivery.inspect.inspection import inspect_file
    from bozzetto.engines.registry import engine_names, load_engine
    from bozzetto.errors import BozzettoError, InputError
    from bozzetto.findings import Finding, Severity
    from bozzetto.formats.gltf.glb import read_glb, write_glb
    from bozzetto.formats.pictures.texture_images import ImageFormat
    from bozzetto.front_door import approve, clean, draft, make, mask, refine
    from bozzetto.matting.cut_out import cut_out
    from bozzetto.pipeline.in_memory import draft_capture, refine_draft
    from bozzetto.pipeline.masking import make_mask
    from bozzetto.pipeline.options import (
        DraftOptions,
        MakeOptions,
        MaskOptions,
        RefineOptions,
        Symmetry,
        Topology,
    )
    from bozzetto.views.capture import Capture, capture_of
    from bozzetto.views.photo import Photo

# On one thread OpenCV rounds blurs otherwise than on two or more, so it must not go by the number
# of cores. It reads this when it is first imported; whoever imported it before sets it himself.
os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "2")

_HOME = {
    "Asset": "bozzetto.asset.asset",
    "BozzettoError": "bozzetto.errors",
    "Capture": "bozzetto.views.capture",
    "DraftOptions": "bozzetto.pipeline.options",
    "Finding": "bozzetto.findings",
    "ImageFormat": "bozzetto.formats.pictures.texture_images",
    "InputError": "bozzetto.errors",
    "MakeOptions": "bozzetto.pipeline.options",
    "MaskOptions": "bozzetto.pipeline.options",
    "Mesh": "bozzetto.asset.mesh",
    "Photo": "bozzetto.views.photo",
    "Reconstruction": "bozzetto.asset.reconstruction",
    "RefineOptions": "bozzetto.pipeline.options",
    "Severity": "bozzetto.findings",
    "Symmetry": "bozzetto.pipeline.options",
    "Topology": "bozzetto.pipeline.options",
    "advise": "bozzetto.capture.advice",
    "approve": "bozzetto.front_door",
    "capture_of": "bozzetto.views.capture",
    "clean": "bozzetto.front_door",
    "cut_out": "bozzetto.matting.cut_out",
    "draft": "bozzetto.front_door",
    "draft_capture": "bozzetto.pipeline.in_memory",
    "engine_names": "bozzetto.engines.registry",
    "inspect_file": "bozzetto.delivery.inspect.inspection",
    "load_engine": "bozzetto.engines.registry",
    "load_photo": "bozzetto.capture.load",
    "make": "bozzetto.front_door",
    "make_mask": "bozzetto.pipeline.masking",
    "mask": "bozzetto.front_door",
    "read_glb": "bozzetto.formats.gltf.glb",
    "refine": "bozzetto.front_door",
    "refine_draft": "bozzetto.pipeline.in_memory",
    "write_glb": "bozzetto.formats.gltf.glb",
}

__all__ = [
    "Asset",
    "BozzettoError",
    "Capture",
    "DraftOptions",
    "Finding",
    "ImageFormat",
    "InputError",
    "MakeOptions",
    "MaskOptions",
    "Mesh",
    "Photo",
    "Reconstruction",
    "RefineOptions",
    "Severity",
    "Symmetry",
    "Topology",
    "advise",
    "approve",
    "capture_of",
    "clean",
    "cut_out",
    "draft",
    "draft_capture",
    "engine_names",
    "inspect_file",
    "load_engine",
    "load_photo",
    "make",
    "make_mask",
    "mask",
    "read_glb",
    "refine",
    "refine_draft",
    "write_glb",
]


def __getattr__(name: str) -> object:
    """Import a public name from the module that defines it."""
    if name not in _HOME:
        raise AttributeError(f"module 'bozzetto' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
