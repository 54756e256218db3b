"""Read JSON that nobody vouches for: every access checks presence and type.

A `JsonNode` knows its path, so that a message can say exactly what is wrong where.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from bozzetto.errors import FormatError


@dataclass(frozen=True, kw_only=True, eq=False)
class JsonNode:
    """One object of a JSON tree."""

    path: str
    """Where it stands, as in `scene.glb: meshes[0]`."""
    fields: Mapping[str, object]

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

    def integer(self, key: str, *, default: int | None = None) -> int:
        """Return a whole number of 0 or more."""
        value = self.fields.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self._wrong(key, wanted="a whole number of 0 or more")
        return value

    def number(self, key: str, *, default: float | None = None) -> float:
        """Return a finite number."""
        value = self.fields.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, wanted="a number")
        if not math.isfinite(value):
            raise self._wrong(key, wanted="a finite number")
        return float(value)

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a string."""
        value = self.fields.get(key, default)
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

    def flag(self, key: str) -> bool:
        """Return a boolean; false where it is absent."""
        value = self.fields.get(key, False)
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

    def child(self, key: str) -> "JsonNode":
        """Return the object under a key."""
        path = f"{self.path}.{key}"
        return JsonNode(path=path, fields=_as_fields(self.fields.get(key), path=path))

    def children(self, key: str) -> "tuple[JsonNode, ...]":
        """Return the objects of the list under a key; none where the key is absent."""
        values = self._array(key) if self.has(key) else []
        paths = [f"{self.path}.{key}[{i}]" for i in range(len(values))]
        return tuple(
            JsonNode(path=path, fields=_as_fields(value, path=path))
            for path, value in zip(paths, values, strict=True)
        )

    def item(self, key: str, index: int) -> "JsonNode":
        """Return one object of the list under a key."""
        values = self._array(key) if self.has(key) else []
        if index >= len(values):
            raise FormatError(f"{self.path}: {key}[{index}] is referred to but does not exist.")
        path = f"{self.path}.{key}[{index}]"
        return JsonNode(path=path, fields=_as_fields(values[index], path=path))

    def _array(self, key: str) -> list[object]:
        """Return the raw list under a key."""
        value = self.fields.get(key)
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
