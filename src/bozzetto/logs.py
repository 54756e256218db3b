"""Log what a run does: quiet by default, on the error stream with `-v`, in a file for each run.

Modules log to `logging.getLogger(__name__)`. A log is safe to pass on: the formatter takes out
secrets and every folder outside the project, and shows of a fault where it was raised, not what it
says, as that may quote a file.
"""

import logging
import os
import platform
import re
import sys
import time
import traceback
from collections.abc import Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

from bozzetto.errors import BozzettoError
from bozzetto.progress import Event, Progress, StageFinished, StageStarted

FOLDER = "logs"
"""Of a project: one file for each run."""
KEPT = 50
"""Files in a folder of logs; the oldest ones go."""

_ALL = logging.getLogger("bozzetto")
_LOG = logging.getLogger(__name__)
_OPEN: ContextVar[tuple[logging.Handler, ...]] = ContextVar("bozzetto_logs", default=())
_SITE = Path(__file__).parents[1]
_SECRET = re.compile(r"bozz_[\w-]+|(?<=://)[^/\s@]+(?=@)|(?<=[Bb]earer )\S+")
_FOLDERS = r"(?:[^/\\\s'\":;,<>|]+(?: +[^/\\\s'\":;,<>|]+)*[/\\])*"
_PATH = re.compile(rf"(?:(?<![\w.~…/\\:])/|\b[A-Za-z]:[\\/])({_FOLDERS})([^/\\\s'\":;,<>|]*)")


def to_stderr() -> None:
    """Show everything that is logged from now on, for `-v`."""
    _attach(logging.StreamHandler(sys.stderr), root=None)


@contextmanager
def run_log(root: Path, progress: Progress) -> Generator[Progress]:
    """Log a run into its project's folder.

    Args:
        root: The project's folder, which is there already.
        progress: Told about every stage.

    Yields:
        What to tell about every stage instead: it logs the event and passes it on.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    with log_file(root / FOLDER / f"{stamp}-{os.getpid()}.log", root=root):
        yield logged(progress)


@contextmanager
def log_file(path: Path, *, root: Path) -> Generator[None]:
    """Write what is logged within to a file, and how it ended; a full disk stops no run.

    Args:
        path: The file; its folder is made, and holds `KEPT` files at most.
        root: Paths below it are written relative to it, others without their folders.
    """
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in sorted(path.parent.glob("*.log"))[: -KEPT + 1]:
            old.unlink(missing_ok=True)
    handler = _QuietFile(path, encoding="utf-8", delay=True)
    _attach(handler, root=root)
    token = _OPEN.set((*_OPEN.get(), handler))
    try:
        _LOG.info("Bozzetto %s, Python %s, %s", version("bozzetto"), *_machine())
        yield
        _LOG.info("Done.")
    except BozzettoError as error:
        _LOG.error("%s: %s", type(error).__name__, error)
        raise
    except Exception:
        _LOG.exception("A fault in Bozzetto itself.")
        raise
    except BaseException as error:
        _LOG.warning("Stopped by %s.", type(error).__name__)
        raise
    finally:
        _OPEN.reset(token)
        _ALL.removeHandler(handler)
        handler.close()


def logged(progress: Progress) -> Progress:
    """Return a progress that logs every event and passes it on."""

    def see(event: Event) -> None:
        if isinstance(event, StageFinished):
            how = "kept from before" if event.reused else f"{event.seconds:.2f} s"
            _LOG.info("%s: %s", event.stage, how)
        elif isinstance(event, StageStarted):
            _LOG.debug("%s: begins", event.stage)
        else:
            _LOG.debug("%s: %s", event.stage, event.step)
        progress(event)

    return see


def scrub(text: str, *, root: Path | None) -> str:
    """Take secrets and folders outside a project out of a text."""
    if root is not None:
        text = text.replace(f"{root}{os.sep}", "")
        text = re.sub(rf"{re.escape(str(root))}(?![\w-])", "the project", text)
    text = text.replace(f"{_SITE}{os.sep}", "")
    return _PATH.sub(r"…/\2", _SECRET.sub("…", text))


class _QuietFile(logging.FileHandler):
    """A file that is opened with the first record; one that cannot be written is left alone."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record of this run; helper threads belong to whichever run is open."""
        with suppress(OSError):
            if self in (_OPEN.get() or (self,)):
                super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Leave a full disk to the stage that needs it."""


class _Formatter(logging.Formatter):
    """Times in UTC; nothing private."""

    converter = time.gmtime

    def __init__(self, root: Path | None) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self._root = root

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        # Made anew for each handler, which may show another part of a path.
        record.exc_text = None
        return scrub(super().format(record), root=self._root)

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """Write where a fault was raised."""
        kind, _, trace = ei
        return "".join(traceback.format_tb(trace)) + (kind.__name__ if kind else "")


def _attach(handler: logging.Handler, *, root: Path | None) -> None:
    """Send everything to a handler, too.

    An application that set no level for us asked for nothing, so what we log here stays here.
    """
    handler.setFormatter(_Formatter(root))
    if _ALL.level == logging.NOTSET:
        _ALL.setLevel(logging.DEBUG)
        _ALL.propagate = False
    _ALL.addHandler(handler)


def _machine() -> tuple[str, str]:
    """Return the versions of Python and of the machine."""
    return platform.python_version(), f"{platform.system()} {platform.machine()}"
