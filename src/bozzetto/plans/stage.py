"""A stage: a module-level function with everything an executor must know about it.

The function takes its inputs by name, each as a `Handle` or `FileHandle` (or a tuple of them), and
`options` and `context`. It knows nothing of stores, machines or other stages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from bozzetto.plans.memo import Memo
from bozzetto.progress import Step
from bozzetto.resources import ONE_CORE, Resources

Value = TypeVar("Value")

Files = Mapping[str, bytes]
"""What a result is kept as: bytes by file name. Reading a name may load it first."""


@dataclass(frozen=True, kw_only=True)
class Codec(Generic[Value]):
    """How a stage's result is kept: what is decoded equals what was encoded."""

    encode: Callable[[Value], Files]
    decode: Callable[[Files], Value]
    """Raises ValueError, KeyError, EOFError or OSError where the files are damaged."""


@dataclass(frozen=True, kw_only=True)
class Stage(Generic[Value]):
    """The descriptor of one kind of work."""

    name: str
    """Also the collection that holds its results, as in `masks`."""
    version: int
    """Raised whenever the same inputs and options may give another result."""
    run: Callable[..., Value]
    """At the top level of a module, so that other processes and machines find it by name."""
    codec: Codec[Value]
    resources: Resources = ONE_CORE
    keeps_model: bool = False
    """It holds a loaded model between runs: best run again where it ran before."""
    divisible: bool = False
    """It can be cut into blocks: `run` then takes a `block` and does that share of the work."""

    @property
    def collection(self) -> str:
        """Where a store keeps its results."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class Block:
    """One of several equal shares of a divisible stage's work."""

    index: int
    count: int

    def share(self, num_items: int) -> range:
        """Return which of so many items belong to this block; blocks differ by one item at most."""
        return range(
            self.index * num_items // self.count, (self.index + 1) * num_items // self.count
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class StageContext:
    """What a stage's run is given besides its inputs and options."""

    step: Step
    """Told the name of each part of the work as it begins; it may raise to stop."""
    scratch: Path
    """An empty folder that is removed afterwards."""
    resources: Resources
    """What the run may use."""
    memo: Memo
    """Decoded values kept between the runs of one process, bounded in bytes."""
