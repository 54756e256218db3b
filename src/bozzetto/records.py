"""Values to JSON and back, for reports, keys and every record that is kept.

Dataclasses are read and written by msgspec. Fields that a dataclass does not know are passed over,
so a newer program's record stays readable. Arrays never pass through here; they go into `.npz`
files beside the JSON.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec
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
    return cast("Json", msgspec.json.decode(msgspec.json.encode(value, enc_hook=_plain)))


def text_from(value: object) -> str:
    """Return indented JSON text that ends with a line break."""
    encoded = msgspec.json.encode(value, enc_hook=_plain)
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def digest_of(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON, lower-case hex."""
    encoded = msgspec.json.encode(value, enc_hook=_plain, order="sorted")
    return hashlib.sha256(encoded).hexdigest()


def value_from(kind: type[Record], value: Json) -> Record:
    """Rebuild a dataclass from what `json_from` made of it.

    Raises:
        ValueError: The JSON does not have the form of the dataclass.
    """
    try:
        return msgspec.convert(value, kind, dec_hook=_rebuilt)
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        raise _misfit(kind) from error


def value_from_text(kind: type[Record], text: str | bytes) -> Record:
    """Rebuild a dataclass from JSON text.

    Raises:
        ValueError: The text is not JSON, or does not have the form of the dataclass.
    """
    try:
        return msgspec.json.decode(text, type=kind, dec_hook=_rebuilt)
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise _misfit(kind) from error


def _plain(value: object) -> object:
    """Give msgspec the JSON form of what it does not know itself."""
    if isinstance(value, Path):
        return value.as_posix()
    if isinstance(value, np.generic):
        return cast("object", value.item())
    raise TypeError(f"{type(value).__name__} has no JSON form.")


def _rebuilt(kind: type, value: object) -> object:
    """Rebuild what msgspec does not know itself."""
    if issubclass(kind, Path) and isinstance(value, str):
        return Path(value)
    raise TypeError(f"{kind.__name__} cannot be rebuilt from JSON.")


def _misfit(kind: type) -> ValueError:
    return ValueError(f"The record does not have the form of a {kind.__name__}.")
