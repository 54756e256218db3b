"""Values kept between runs of one process: the latest ones, bounded in bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import TypeVar, cast

Value = TypeVar("Value")
_SMALL = 64
"""Of a number or an empty container."""


class Memo:
    """A cache by content: the same key always stands for the same value, so it is never stale.

    Several threads may use it; two that want one missing value at once both make it.
    """

    def __init__(self, *, max_bytes: int = 512 << 20) -> None:
        """Start empty.

        Args:
            max_bytes: The values used longest ago are dropped beyond that.
        """
        self._max_bytes = max_bytes
        self._values: OrderedDict[object, tuple[object, int]] = OrderedDict()
        self._num_bytes = 0
        self._lock = threading.Lock()

    @property
    def num_bytes(self) -> int:
        """How much is kept at the moment."""
        return self._num_bytes

    def get(self, key: object, make: Callable[[], Value]) -> Value:
        """Return the value of a key, making it first if it is not there.

        Args:
            key: Hashable; names the content and the kind of value.
            make: Computes the value; one larger than the whole cache is not kept.
        """
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return cast("Value", self._values[key][0])
        value = make()
        self._keep(key, value, memory_of(value))
        return value

    def _keep(self, key: object, value: object, num_bytes: int) -> None:
        """Keep a value, and drop the oldest ones that no longer fit."""
        if num_bytes > self._max_bytes:
            return
        with self._lock:
            if key in self._values:
                return
            self._values[key] = value, num_bytes
            self._num_bytes += num_bytes
            while self._num_bytes > self._max_bytes:
                _, (_, dropped) = self._values.popitem(last=False)
                self._num_bytes -= dropped


def memory_of(value: object) -> int:
    """Estimate the bytes in memory of a value made of dataclasses, containers, arrays and bytes.

    What is shared is counted each time, and whatever else there is counts as a small object.
    """
    if isinstance(value, bytes | str):
        return _SMALL + len(value)
    if isinstance(value, Mapping):
        return _SMALL + _sum(cast("Mapping[object, object]", value).values())
    if isinstance(value, tuple | list):
        return _SMALL + _sum(cast("Iterable[object]", value))
    if is_dataclass(value):
        return _SMALL + _sum(getattr(value, field.name) for field in fields(value))
    return _SMALL + int(getattr(value, "nbytes", 0))


def _sum(values: Iterable[object]) -> int:
    return sum(memory_of(value) for value in values)
