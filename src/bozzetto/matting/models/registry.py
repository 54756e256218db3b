"""Find matting networks by name without importing ONNX Runtime."""

from importlib import import_module

from bozzetto.matting.models.base import MattingModel, ModelCard
from bozzetto.registration import Registry

BUILT_IN = {
    "u2netp": "bozzetto.matting.models.u2netp:build",
    "u2net": "bozzetto.matting.models.u2net:build",
}
DEFAULT_MODEL = "u2netp"
_MODELS = Registry[MattingModel](kind="matting model", group="bozzetto.matting", built_in=BUILT_IN)


def model_names() -> tuple[str, ...]:
    """List the names of all networks, built-in ones first."""
    return _MODELS.names()


def load_model(name: str) -> MattingModel:
    """Import and build the network of that name.

    Raises:
        UnknownNameError: Nobody registered the name.
        ResourceError: The network is registered but cannot be loaded here; for one whose weights
            are fetched on demand the advice says how.
    """
    return _MODELS.load(name)


def model_card(name: str) -> ModelCard:
    """Read what the network of that name is; a built-in one is not loaded for it.

    Raises:
        UnknownNameError: Nobody registered the name.
        ResourceError: The network of an outside package cannot be loaded here.
    """
    if name not in BUILT_IN:
        return load_model(name).card
    return import_module(BUILT_IN[name].partition(":")[0]).CARD
