"""A memo gives what it was asked to make and keeps the latest values, never beyond its bound."""

import threading
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.plans.memo import Memo, memory_of

KB = 1000
ROOM = 100
"""For the small objects around the arrays."""


class Maker:
    """Makes values of a given size and notes which ones."""

    def __init__(self, *, max_kb):
        self.memo = Memo(max_bytes=max_kb * (KB + ROOM))
        self.made = []

    def get(self, key, *, kb=10):
        def make():
            self.made.append(key)
            return np.full(kb * KB, ord(key), np.uint8)

        return self.memo.get(key, make)


def test_what_is_kept_is_not_made_again():
    maker = Maker(max_kb=100)
    assert maker.get("a") is maker.get("a")
    assert maker.made == ["a"]


def test_what_was_used_longest_ago_is_dropped_first():
    maker = Maker(max_kb=20)
    for key in "abacb":
        maker.get(key)
    assert maker.made == ["a", "b", "c", "b"]


def test_what_is_larger_than_the_bound_is_given_and_not_kept():
    maker = Maker(max_kb=20)
    maker.get("a")
    for _ in range(2):
        assert maker.get("b", kb=30)[0] == ord("b")
    maker.get("a")
    assert maker.made == ["a", "b", "b"]


@given(requests=st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 12)), max_size=30))
def test_values_are_right_and_within_the_bound_whatever_is_asked_for(requests):
    maker = Maker(max_kb=20)
    sizes = {}
    for key, size in requests:
        size = sizes.setdefault(key, size)
        np.testing.assert_array_equal(maker.get(key, kb=size), np.full(size * KB, ord(key)))
        assert maker.memo.num_bytes <= 20 * (KB + ROOM)


def test_a_failure_is_not_kept():
    memo = Memo()
    for _ in range(2):
        with pytest.raises(LookupError):
            memo.get("a", lambda: {}["a"])
    assert memo.get("a", lambda: 1) == 1


def test_a_value_may_be_made_of_another_one():
    memo = Memo()

    def outer():
        return memo.get("inner", lambda: 1) + 1

    assert memo.get("outer", outer) == 2


def test_threads_that_want_one_value_at_once_are_counted_once():
    memo, meeting = Memo(max_bytes=25 * KB), threading.Barrier(2)

    def make():
        meeting.wait(timeout=10)
        return bytes(10 * KB)

    threads = [threading.Thread(target=memo.get, args=("a", make)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert memo.num_bytes == memory_of(bytes(10 * KB))


@dataclass(frozen=True)
class Nested:
    array: np.ndarray
    others: tuple[object, ...]
    named: dict[str, object]


@given(sizes=st.lists(st.integers(0, 10_000), min_size=3, max_size=3))
def test_memory_is_that_of_all_arrays_and_bytes_inside(sizes):
    a, b, c = sizes
    value = Nested(np.zeros(a, np.float32), (np.zeros((b, 2)), None, "x"), {"c": bytes(c)})
    assert 0 <= memory_of(value) - (4 * a + 16 * b + c) < 1000
