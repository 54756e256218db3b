import contextlib
import signal

import pytest

from bozzetto.cli.interrupts import listening, stop_if_asked


@pytest.fixture(autouse=True)
def the_usual_handler():
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press_ctrl_c():
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_still_stops_at_once():
    with listening(), pytest.raises(KeyboardInterrupt):
        press_ctrl_c()


def test_a_ctrl_c_that_was_swallowed_is_heard_at_the_next_chance():
    with listening():
        stop_if_asked()
        with contextlib.suppress(KeyboardInterrupt):  # As Python does inside a destructor.
            press_ctrl_c()
        with pytest.raises(KeyboardInterrupt):
            stop_if_asked()


def test_who_ignores_ctrl_c_goes_on_ignoring_it():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with listening():
        press_ctrl_c()
        stop_if_asked()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_the_usual_handler_comes_back():
    with listening():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
