"""The contract between the pipeline and everything that turns photographs into shape.

A card says what an engine is and needs and can be read without loading the engine; an engine is
one method from a capture to a reconstruction.
"""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Protocol, runtime_checkable

from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.errors import InputError
from bozzetto.progress import Step, no_step
from bozzetto.resources import Resources
from bozzetto.views.capture import Capture

_ONE_CORE = Resources()


@dataclass(frozen=True, kw_only=True)
class EngineOptions:
    """What every engine can be told; an engine with more settings subclasses this."""

    seed: int = 0
    """0 or more. Another seed gives another plausible shape of the same photos; the same seed
    gives the same reconstruction, byte for byte."""

    def __post_init__(self) -> None:
        """Refuse negative seeds.

        Raises:
            InputError: The seed is negative.
        """
        if self.seed < 0:
            raise InputError(f"A seed is 0 or more, got {self.seed}.", advice="Use 0, 1 or 2.")


@dataclass(frozen=True, kw_only=True)
class EngineFacts:
    """Everything that a person, a report or a scheduler needs to know of an engine."""

    name: str
    version: int
    """Raised whenever the same input and options may give another result; part of cache keys."""
    min_views: int
    max_views: int
    needs_gpu: bool
    licence: str
    download_mib: float
    """What would be fetched before the first use; 0 for engines that are complete."""
    summary: str
    """One line for lists."""
    weights_sha256: str = ""
    """Hash of the weights, part of cache keys; empty for engines without weights."""
    one_variant: bool = False
    """Whether seeds change nothing, so that there is one reconstruction to judge."""


@dataclass(frozen=True, kw_only=True)
class EngineCard(EngineFacts):
    """An engine's facts, its settings, and where it is built from."""

    build: str
    """`module:function`; the function takes nothing and returns the `Engine`."""
    options: type[EngineOptions] = EngineOptions
    """Its settings; all have defaults."""

    @property
    def facts(self) -> EngineFacts:
        """What a report holds of this card."""
        known = {fact.name: getattr(self, fact.name) for fact in fields(EngineFacts)}
        return EngineFacts(**known)


@dataclass(frozen=True, kw_only=True)
class EngineContext:
    """What an engine is given to work with."""

    scratch: Path
    """An empty folder that exists during the call only."""
    resources: Resources = field(default_factory=Resources)
    """What this call may use."""
    step: Step = no_step
    """Told the name of each part as it begins; it may raise to stop."""


@runtime_checkable
class Engine(Protocol):
    """A loaded engine. Build one, call it many times; it keeps no state between calls."""

    @property
    def card(self) -> EngineCard:
        """What this engine is and needs; the same as in the registry."""
        ...

    def reconstruct(
        self, capture: Capture, *, options: EngineOptions, context: EngineContext
    ) -> Reconstruction:
        """Predict the shape of one object from its photographs.

        Args:
            capture: Between `min_views` and `max_views` photos of the card, all with a mask.
            options: Of the type that the card names.
            context: Progress, scratch folder and resources.

        Returns:
            The shape, with a camera or none for every photo of the capture, in its order.

        Raises:
            EngineError: The photos hold no object that this engine can make sense of.
        """
        ...


@contextmanager
def temporary_context(
    *, resources: Resources = _ONE_CORE, step: Step = no_step
) -> Generator[EngineContext]:
    """Give a context whose scratch folder is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="bozzetto-engine-") as folder:
        yield EngineContext(scratch=Path(folder), resources=resources, step=step)
