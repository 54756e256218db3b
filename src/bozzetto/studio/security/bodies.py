"""Limits on what is sent: counted while it comes in, whatever its headers promise."""

import re

from starlette.datastructures import Headers
from starlette.types import Message as AsgiMessage
from starlette.types import Receive

from bozzetto.studio.problems import RefusedError, too_large
from bozzetto.studio.settings import Limits

_PICTURE = re.compile(r"/v1/projects/[^/]+/(photos(/[^/]+/mask)?|locks)")
_STROKES = re.compile(r"/v1/projects/[^/]+/photos/[^/]+/strokes")


def allowed_bytes(path: str, *, limits: Limits) -> int:
    """Return how large the body of a request may be."""
    if _PICTURE.fullmatch(path):
        return int(limits.photo.max_file_mb * 1e6)
    if _STROKES.fullmatch(path):
        return limits.strokes_bytes
    return limits.json_bytes


class CountedBody:
    """Passes a body on until it is too large."""

    def __init__(self, receive: Receive, *, allowed: int) -> None:
        self._receive = receive
        self._allowed = allowed
        self._seen = 0
        self.is_too_large = False

    def check_promise(self, headers: Headers) -> None:
        """Refuse at once what is said to be too large.

        Raises:
            RefusedError: 413.
        """
        promised = headers.get("content-length", "")
        if promised.isdecimal() and int(promised) > self._allowed:
            raise self._refusal()

    def _refusal(self) -> RefusedError:
        return too_large(
            f"At most {self._allowed:,} bytes are read here.",
            advice="Send less: a smaller picture, or fewer strokes.",
        )

    async def __call__(self) -> AsgiMessage:
        """Receive the next part.

        Raises:
            RefusedError: The body is larger than allowed.
        """
        message = await self._receive()
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            if self._seen > self._allowed:
                self.is_too_large = True
                raise self._refusal()
        return message
