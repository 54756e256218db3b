"""Requests to the service: messages in and out, problems as errors, tried again where safe."""

import time
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar

import httpx
from httpx_sse import EventSource
from pydantic import TypeAdapter, ValidationError

from bozzetto.client.errors import StudioError
from bozzetto.errors import InputError
from bozzetto.wire.base import Message
from bozzetto.wire.problems import Problem

Answer = TypeVar("Answer")

_ATTEMPTS = 4
_RECONNECTIONS = 8
"""Attempts to open an event stream again; a service that restarts needs half a minute at most."""
_BUSY = (429, 502, 503, 504)
_LONGEST_PAUSE_SECONDS = 10.0


class Transport:
    """One connection to a service."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        try:
            self._http = httpx.Client(
                base_url=url.rstrip("/"), headers=headers, timeout=120.0, transport=transport
            )
        except httpx.InvalidURL as error:
            raise InputError(
                f"The address of the service should be a URL, got {url!r}.",
                advice="Write it as in http://127.0.0.1:8765.",
            ) from error
        self._sleep = sleep

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def get(
        self, path: str, kind: type[Answer], *, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Read something."""
        return read_answer(self._send("GET", path, query=query), kind)

    def send(
        self, method: str, path: str, kind: type[Answer], *, body: Message | None = None
    ) -> Answer:
        """Send a message; a POST that is tried again makes nothing twice."""
        content = None if body is None else body.model_dump_json().encode()
        return read_answer(self._send(method, path, content=content), kind)

    def upload(
        self, method: str, path: str, kind: type[Answer], *, data: bytes, name: str
    ) -> Answer:
        """Send the bytes of a file."""
        answer = self._send(
            method,
            path,
            content=data,
            media_type="application/octet-stream",
            query={"name": name},
        )
        return read_answer(answer, kind)

    def delete(self, path: str) -> None:
        """Delete something."""
        self._send("DELETE", path)

    def download(self, path: str, target: Path) -> None:
        """Write a file to the disk, under another name until it is complete.

        Raises:
            StudioError: The service refused, or the connection broke several times.
        """
        partial = target.with_name(f".partial-{target.name}")

        def fetch() -> None:
            with self._open("GET", path) as response, partial.open("wb") as file:
                for chunk in response.iter_bytes():
                    file.write(chunk)

        try:
            self._retry(fetch)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)

    def events(self, path: str) -> Iterator[str]:
        """Yield the data of server-sent events until the service ends the stream.

        A stream that breaks is opened again; the service then begins with the present state.

        Raises:
            StudioError: The service refused, or the connection broke several times in a row.
        """
        failures = 0
        while True:
            try:
                for data in self._events_once(path):
                    failures = 0
                    yield data
                return
            except StudioError as error:
                failures += 1
                if failures == _RECONNECTIONS:
                    raise
                self._pause(error, failures)

    def _events_once(self, path: str) -> Iterator[str]:
        """Yield the data of the events of one connection."""
        with self._open("GET", path, timeout=60.0) as response:
            for event in EventSource(response).iter_sse():
                # The service keeps idle connections open with comments; after an event with an id,
                # the parser gives each of them as an event without data.
                if event.data:
                    yield event.data

    def _send(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        media_type: str = "application/json",
        query: Mapping[str, str] | None = None,
    ) -> bytes:
        """Send, and try again where the service is busy or the connection broke."""
        headers: dict[str, str] = {}
        if content is not None:
            headers["Content-Type"] = media_type
        if method == "POST":
            headers["Idempotency-Key"] = uuid.uuid4().hex

        def request() -> bytes:
            with self._open(
                method, path, content=content, headers=headers, query=query
            ) as response:
                return response.read()

        return self._retry(request)

    def _retry(self, request: Callable[[], Answer]) -> Answer:
        """Make a request up to `_ATTEMPTS` times."""
        for attempt in range(1, _ATTEMPTS):
            try:
                return request()
            except StudioError as error:
                self._pause(error, attempt)
        return request()

    def _pause(self, error: StudioError, attempt: int) -> None:
        """Wait before the next attempt; raise an error that another attempt would not change."""
        if error.problem.status not in _BUSY:
            raise error
        self._sleep(min(_LONGEST_PAUSE_SECONDS, error.retry_after + 0.2 * 2**attempt))

    @contextmanager
    def _open(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        timeout: float = 120.0,
    ) -> Generator[httpx.Response]:
        """Send once; faults of the connection become errors of ours while the answer is read, too.

        Raises:
            StudioError: The service refused or cannot be reached, or the connection broke.
        """
        try:
            with self._http.stream(
                method, path, content=content, headers=headers, params=query, timeout=timeout
            ) as response:
                if not response.is_success:
                    response.read()
                    raise StudioError(_problem(response), retry_after=_retry_after(response))
                yield response
        except httpx.HTTPError as error:
            raise StudioError(_unreachable(error, path)) from error


def read_answer(data: str | bytes, kind: type[Answer]) -> Answer:
    """Read an answer.

    Raises:
        StudioError: It is not what the service sends: another server or version answered.
    """
    try:
        return TypeAdapter(kind).validate_json(data)
    except ValidationError as error:
        raise StudioError(
            _other_server("The answer does not have the form of the studio's schema.", status=502)
        ) from error


def _problem(response: httpx.Response) -> Problem:
    """Read why a request was refused, whoever stands in between."""
    try:
        return Problem.model_validate_json(response.content)
    except ValidationError:
        return _other_server(
            f"The service answered {response.status_code}.", status=response.status_code
        )


def _other_server(detail: str, *, status: int) -> Problem:
    """Describe an answer that is not the studio's."""
    return Problem(
        type="/problems/answer",
        title="Unexpected answer",
        status=status,
        detail=detail,
        advice="Check the address and the version; another server may have answered.",
    )


def _retry_after(response: httpx.Response) -> float:
    """Read how many seconds to wait, 0 where none are named; RFC 9110 allows a date as well."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, until.timestamp() - time.time())


def _unreachable(error: httpx.HTTPError, path: str) -> Problem:
    """Say that nobody answers."""
    return Problem(
        type="/problems/unreachable",
        title="Unreachable",
        status=503,
        detail=f"The service cannot be reached ({type(error).__name__}).",
        advice="Check the address, and that `bozzetto studio` runs.",
        instance=path,
    )
