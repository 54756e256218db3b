"""The contract between the pipeline and everything that turns photographs into shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bozzetto.asset.draft import Draft
from bozzetto.views.foreground import Foreground


@dataclass(frozen=True, kw_only=True)
class EngineCard:
    """Everything a person or a scheduler needs to know before loading an engine."""

    name: str
    version: int
    """Raised whenever the same input and seed may give another draft; part of cache keys."""
    min_views: int
    max_views: int
    needs_gpu: bool
    licence: str
    download_mib: float
    """What would be fetched before the first use; 0 for engines that are complete."""
    summary: str
    """One line for lists."""
    weights_sha256: str = ""
    """Hash of the bundled weights, part of cache keys; empty for engines without weights."""


@runtime_checkable
class Engine(Protocol):
    """A loaded engine. Build one, call it many times; it keeps no state between calls."""

    @property
    def card(self) -> EngineCard:
        """What this engine is and needs."""
        ...

    def reconstruct(self, foregrounds: Sequence[Foreground], *, seed: int) -> Draft:
        """Predict the shape of one object from its foregrounds.

        Args:
            foregrounds: Views of one object, between `min_views` and `max_views` of the card.
            seed: 0 or more. Another seed gives another plausible shape with the same silhouette;
                the same seed gives the same draft, byte for byte.

        Raises:
            EngineError: The foregrounds hold no object that this engine can make sense of.
        """
        ...
