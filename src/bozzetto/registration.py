"""Parts that are found by name and imported only when asked for.

Built-in parts stand in a table; outside packages add theirs through an entry-point group, whose
values have the same form, "module:factory". A built-in name cannot be taken by an outside package.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from bozzetto.errors import ResourceError, UnknownNameError

Part = TypeVar("Part")


@dataclass(frozen=True, kw_only=True)
class Registry(Generic[Part]):
    """All parts of one kind, by name."""

    kind: str
    """What an error calls one of them, as "engine"."""
    group: str
    """Entry-point group of outside packages."""
    built_in: Mapping[str, str]
    """Per name "module:factory"; the factory takes nothing."""

    def names(self) -> tuple[str, ...]:
        """List all names, built-in ones first, the others in the order of the alphabet."""
        outside = sorted(entry.name for entry in entry_points(group=self.group))
        return (*self.built_in, *(name for name in outside if name not in self.built_in))

    def load(self, name: str) -> Part:
        """Import and build the part of that name.

        Raises:
            UnknownNameError: Nobody registered the name.
            ResourceError: It is registered but cannot be loaded here.
        """
        return build_part(self._target(name), kind=self.kind, name=name)

    def _target(self, name: str) -> str:
        """Look up where a part is."""
        if name in self.built_in:
            return self.built_in[name]
        for entry in entry_points(group=self.group):
            if entry.name == name:
                return entry.value
        raise UnknownNameError(
            f"There is no {self.kind} called {name!r}.",
            advice=f"Choose one of: {', '.join(self.names())}.",
        )


def build_part(target: str, *, kind: str, name: str) -> Any:
    """Import the factory at "module:factory" and build the part that it makes.

    Args:
        target: Where the factory is.
        kind: What an error calls the part, as "engine".
        name: The part's.

    Raises:
        ResourceError: It cannot be loaded here.
    """
    module, _, factory = target.partition(":")
    try:
        make = getattr(import_module(module), factory)
    except (ImportError, AttributeError) as error:
        raise _unloadable(kind, name, error) from error
    try:
        return make()
    except ImportError as error:  # Whatever else its own code raises is its own fault.
        raise _unloadable(kind, name, error) from error


def _unloadable(kind: str, name: str, error: Exception) -> ResourceError:
    """Say that a part is there but does not work."""
    return ResourceError(
        f"The {kind} {name!r} is registered but could not be loaded: {error}.",
        advice=f"Install what it needs, or choose another {kind}.",
    )
