"""Values to JSON and back, for reports, keys and the records inside a project.

Arrays never pass through here; they go into `.npz` files beside the JSON.
"""

import dataclasses
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast, get_args, get_origin, get_type_hints

import numpy as np

Record = TypeVar("Record")

if TYPE_CHECKING:
    Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
else:
    Json = object  # Run-time checkers cannot follow a type that names itself.


def json_from(value: object) -> Json:
    """Turn dataclasses, enums, paths, tuples and NumPy scalars into plain JSON values.

    Numbers that JSON does not know (NaN, infinities) become null.

    Raises:
        TypeError: The value holds something that has no JSON form, such as an array.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: json_from(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {str(name): json_from(item) for name, item in items}
    if isinstance(value, list | tuple):
        return [json_from(item) for item in cast("Sequence[object]", value)]
    return _scalar(value)


def _scalar(value: object) -> Json:
    """Turn a single value into its JSON form."""
    if isinstance(value, Enum):
        return _scalar(value.value)
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Path):
        return value.as_posix()
    if isinstance(value, np.generic):
        return _scalar(cast("object", value.item()))
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    raise TypeError(f"{type(value).__name__} has no JSON form.")


def text_from(value: object) -> str:
    """Return indented JSON text that ends with a line break."""
    return json.dumps(json_from(value), indent=2, ensure_ascii=False) + "\n"


def digest_of(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON, lower-case hex."""
    text = json.dumps(json_from(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def value_from(kind: type[Record], value: Json) -> Record:
    """Rebuild a dataclass from what `json_from` made of it; the inverse for plain fields.

    Knows nested dataclasses, enums, `X | None`, `tuple[X, ...]` and `tuple[X, Y]` of plain values.

    Raises:
        ValueError: The JSON does not have the form of the dataclass.
    """
    try:
        return cast("Record", _rebuild(kind, value))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"The record does not have the form of a {kind.__name__}.") from error


def _rebuild(kind: object, value: Json) -> object:
    """Rebuild one value of a declared type."""
    arguments = cast("tuple[object, ...]", get_args(kind))
    if get_origin(kind) is tuple:
        items = cast("list[Json]", value)
        kinds = [arguments[0]] * len(items) if Ellipsis in arguments else list(arguments)
        return tuple(_rebuild(k, item) for k, item in zip(kinds, items, strict=True))
    if arguments:  # `X | None`
        inner = next(a for a in arguments if a is not type(None))
        return None if value is None else _rebuild(inner, value)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        fields = cast("dict[str, Json]", value)
        return kind(**{name: _rebuild(hints[name], item) for name, item in fields.items()})
    if isinstance(kind, type) and issubclass(kind, Enum | float):
        return cast("Callable[[Json], object]", kind)(value)
    return value
