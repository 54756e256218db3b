"""Find formats by name without importing any of them."""

from bozzetto.formats.base import Format
from bozzetto.registration import Registry

BUILT_IN = {
    "glb": "bozzetto.formats.gltf.glb:build",
    "glb-web": "bozzetto.formats.gltf.glb_web:build",
    "gltf": "bozzetto.formats.gltf.gltf:build",
    "fbx": "bozzetto.formats.fbx.format:build",
    "usda": "bozzetto.formats.usd.format:build_usda",
    "usdc": "bozzetto.formats.usd.format:build_usdc",
    "usdz": "bozzetto.formats.usd.format:build_usdz",
    "obj": "bozzetto.formats.obj.format:build",
    "stl": "bozzetto.formats.stl:build",
    "ply": "bozzetto.formats.ply:build",
    "3mf": "bozzetto.formats.threemf:build",
}
DEFAULT_FORMAT = "glb"
_FORMATS = Registry[Format](kind="format", group="bozzetto.formats", built_in=BUILT_IN)


def format_names() -> tuple[str, ...]:
    """List the names of all formats, built-in ones first."""
    return _FORMATS.names()


def load_format(name: str) -> Format:
    """Import and build the format of that name.

    Raises:
        UnknownNameError: Nobody registered the name.
        ResourceError: The format is registered but cannot be loaded here.
    """
    return _FORMATS.load(name)
