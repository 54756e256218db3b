"""Find matting networks by name without importing ONNX Runtime.

Built-in networks stand in the table; outside packages add theirs through the entry-point group
`bozzetto.matting`, whose values have the same form, "module:factory".
"""

from importlib import import_module
from importlib.metadata import entry_points

from bozzetto.errors import ResourceError, UnknownNameError
from bozzetto.matting.models.base import MattingModel

BUILT_IN = {
    "u2netp": "bozzetto.matting.models.u2netp:build",
    "u2net": "bozzetto.matting.models.u2net:build",
}
DEFAULT_MODEL = "u2netp"
GROUP = "bozzetto.matting"


def model_names() -> tuple[str, ...]:
    """List the names of all networks, built-in ones first."""
    outside = sorted(entry.name for entry in entry_points(group=GROUP))
    return (*BUILT_IN, *(name for name in outside if name not in BUILT_IN))


def load_model(name: str) -> MattingModel:
    """Import and build the network of that name.

    Raises:
        UnknownNameError: Nobody registered the name.
        ResourceError: The network is registered but cannot be loaded here; for one whose weights
            are fetched on demand the advice says how.
    """
    target = BUILT_IN.get(name)
    if target is None:
        found = [entry.value for entry in entry_points(group=GROUP) if entry.name == name]
        if not found:
            raise UnknownNameError(
                f"There is no matting model called {name!r}.",
                advice=f"Choose one of: {', '.join(model_names())}.",
            )
        target = found[0]
    module, _, factory = target.partition(":")
    try:
        return getattr(import_module(module), factory)()
    except (ImportError, AttributeError) as error:
        raise ResourceError(
            f"The matting model {name!r} is registered but could not be loaded: {error}.",
            advice="Install what it needs, or choose another model.",
        ) from error
