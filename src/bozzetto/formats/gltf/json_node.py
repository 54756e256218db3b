"""Read JSON that nobody vouches for: every access checks presence and type.

A `JsonNode` knows its path, so that a message can say exactly what is wrong where. All nodes of a
document remember together which fields were read, so that the others can be accounted for.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from bozzetto.errors import FormatError


@dataclass(frozen=True, kw_only=True, eq=False)
class JsonNode:
    """One object of a JSON tree."""

    path: str
    """Where it stands, as in `scene.glb: meshes[0]`."""
    fields: Mapping[str, object]
    read: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    """Which fields of which objects were read; shared by all nodes of a document."""

    @staticmethod
    def parse(text: bytes, *, path: str) -> "JsonNode":
        """Parse a document whose root is an object.

        Raises:
            FormatError: It is not JSON, or its root is not an object.
        """
        try:
            value = cast("object", json.loads(text.decode("utf-8")))
        except (ValueError, RecursionError):
            raise FormatError(f"{path}: the JSON part cannot be parsed.") from None
        return JsonNode(path=path, fields=_as_fields(value, path=path))

    def has(self, key: str) -> bool:
        """Tell whether the key is there."""
        return key in self.fields

    def label(self) -> str:
        """Return the object's name for people; empty where it has none. Does not count as read."""
        name = self.fields.get("name")
        return name if isinstance(name, str) else ""

    def raw(self, key: str, default: object = None) -> object:
        """Return a value of any kind; the default where it is absent."""
        self.read.add((id(self.fields), key))
        return self.fields.get(key, default)

    def was_read(self, key: str) -> bool:
        """Tell whether anybody asked for a field's value."""
        return (id(self.fields), key) in self.read

    def account(self) -> None:
        """Say that the object is dealt with as a whole: nobody need look into it again."""
        self.read.add((id(self.fields), ""))

    @property
    def is_accounted(self) -> bool:
        """Whether the object is dealt with as a whole."""
        return (id(self.fields), "") in self.read

    def integer(self, key: str, *, default: int | None = None) -> int:
        """Return a whole number of 0 or more."""
        value = self.raw(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self._wrong(key, wanted="a whole number of 0 or more")
        return value

    def number(self, key: str, *, default: float | None = None) -> float:
        """Return a finite number."""
        value = self.raw(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, wanted="a number")
        if not math.isfinite(value):
            raise self._wrong(key, wanted="a finite number")
        return float(value)

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a string."""
        value = self.raw(key, default)
        if not isinstance(value, str):
            raise self._wrong(key, wanted="a string")
        return value

    def numbers(self, key: str, *, default: tuple[float, ...]) -> tuple[float, ...]:
        """Return a list of finite numbers, as many as the default has."""
        values = self._array(key) if self.has(key) else list[object](default)
        row = JsonNode(path=f"{self.path}.{key}", fields={str(i): v for i, v in enumerate(values)})
        if len(values) != len(default):
            raise self._wrong(key, wanted=f"{len(default)} numbers")
        return tuple(row.number(str(i)) for i in range(len(values)))

    def all_numbers(self, key: str) -> tuple[float, ...]:
        """Return a list of finite numbers; empty where it is absent."""
        count = len(self._array(key)) if self.has(key) else 0
        return self.numbers(key, default=(0.0,) * count)

    def flag(self, key: str) -> bool:
        """Return a boolean; false where it is absent."""
        value = self.raw(key, False)
        if not isinstance(value, bool):
            raise self._wrong(key, wanted="true or false")
        return value

    def integers(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers of 0 or more; empty where it is absent."""
        values = self._array(key) if self.has(key) else []
        row = JsonNode(path=f"{self.path}.{key}", fields={str(i): v for i, v in enumerate(values)})
        return tuple(row.integer(str(i)) for i in range(len(values)))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; empty where it is absent."""
        values = self._array(key) if self.has(key) else []
        row = JsonNode(path=f"{self.path}.{key}", fields={str(i): v for i, v in enumerate(values)})
        return tuple(row.text(str(i)) for i in range(len(values)))

    def extension(self, name: str) -> "JsonNode | None":
        """Return a glTF extension object, or None where it is absent."""
        if not self.has("extensions"):
            return None
        extensions = self.child("extensions")
        return extensions.child(name) if extensions.has(name) else None

    def account_extension(self, name: str) -> None:
        """Say that an extension of this object is dealt with as a whole, if it is there."""
        extension = self.extension(name)
        if extension is not None:
            extension.account()

    def child(self, key: str) -> "JsonNode":
        """Return the object under a key."""
        path = f"{self.path}.{key}"
        return self._below(path, self.raw(key))

    def child_or_empty(self, key: str) -> "JsonNode":
        """Return the object under a key, or one without fields where it is absent."""
        if self.has(key):
            return self.child(key)
        return JsonNode(path=f"{self.path}.{key}", fields={})

    def children(self, key: str) -> "tuple[JsonNode, ...]":
        """Return the objects of the list under a key; none where the key is absent."""
        values = self._array(key) if self.has(key) else []
        paths = [f"{self.path}.{key}[{i}]" for i in range(len(values))]
        return tuple(self._below(path, value) for path, value in zip(paths, values, strict=True))

    def item(self, key: str, index: int) -> "JsonNode":
        """Return one object of the list under a key."""
        values = self._array(key) if self.has(key) else []
        if index >= len(values):
            raise FormatError(f"{self.path}: {key}[{index}] is referred to but does not exist.")
        path = f"{self.path}.{key}[{index}]"
        return self._below(path, values[index])

    def _below(self, path: str, value: object) -> "JsonNode":
        """Return an object that stands in this one."""
        return JsonNode(path=path, fields=_as_fields(value, path=path), read=self.read)

    def _array(self, key: str) -> list[object]:
        """Return the raw list under a key."""
        value = self.raw(key)
        if not isinstance(value, list):
            raise self._wrong(key, wanted="a list")
        return cast("list[object]", value)

    def _wrong(self, key: str, *, wanted: str) -> FormatError:
        """Build the error for a field of the wrong kind."""
        came = repr(self.fields[key])[:40] if self.has(key) else "nothing"
        return FormatError(f"{self.path}: {key} must be {wanted}, got {came}.")


def _as_fields(value: object, *, path: str) -> Mapping[str, object]:
    """Return the value if it is an object."""
    if not isinstance(value, dict):
        raise FormatError(f"{path} must be a JSON object.")
    return cast("dict[str, object]", value)
