"""Requests to the service: messages in and out, problems as errors, tried again where safe."""

import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from bozzetto.client.errors import StudioError
from bozzetto.wire.base import Message
from bozzetto.wire.problems import Problem

Answer = TypeVar("Answer")

_ATTEMPTS = 4
_BUSY = (429, 502, 503, 504)


class Transport:
    """One connection to a service."""

    def __init__(
        self, url: str, *, token: str | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(
            base_url=url.rstrip("/"), headers=headers, timeout=120.0, transport=transport
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def get(
        self, path: str, kind: type[Answer], *, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Read something."""
        return _read(self._send("GET", path, query=query), kind)

    def send(
        self, method: str, path: str, kind: type[Answer], *, body: Message | None = None
    ) -> Answer:
        """Send a message; a POST that is tried again makes nothing twice."""
        content = None if body is None else body.model_dump_json().encode()
        return _read(self._send(method, path, content=content), kind)

    def upload(
        self, method: str, path: str, kind: type[Answer], *, data: bytes, name: str
    ) -> Answer:
        """Send the bytes of a file."""
        response = self._send(
            method,
            path,
            content=data,
            media_type="application/octet-stream",
            query={"name": name},
        )
        return _read(response, kind)

    def delete(self, path: str) -> None:
        """Delete something."""
        self._send("DELETE", path)

    def download(self, path: str, target: Path) -> None:
        """Write a file to the disk, under another name until it is whole."""
        partial = target.with_name(f".partial-{target.name}")
        with self._http.stream("GET", path) as response:
            if response.status_code != 200:
                response.read()
                raise StudioError(_problem(response))
            with partial.open("wb") as file:
                for chunk in response.iter_bytes():
                    file.write(chunk)
        partial.replace(target)

    def events(self, path: str) -> Iterator[str]:
        """Yield the data of server-sent events until the service ends the stream."""
        with self._http.stream("GET", path, timeout=60.0) as response:
            if response.status_code != 200:
                response.read()
                raise StudioError(_problem(response))
            for line in response.iter_lines():
                if line.startswith("data: "):
                    yield line.removeprefix("data: ")

    def _send(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        media_type: str = "application/json",
        query: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send, and try again where the service is busy or the connection broke."""
        headers: dict[str, str] = {}
        if content is not None:
            headers["Content-Type"] = media_type
        if method == "POST":
            headers["Idempotency-Key"] = uuid.uuid4().hex
        attempt = 1
        while True:
            response = self._try(
                method, path, content=content, headers=headers, query=query, attempt=attempt
            )
            if response is not None:
                break
            time.sleep(0.2 * 2**attempt)
            attempt += 1
        if response.status_code >= 400:
            raise StudioError(_problem(response))
        return response

    def _try(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None,
        attempt: int,
    ) -> httpx.Response | None:
        """Send once; None where it is worth sending again."""
        try:
            response = self._http.request(
                method, path, content=content, headers=headers, params=query
            )
        except httpx.HTTPError as error:
            if attempt >= _ATTEMPTS:
                raise StudioError(_unreachable(error, path)) from error
            return None
        if response.status_code in _BUSY and attempt < _ATTEMPTS:
            time.sleep(min(10.0, float(response.headers.get("retry-after", "0"))))
            return None
        return response


def _read(response: httpx.Response, kind: type[Answer]) -> Answer:
    """Read an answer."""
    return TypeAdapter(kind).validate_json(response.content)


def _problem(response: httpx.Response) -> Problem:
    """Read why a request was refused, whoever stands in between."""
    try:
        return Problem.model_validate_json(response.content)
    except ValidationError:
        return Problem(
            type="/problems/answer",
            title=response.reason_phrase,
            status=response.status_code,
            detail=f"The service answered {response.status_code}.",
            advice="Check the address; another server may have answered.",
        )


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
