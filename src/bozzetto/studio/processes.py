"""Child processes that take orders over their input stream and end when it closes.

The settings travel over that stream, too: a command line would show their secrets to everyone.
"""

import contextlib
import os
import signal
import subprocess
import sys
from typing import TextIO

from pydantic import TypeAdapter

from bozzetto.studio.settings import Settings

_SETTINGS = TypeAdapter(Settings)


def start(module: str, settings: Settings) -> "subprocess.Popen[str]":
    """Start a Python module of ours in a process group of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    tell(process, _SETTINGS.dump_json(settings).decode())
    return process


def tell(process: "subprocess.Popen[str]", line: str) -> None:
    """Send an order; one that is dead is found out by whoever waits for it."""
    stream = process.stdin
    if stream is not None:
        with contextlib.suppress(OSError):
            stream.write(f"{line}\n")
            stream.flush()


def read_settings(stream: TextIO) -> Settings:
    """Read the settings that a parent sent first."""
    return _SETTINGS.validate_json(stream.readline())


def kill(process: "subprocess.Popen[str]") -> None:
    """End a process at once, with all that it started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def give_way(steps: int) -> None:
    """Lower this process's priority: the service must answer while others work."""
    if hasattr(os, "nice"):  # Not on Windows.
        os.nice(steps)


def end_own_group() -> None:
    """End this process and all that it started, at once."""
    if os.name == "posix" and os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
