"""Parts that are found by name and imported only when asked for.

Built-in parts stand in a table; outside packages add theirs through an entry-point group, whose
values have the same form, "module:factory". A built-in name cannot be taken by an outside package.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Generic, TypeVar, cast

from bozzetto.errors import BozzettoError, ResourceError, UnknownNameError

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
            ResourceError: It is registered, but its module or a library that it needs is missing.
            Exception: Whatever else its own code raises, with a note that names the part.
        """
        target = self._target(name)
        try:
            return self._build(name, target)
        except BozzettoError:
            raise
        except ImportError as error:
            raise self._missing(name, str(error)) from error
        except Exception as error:
            error.add_note(f"Raised by the {self.kind} {name!r} ({target}) while it was loaded.")
            raise

    def _build(self, name: str, target: str) -> Part:
        """Import a part's module and call its factory."""
        module_name, _, factory_name = target.partition(":")
        module = import_module(module_name)
        if not hasattr(module, factory_name):
            raise self._missing(name, f"{module_name} has no {factory_name!r}")
        return cast("Callable[[], Part]", getattr(module, factory_name))()

    def _missing(self, name: str, reason: str) -> ResourceError:
        """Describe a part that cannot be loaded on this machine."""
        return ResourceError(
            f"The {self.kind} {name!r} is registered but could not be loaded: {reason}.",
            advice=f"Install what it needs, or choose another {self.kind}.",
        )

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
