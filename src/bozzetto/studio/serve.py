"""Start the service: the web part in this process, the dispatcher of jobs in one of its own."""

import contextlib
import signal
import socket
import threading
import webbrowser
from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum
from types import FrameType

import uvicorn

from bozzetto.errors import ResourceError
from bozzetto.studio.app import create_app
from bozzetto.studio.database import Database
from bozzetto.studio.dispatcher import Dispatcher
from bozzetto.studio.processes import kill, start
from bozzetto.studio.settings import Settings, is_loopback

_DISPATCHER = "bozzetto.studio.dispatcher"
_RESTART_SECONDS = 1.0
_GOODBYE_SECONDS = 4.0


class ServicePart(StrEnum):
    """Which part of the service to run here."""

    ALL = "all"
    WEB = "web"
    """Only the API and the page; jobs wait for a dispatcher."""
    JOBS = "jobs"
    """Only the dispatcher and its processes."""


def serve(
    settings: Settings, *, part: ServicePart = ServicePart.ALL, open_browser: bool = False
) -> None:
    """Run until interrupted.

    Raises:
        ResourceError: The port, the database or the data folder cannot be used.
    """
    if part is ServicePart.JOBS:
        _serve_jobs(settings)
        return
    app = create_app(settings)
    listening = _listen(settings)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.public_url) and is_loopback(settings.host),
            timeout_keep_alive=30,
            timeout_graceful_shutdown=3,
        )
    )
    if open_browser:
        threading.Timer(1.0, webbrowser.open, [settings.origins[0]]).start()
    with _dispatching(settings) if part is ServicePart.ALL else contextlib.nullcontext():
        server.run(sockets=[listening])


def _serve_jobs(settings: Settings) -> None:
    """Run jobs in this process until it is told to stop."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    database.migrate()
    database.close()
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    Dispatcher(settings).run(stop)


def _listen(settings: Settings) -> socket.socket:
    """Take the port now, so that a taken one is a sentence and not a trace."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named, or asyncio would not take it for TCP and leave Nagle's algorithm on: every answer of
    # more than one packet would wait 40 ms for the browser's acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise ResourceError(
            f"The service cannot listen on {settings.host}:{settings.port}: {error.strerror}.",
            advice="Choose another --port, or stop what uses this one.",
        ) from error
    return listening


@contextmanager
def _dispatching(settings: Settings) -> Generator[None]:
    """Keep a dispatcher running in a process of its own; it ends with this one, however that ends.

    Its input stream is the tie: the system closes it even if this process is killed.
    """
    stopped = threading.Event()

    def keep() -> None:
        while not stopped.is_set():
            process = start(_DISPATCHER, settings)
            while process.poll() is None and not stopped.wait(0.1):
                pass
            if stopped.is_set() and process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
                with contextlib.suppress(Exception):
                    process.wait(_GOODBYE_SECONDS)
            kill(process)
            stopped.wait(_RESTART_SECONDS)

    thread = threading.Thread(target=keep)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
