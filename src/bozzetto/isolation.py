"""Run a function in a child process with limits on time and memory.

For native libraries that can take a process down or never return. The child is a fresh
interpreter, so nothing of the caller's state, threads or `__main__` leaks into it.
"""

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TypeVar, cast

from bozzetto.errors import BozzettoError, ResourceError

Argument = TypeVar("Argument")
Result = TypeVar("Result")

_REQUEST = "request.pickle"
_RESPONSE = "response.pickle"


@dataclass(frozen=True, kw_only=True)
class IsolationLimits:
    """What a child process may use before it is stopped."""

    seconds: float = 60.0
    """Wall-clock time."""
    memory_mib: int = 4096
    """Address space; not enforced on Windows and macOS, which offer no such limit."""


def run_isolated(
    function: Callable[[Argument], Result],
    argument: Argument,
    *,
    limits: IsolationLimits = IsolationLimits(),
) -> Result:
    """Call `function(argument)` in a child process and return its result.

    Args:
        function: A function at the top level of an importable module.
        argument: Anything that can be pickled.
        limits: When to stop the child.

    Raises:
        ResourceError: The child ran out of time or memory, or died.
        BozzettoError: Whatever the function raised on purpose.
    """
    what = f"{function.__module__}.{function.__qualname__}"
    with tempfile.TemporaryDirectory(prefix="bozzetto-") as folder:
        request = pickle.dumps((function.__module__, function.__qualname__, argument))
        Path(folder, _REQUEST).write_bytes(request)
        command = [sys.executable, "-m", "bozzetto.isolation", folder, str(limits.memory_mib)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        try:
            child = subprocess.run(
                command,
                timeout=limits.seconds,
                capture_output=True,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ResourceError(
                f"{what} did not finish within {limits.seconds:g} s and was stopped."
            ) from None
        response = Path(folder, _RESPONSE)
        if not response.exists():
            last = child.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise ResourceError(
                f"{what} died with code {child.returncode}{': ' if last else ''}{''.join(last)}."
            )
        outcome = cast("Result | _Failure", pickle.loads(response.read_bytes()))
    if isinstance(outcome, _Failure):
        raise outcome.error
    return outcome


@dataclass(frozen=True)
class _Failure:
    """An error on its way from child to parent."""

    error: BozzettoError


def serve(folder: Path, memory_mib: int) -> None:
    """Answer the request in `folder`; the child's whole life."""
    _limit_memory(memory_mib)
    module, name, argument = pickle.loads((folder / _REQUEST).read_bytes())
    try:
        outcome = getattr(import_module(module), name)(argument)
    except BozzettoError as error:
        outcome = _Failure(error)
    except MemoryError:
        outcome = _Failure(ResourceError(f"{module}.{name} needs more than {memory_mib} MiB."))
    except Exception as error:
        outcome = _Failure(ResourceError(f"{module}.{name} failed: {error}."))
    partial = folder / "partial.pickle"
    partial.write_bytes(pickle.dumps(outcome))
    partial.rename(folder / _RESPONSE)


def _limit_memory(memory_mib: int) -> None:
    """Let allocations fail instead of taking the machine down."""
    if sys.platform != "linux":
        return
    import resource  # Exists on POSIX only.

    limit = memory_mib * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    # The class must be the importable one, or the parent could not unpickle a failure.
    import_module("bozzetto.isolation").serve(Path(sys.argv[1]), int(sys.argv[2]))
