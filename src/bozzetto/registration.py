"""Parts that are found by name and imported only when asked for.

Built-in parts stand in a table; outside packages add theirs through an entry-point group, whose
values have the same form, "module:factory". A built-in name cannot be taken by an outside package.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Generic, TypeVar, cast

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
        module, _, factory = self._target(name).partition(":")
        try:
            return cast("Callable[[], Part]", getattr(import_module(module), factory))()
        except (ImportError, AttributeError) as error:
            raise ResourceError(
                f"The {self.kind} {name!r} is registered but could not be loaded: {error}.",
                advice=f"Install what it needs, or choose another {self.kind}.",
            ) from error

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
