"""The gate: every request passes it, and every answer leaves through it with its headers.

Order of the rules: host, origin, size promised, who asks, CSRF, rate.
"""

import time
from http.cookies import CookieError, SimpleCookie

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from bozzetto.studio.database import Database
from bozzetto.studio.problems import Refusal, RefusedError, too_large
from bozzetto.studio.security.actors import Actor, unauthorized
from bozzetto.studio.security.bodies import CountedBody, allowed_bytes
from bozzetto.studio.security.headers import add_headers
from bozzetto.studio.security.origin import (
    SAFE_METHODS,
    check_csrf,
    check_host,
    check_origin,
)
from bozzetto.studio.security.rates import RateLimit
from bozzetto.studio.security.tokens import actor_of_session, actor_of_token
from bozzetto.studio.settings import Settings
from bozzetto.studio.tables import AuditRow
from bozzetto.wire.problems import PROBLEM_MEDIA_TYPE
from bozzetto.wire.service import Role

API = "/v1/"
COOKIE = "bozzetto_session"
_OPEN = (("GET", "/v1/health"), ("GET", "/v1/openapi.json"), ("POST", "/v1/session"))
_REFUSED = (401, 403, 421, 429)


class Gate:
    """ASGI middleware around the whole service."""

    def __init__(self, app: ASGIApp, *, settings: Settings, database: Database) -> None:
        self._app = app
        self._settings = settings
        self._database = database
        limits = settings.limits
        self._requests = RateLimit(
            per_second=limits.requests_per_second, burst=float(limits.request_burst)
        )
        failures = limits.login_failures_per_minute
        self._failures = RateLimit(per_second=failures / 60, burst=float(failures))
        self._local = Actor(name="local", role=Role.ADMIN, id="local")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope["path"])
        body = CountedBody(receive, allowed=allowed_bytes(path, limits=self._settings.limits))
        status = 0

        async def watched(message: AsgiMessage) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                add_headers(MutableHeaders(scope=message), path=path)
            await send(message)

        async def unless_too_large(message: AsgiMessage) -> None:
            if not body.is_too_large:
                await watched(message)

        try:
            await self._admit(scope, body)
            await self._app(scope, body, unless_too_large)
            if body.is_too_large:
                raise too_large("The request is larger than what is read.", advice="Send less.")
        except RefusedError as error:
            if status == 0:
                await refuse(error.refusal, path)(scope, receive, watched)
        finally:
            await self._note(scope, status)

    async def _admit(self, scope: Scope, body: CountedBody) -> None:
        """Apply the rules, and put who asks into the scope.

        Raises:
            RefusedError: By the first rule that is broken.
        """
        headers, path, method = Headers(scope=scope), str(scope["path"]), str(scope["method"])
        check_host(headers, hosts=self._settings.hosts)
        if path.startswith(API):
            check_origin(headers, origins=self._settings.origins)
        body.check_promise(headers)
        actor = await self._identify(scope, headers)
        scope["actor"] = actor
        if actor is None and path.startswith(API) and (method, path) not in _OPEN:
            raise unauthorized()
        if actor is not None and actor.csrf is not None:
            check_csrf(headers, method=method, secret=actor.csrf)
        wait = self._requests.take(address_of(scope) if actor is None else actor.id)
        if wait > 0:
            raise slow_down(wait)

    async def _identify(self, scope: Scope, headers: Headers) -> Actor | None:
        """Find out who asks; None where nobody said."""
        if self._settings.is_local:
            return self._local
        if self._failures.is_spent(address_of(scope)):
            raise slow_down(60 / self._settings.limits.login_failures_per_minute)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await run_in_threadpool(self._look_up, token.strip(), False)
        cookie = cookie_of(headers)
        return await run_in_threadpool(self._look_up, cookie, True) if cookie else None

    def _look_up(self, secret: str, is_session: bool) -> Actor | None:
        with self._database.reading() as session:
            look_up = actor_of_session if is_session else actor_of_token
            return look_up(session, secret)

    async def _note(self, scope: Scope, status: int) -> None:
        """Slow down whoever tries tokens; write changes and refusals into the audit log."""
        path, method = str(scope["path"]), str(scope["method"])
        tried = "authorization" in Headers(scope=scope) or path == "/v1/session"
        if status == 401 and tried:
            self._failures.take(address_of(scope))
        changed = method not in SAFE_METHODS and path.startswith(API)
        if changed or status in _REFUSED:
            actor: Actor | None = scope.get("actor")
            who = "" if actor is None else f"{actor.name} ({actor.id})"
            entry = AuditRow(
                at=time.time(),
                who=who,
                action=f"{method} {path}"[:500],
                status=status,
                client=address_of(scope),
            )
            await run_in_threadpool(self._write, entry)

    def _write(self, entry: AuditRow) -> None:
        with self._database.writing() as session:
            session.add(entry)


def refuse(refusal: Refusal, path: str) -> Response:
    """Answer with problem details."""
    headers: dict[str, str] = {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return Response(
        refusal.problem(path).model_dump_json(),
        status_code=refusal.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers=headers,
    )


def slow_down(seconds: float) -> RefusedError:
    """Too many requests."""
    wait = max(1, round(seconds))
    return RefusedError(
        Refusal(
            slug="rate",
            status=429,
            detail="There were too many requests.",
            advice=f"Wait {wait} s, and ask less often: listen to events instead of polling.",
            retry_after=wait,
        )
    )


def cookie_of(headers: Headers) -> str:
    """Return the session's cookie; empty where there is none."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


def address_of(scope: Scope) -> str:
    """Return the address of whoever asks."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else "unknown"
