"""Find engines by name; cards are read without importing any engine."""

from bozzetto.engines.base import Engine, EngineCard
from bozzetto.engines.guard import GuardedEngine
from bozzetto.errors import EngineError
from bozzetto.registration import Registry, build_part

BUILT_IN = {
    "bozzetto": "bozzetto.engines.network.card:card",
    "inflate": "bozzetto.engines.inflate.card:card",
}
DEFAULT_ENGINE = "bozzetto"
_CARDS = Registry[EngineCard](kind="engine", group="bozzetto.engines", built_in=BUILT_IN)


def engine_names() -> tuple[str, ...]:
    """List the names of all engines, built-in ones first."""
    return _CARDS.names()


def engine_card(name: str) -> EngineCard:
    """Read what the engine of that name is and needs, without loading it.

    Raises:
        UnknownNameError: Nobody registered the name.
        ResourceError: The engine is registered but its card cannot be read here.
    """
    return _CARDS.load(name)


def load_engine(name: str) -> Engine:
    """Import and build the engine of that name; what it takes and gives is checked.

    Raises:
        UnknownNameError: Nobody registered the name.
        ResourceError: The engine is registered but cannot be loaded here.
        EngineError: The engine is not the one that its card describes.
    """
    card = engine_card(name)
    engine: Engine = build_part(card.build, kind="engine", name=name)
    if card.name != name or engine.card != card:
        raise EngineError(
            f"The engine {name!r} says other things of itself than its card.",
            advice="Install it again, or choose another --engine.",
        )
    return GuardedEngine(engine=engine, card=card)
