"""Find engines by name without importing any of them.

Built-in engines stand in the table; outside packages add theirs through the entry-point group
`bozzetto.engines`, whose values have the same form, "module:factory".
"""

from importlib import import_module
from importlib.metadata import entry_points

from bozzetto.engines.base import Engine
from bozzetto.errors import ResourceError, UnknownNameError

BUILT_IN = {
    "bozzetto": "bozzetto.engines.network.engine:build",
    "inflate": "bozzetto.engines.inflate.engine:build",
}
DEFAULT_ENGINE = "bozzetto"
GROUP = "bozzetto.engines"


def engine_names() -> tuple[str, ...]:
    """List the names of all engines, built-in ones first."""
    outside = sorted(entry.name for entry in entry_points(group=GROUP))
    return (*BUILT_IN, *(name for name in outside if name not in BUILT_IN))


def load_engine(name: str) -> Engine:
    """Import and build the engine of that name.

    Raises:
        UnknownNameError: Nobody registered the name.
        ResourceError: The engine is registered but cannot be loaded here.
    """
    target = BUILT_IN.get(name)
    if target is None:
        found = [entry.value for entry in entry_points(group=GROUP) if entry.name == name]
        if not found:
            raise UnknownNameError(
                f"There is no engine called {name!r}.",
                advice=f"Choose one of: {', '.join(engine_names())}.",
            )
        target = found[0]
    module, _, factory = target.partition(":")
    try:
        return getattr(import_module(module), factory)()
    except (ImportError, AttributeError) as error:
        raise ResourceError(
            f"The engine {name!r} is registered but could not be loaded: {error}.",
            advice="Install what it needs, or choose another engine.",
        ) from error
