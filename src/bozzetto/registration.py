"""Parts that are found by name and imported only when asked for.

Built-in parts stand in a table; outside packages add theirs through an entry-point group, whose
values have the same form, "module:factory". A built-in name cannot be taken by an outside package.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

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
        ResourceError: Its module or a library that it needs is missing.
        Exception: Whatever else its own code raises, with a note that names the part.
    """
    module_name, _, factory_name = target.partition(":")
    try:
        module = import_module(module_name)
        if not hasattr(module, factory_name):
            raise _missing(kind, name, f"{module_name} has no {factory_name!r}")
        return getattr(module, factory_name)()
    except BozzettoError:
        raise
    except ImportError as error:
        raise _missing(kind, name, str(error)) from error
    except Exception as error:
        error.add_note(f"Raised by the {kind} {name!r} ({target}) while it was loaded.")
        raise


def _missing(kind: str, name: str, reason: str) -> ResourceError:
    """Describe a part that cannot be loaded on this machine."""
    return ResourceError(
        f"The {kind} {name!r} is registered but could not be loaded: {reason}.",
        advice=f"Install what it needs, or choose another {kind}.",
    )
