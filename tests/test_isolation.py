import os
import time

import numpy as np
import pytest

from bozzetto.errors import InputError, ResourceError
from bozzetto.isolation import IsolationLimits, run_isolated


def double(values):
    return values * 2


def process_id(_):
    return os.getpid()


def sleep_long(_):
    time.sleep(60)


def abort(_):
    os.abort()


def eat(num_bytes):
    return len(bytearray(num_bytes))


def refuse(_):
    raise InputError("A cube was wanted, a sphere came.", advice="Bring a cube.")


def stumble(_):
    return 1 / 0


def test_the_result_comes_back_unchanged():
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(run_isolated(double, values), values * 2)


def test_the_function_runs_in_another_process():
    assert run_isolated(process_id, None) != os.getpid()


def test_a_function_that_never_ends_is_stopped():
    start = time.perf_counter()
    with pytest.raises(ResourceError, match="within 1 s"):
        run_isolated(sleep_long, None, limits=IsolationLimits(seconds=1.0))
    assert time.perf_counter() - start < 10


def test_a_crash_is_an_error_and_not_the_end():
    with pytest.raises(ResourceError, match="died with code -6"):
        run_isolated(abort, None)


def test_too_much_memory_is_refused():
    limits = IsolationLimits(memory_mib=2048)
    with pytest.raises(ResourceError, match="2048 MiB"):
        run_isolated(eat, 4 << 30, limits=limits)


def test_an_error_on_purpose_arrives_with_its_advice():
    with pytest.raises(InputError, match="a sphere came") as caught:
        run_isolated(refuse, None)
    assert caught.value.advice == "Bring a cube."


def test_a_fault_says_what_failed():
    with pytest.raises(ResourceError, match=r"stumble failed: .*division"):
        run_isolated(stumble, None)
