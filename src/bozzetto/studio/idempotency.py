"""Idempotency keys: a request that is sent again with its key does nothing new.

`Idempotency-Key` on a POST: the first answer is kept for a day and given again. Things that are
made take their id from the key, so that not even a crash before the answer makes them twice.
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hashlib
import re
import time
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy import delete
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from bozzetto.studio.database import Database
from bozzetto.studio.ids import new_id
from bozzetto.studio.problems import Refusal, RefusedError, conflict
from bozzetto.studio.security.actors import Actor
from bozzetto.studio.tables import AnswerRow

_KEPT_SECONDS = 86_400.0
_ABANDONED_SECONDS = 120.0
_MOST_KEPT_BYTES = 64_000
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_SCOPE = "idempotency"


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A request with a key."""

    who: str
    key: str
    fingerprint: str


def made_id(request: Request, kind: str) -> str:
    """Return the id for what a request makes."""
    return new_id(kind, key=str(request.scope.get(_SCOPE, "")))


class Idempotency:
    """ASGI middleware behind the gate."""

    def __init__(self, app: ASGIApp, *, database: Database) -> None:
        self._app = app
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or let through and remember."""
        key = Headers(scope=scope).get("idempotency-key") if scope["type"] == "http" else None
        actor: Actor | None = scope.get("actor")
        if key is None or actor is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        if _KEY.fullmatch(key) is None:
            raise RefusedError(
                Refusal(
                    slug="idempotency-key",
                    status=422,
                    detail="An idempotency key has 1 to 200 visible ASCII characters.",
                    advice="Send a fresh UUID for each thing that is to be made.",
                )
            )
        body = await _read(receive)
        where = f"{scope['method']} {scope['path']}?{scope['query_string'].decode('latin-1')}"
        asked = _Asked(
            who=actor.id,
            key=key,
            fingerprint=hashlib.sha256(where.encode() + b"\n" + body).hexdigest(),
        )
        kept = await run_in_threadpool(self._begin, asked)
        if kept is not None:
            await _replay(kept, send)
            return
        scope[_SCOPE] = f"{actor.id}/{key}/{scope['path']}"
        await self._answer(asked, scope, receive=_Replayed(body, receive), send=send)

    async def _answer(self, asked: _Asked, scope: Scope, *, receive: Receive, send: Send) -> None:
        """Let a request through, and keep its answer."""
        status, media_type, parts = 0, "", list[bytes]()

        async def keep(message: AsgiMessage) -> None:
            nonlocal status, media_type
            if message["type"] == "http.response.start":
                status = int(message["status"])
                media_type = Headers(raw=message["headers"]).get("content-type", "")
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    await run_in_threadpool(
                        self._end, asked, status, body=b"".join(parts), media_type=media_type
                    )
            await send(message)

        try:
            await self._app(scope, receive, keep)
        except BaseException:
            await run_in_threadpool(self._end, asked, 500, body=b"", media_type="")
            raise

    def _begin(self, asked: _Asked) -> AnswerRow | None:
        """Return the kept answer; None where the request is to be answered now.

        Raises:
            RefusedError: The key stands for another request, or is being answered.
        """
        now = time.time()
        with self._database.writing() as session:
            session.execute(delete(AnswerRow).where(AnswerRow.created_at < now - _KEPT_SECONDS))
            row = session.get(AnswerRow, (asked.who, asked.key))
            if row is None:
                row = AnswerRow(
                    who=asked.who, key=asked.key, fingerprint=asked.fingerprint, created_at=now
                )
                session.add(row)
                return None
            if row.fingerprint != asked.fingerprint:
                raise RefusedError(
                    Refusal(
                        slug="idempotency-key",
                        status=422,
                        detail="This idempotency key was used for another request.",
                        advice="Send a fresh key for each thing that is to be made.",
                    )
                )
            if row.status:
                return row
            if row.created_at > now - _ABANDONED_SECONDS:
                raise conflict(
                    "A request with this idempotency key is being answered.",
                    advice="Wait a moment and send it again.",
                )
            row.created_at = now
            return None

    def _end(self, asked: _Asked, status: int, *, body: bytes, media_type: str) -> None:
        """Keep an answer; faults and long answers are not kept, so they can be tried again."""
        with self._database.writing() as session:
            row = session.get(AnswerRow, (asked.who, asked.key))
            if row is None:
                return
            if status >= 500 or status == 429 or len(body) > _MOST_KEPT_BYTES:
                session.delete(row)
                return
            row.status, row.body = status, body.decode("utf-8", "replace")
            row.media_type = media_type


class _Replayed:
    """A body that was read already, then whatever the connection says next."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> AsgiMessage:
        """Receive the next part."""
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _read(receive: Receive) -> bytes:
    """Read a whole body; the gate has put a limit on it."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def _replay(kept: AnswerRow, send: Send) -> None:
    """Give an answer again."""
    body = kept.body.encode()
    headers = [
        (b"content-type", kept.media_type.encode("latin-1")),
        (b"content-length", str(len(body)).encode()),
        (b"idempotency-replayed", b"true"),
    ]
    await send({"type": "http.response.start", "status": kept.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
