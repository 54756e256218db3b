"""The contract of every file format: a model to files, and files back to a model.

Writers are pure: they return named bytes (`Written`), and `storing.store` puts them on a disk.
Readers take a `Source`: the main file's bytes and a way to the files that it names.
"""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol, runtime_checkable

from bozzetto.asset.model import Model
from bozzetto.findings import Finding


@dataclass(frozen=True, kw_only=True)
class FormatCard:
    """What a person needs to know to choose a format."""

    name: str
    suffix: str
    """Of file names, with the dot."""
    media_type: str
    summary: str
    """One line for lists."""
    textures: bool = True
    """Whether pictures come along, inside or beside."""
    skins: bool = True
    """Whether skeletons, skins and clips come along."""
    quads: bool = False
    """Whether four-sided faces stay such."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NamedFile:
    """One file that is not on a disk yet."""

    name: str
    """Relative, with `/`; no `..`."""
    data: bytes


@dataclass(frozen=True, kw_only=True, eq=False)
class Written:
    """What a writer made."""

    main: str
    """The file that a person opens; one of `files`."""
    files: tuple[NamedFile, ...]
    findings: tuple[Finding, ...] = ()
    """What the format could not hold."""

    def __post_init__(self) -> None:
        """Check the names, so that nothing is ever written elsewhere."""
        names = [file.name for file in self.files]
        if self.main not in names or len(set(names)) != len(names):
            raise ValueError(f"Written needs its main file and different names, got {names}.")
        for name in names:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or "\\" in name or not path.name:
                raise ValueError(f"A written file needs a plain relative name, got {name!r}.")

    @property
    def data(self) -> bytes:
        """The main file."""
        return next(file.data for file in self.files if file.name == self.main)


@runtime_checkable
class Neighbours(Protocol):
    """The files beside a main file."""

    def find(self, name: str) -> bytes | None:
        """Return a file by its relative name, or None where it is absent or out of bounds."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class FilesInMemory:
    """Neighbours that are not on a disk."""

    files: tuple[NamedFile, ...] = ()

    def find(self, name: str) -> bytes | None:
        """Return a file by its name."""
        return next((file.data for file in self.files if file.name == name), None)


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """A file to read."""

    name: str
    """For messages."""
    data: bytes
    neighbours: Neighbours = field(default_factory=FilesInMemory)

    @staticmethod
    def of(written: Written) -> "Source":
        """Read what was just written."""
        return Source(
            name=written.main, data=written.data, neighbours=FilesInMemory(files=written.files)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """What a reader understood."""

    model: Model
    findings: tuple[Finding, ...] = ()
    """What the file holds and a model does not, or what had to be changed."""


@runtime_checkable
class Format(Protocol):
    """Writes models to files and reads them back; keeps no state."""

    @property
    def card(self) -> FormatCard:
        """What this format is."""
        ...

    def write(self, model: Model) -> Written:
        """Encode with the recommended options; the same model gives the same bytes.

        Each format's module has a function with options for those who want others.

        Raises:
            FormatError: The model holds something that may not be written, such as NaN.
        """
        ...

    def read(self, source: Source) -> Reading:
        """Decode what `write` made, and files of others as far as a `Model` can hold them.

        Raises:
            FormatError: The bytes are damaged, or of a kind that cannot be read.
        """
        ...
