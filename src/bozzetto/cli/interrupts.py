"""Ctrl-C that cannot get lost.

Python drops an exception that is raised while a destructor or a callback of native code runs, and
`KeyboardInterrupt` is no exception to that. So the wish to stop is also kept, and heard again at
the next sign of progress.
"""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType


class _Listener:
    """Handles the signal as Python does, and remembers it."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Stop whatever is being done, if it can be stopped just now."""
        self.asked = True
        raise KeyboardInterrupt


@contextmanager
def listening() -> Generator[None]:
    """Remember Ctrl-C in here; a process that was told to ignore it goes on doing so."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _Listener())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def stop_if_asked() -> None:
    """Raise what got lost.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed since `listening` began.
    """
    listener = signal.getsignal(signal.SIGINT)
    if isinstance(listener, _Listener) and listener.asked:
        raise KeyboardInterrupt
