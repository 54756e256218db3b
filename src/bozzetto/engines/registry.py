"""Find engines by name without importing any of them."""

from bozzetto.engines.base import Engine
from bozzetto.registration import Registry

BUILT_IN = {
    "bozzetto": "bozzetto.engines.network.engine:build",
    "inflate": "bozzetto.engines.inflate.engine:build",
}
DEFAULT_ENGINE = "bozzetto"
_ENGINES = Registry[Engine](kind="engine", group="bozzetto.engines", built_in=BUILT_IN)


def engine_names() -> tuple[str, ...]:
    """List the names of all engines, built-in ones first."""
    return _ENGINES.names()


def load_engine(name: str) -> Engine:
    """Import and build the engine of that name.

    Raises:
        UnknownNameError: Nobody registered the name.
        ResourceError: The engine is registered but cannot be loaded here.
    """
    return _ENGINES.load(name)
