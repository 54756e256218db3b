"""Find formats by name without importing any of them.

Built-in formats stand in the table; outside packages add theirs through the entry-point group
`bozzetto.formats`, whose values have the same form, "module:factory".
"""

from importlib import import_module
from importlib.metadata import entry_points

from bozzetto.errors import ResourceError, UnknownNameError
from bozzetto.formats.base import Format

BUILT_IN = {
    "glb": "bozzetto.formats.glb:build",
    "glb-web": "bozzetto.formats.gltf_web:build",
    "gltf": "bozzetto.formats.gltf:build",
    "fbx": "bozzetto.formats.fbx:build",
    "usda": "bozzetto.formats.usd:build_usda",
    "usdc": "bozzetto.formats.usd:build_usdc",
    "usdz": "bozzetto.formats.usd:build_usdz",
    "obj": "bozzetto.formats.obj:build",
    "stl": "bozzetto.formats.stl:build",
    "ply": "bozzetto.formats.ply:build",
    "3mf": "bozzetto.formats.threemf:build",
}
DEFAULT_FORMAT = "glb"
GROUP = "bozzetto.formats"


def format_names() -> tuple[str, ...]:
    """List the names of all formats, built-in ones first."""
    outside = sorted(entry.name for entry in entry_points(group=GROUP))
    return (*BUILT_IN, *(name for name in outside if name not in BUILT_IN))


def load_format(name: str) -> Format:
    """Import and build the format of that name.

    Raises:
        UnknownNameError: Nobody registered the name.
        ResourceError: The format is registered but cannot be loaded here.
    """
    target = BUILT_IN.get(name)
    if target is None:
        found = [entry.value for entry in entry_points(group=GROUP) if entry.name == name]
        if not found:
            raise UnknownNameError(
                f"There is no format called {name!r}.",
                advice=f"Choose one of: {', '.join(format_names())}.",
            )
        target = found[0]
    module, _, factory = target.partition(":")
    try:
        return getattr(import_module(module), factory)()
    except (ImportError, AttributeError) as error:
        raise ResourceError(
            f"The format {name!r} is registered but could not be loaded: {error}.",
            advice="Install what it needs, or choose another format.",
        ) from error
