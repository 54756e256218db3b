"""Values kept between runs of one process: the latest ones, bounded in bytes."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar, cast

Value = TypeVar("Value")


class Memo:
    """A cache by content: the same key always stands for the same value, so it is never stale."""

    def __init__(self, *, max_bytes: int = 768 << 20) -> None:
        """Start empty.

        Args:
            max_bytes: The values used longest ago are dropped beyond that.
        """
        self._max_bytes = max_bytes
        self._values: OrderedDict[object, tuple[object, int]] = OrderedDict()
        self._num_bytes = 0

    def get(self, key: object, make: Callable[[], Value], *, size: Callable[[Value], int]) -> Value:
        """Return the value of a key, making it first if it is not there.

        Args:
            key: Hashable; names the content and the kind of value.
            make: Computes the value.
            size: Its bytes in memory; a value larger than the whole cache is not kept.
        """
        if key in self._values:
            self._values.move_to_end(key)
            return cast("Value", self._values[key][0])
        value = make()
        num_bytes = size(value)
        if num_bytes <= self._max_bytes:
            self._values[key] = value, num_bytes
            self._num_bytes += num_bytes
        while self._num_bytes > self._max_bytes:
            _, (_, dropped) = self._values.popitem(last=False)
            self._num_bytes -= dropped
        return value
