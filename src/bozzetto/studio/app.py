"""The service as an ASGI application: the gate, the API under `/v1`, and the page beside it."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol, runtime_checkable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic import JsonValue, TypeAdapter
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from bozzetto.errors import BozzettoError
from bozzetto.studio.blobs.registry import open_blobs
from bozzetto.studio.database import Database
from bozzetto.studio.idempotency import Idempotency
from bozzetto.studio.intake import Intake
from bozzetto.studio.openapi import JsonObject, complete
from bozzetto.studio.problems import Refusal, RefusedError, refusal_of
from bozzetto.studio.routes import (
    about,
    access,
    approvals,
    files,
    jobs,
    locks,
    photos,
    projects,
    results,
)
from bozzetto.studio.routes.answers import PROBLEMS
from bozzetto.studio.security.gate import API, Gate, refuse
from bozzetto.studio.service import Service
from bozzetto.studio.settings import Settings
from bozzetto.studio.watching import Watcher
from bozzetto.wire.problems import FieldProblem

_JSON: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])
PAGE = Path(__file__).parent / "page"
_ROUTERS = (
    about.router,
    access.router,
    projects.router,
    photos.router,
    locks.router,
    results.router,
    approvals.router,
    jobs.router,
    files.router,
)


def create_app(settings: Settings, *, page: Path = PAGE) -> Gate:
    """Open the service: bring the database up to date, and answer requests.

    Args:
        settings: Where it keeps things and whom it serves.
        page: Folder of the built page.

    Raises:
        ResourceError: The database or the data folder cannot be used.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    database.migrate()
    service = Service(
        settings=settings,
        database=database,
        blobs=open_blobs(settings),
        intake=Intake(settings),
        watcher=Watcher(database),
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        del app
        yield
        await service.watcher.close()
        service.blobs.close()
        service.intake.close()
        database.close()

    app = api(lifespan=lifespan)
    app.state.service = service
    files = StaticFiles(directory=page, html=True, check_dir=False)
    inner = Idempotency(_Split(app, files), database=database)
    return Gate(inner, settings=settings, database=database)


class _Split:
    """The API under `/v1/`, the page everywhere else."""

    def __init__(self, api_app: ASGIApp, page: ASGIApp) -> None:
        self._api = api_app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or str(scope["path"]).startswith(API):
            await self._api(scope, receive, send)
            return
        try:
            await self._page(scope, receive, send)
        except HTTPException as error:
            await refuse(_http_refusal(error), str(scope["path"]))(scope, receive, send)


Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def api(*, lifespan: Lifespan | None = None) -> FastAPI:
    """Return the API alone: its paths and its schema."""
    app = FastAPI(
        title="Bozzetto studio",
        summary="Photographs of an object in, a finished 3D asset out.",
        version="1",
        openapi_url="/v1/openapi.json",
        docs_url=None,  # Its pages load scripts from elsewhere.
        redoc_url=None,
        redirect_slashes=False,
        responses=PROBLEMS,
        generate_unique_id_function=_operation_id,
        lifespan=lifespan,
    )
    for router in _ROUTERS:
        app.include_router(router, prefix="/v1")
    app.openapi = _Schema(app)
    app.add_exception_handler(RefusedError, _on_error)
    app.add_exception_handler(BozzettoError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_error)
    app.add_exception_handler(HTTPException, _on_error)
    app.add_exception_handler(IntegrityError, _on_error)
    app.add_exception_handler(Exception, _on_error)
    return app


class _Schema:
    """The schema, with what the framework does not know: problem details and tokens."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._schema: JsonObject = {}

    def __call__(self) -> JsonObject:
        """Return the schema; made once."""
        if not self._schema:
            made = get_openapi(
                title=self._app.title,
                version=self._app.version,
                summary=self._app.summary,
                routes=self._app.routes,
            )
            self._schema = complete(_JSON.validate_python(made))
        return self._schema


@runtime_checkable
class _Named(Protocol):
    """What has the name of a function; the framework passes several kinds of routes."""

    @property
    def name(self) -> str:
        """Return the name."""
        ...


def _operation_id(route: _Named) -> str:
    """Name operations after their functions: generated clients read like the routes."""
    return route.name


def _on_error(request: Request, error: Exception) -> Response:
    """Answer with problem details."""
    return refuse(_refusal(error), request.url.path)


def _refusal(error: Exception) -> Refusal:
    """Say what was wrong."""
    if isinstance(error, RefusedError):
        return error.refusal
    if isinstance(error, BozzettoError):
        return refusal_of(error)
    if isinstance(error, RequestValidationError):
        return _form_refusal(error)
    if isinstance(error, HTTPException):
        return _http_refusal(error)
    if isinstance(error, IntegrityError):
        return Refusal(
            slug="conflict",
            status=409,
            detail="Someone else changed the same thing at the same moment.",
            advice="Look again, and send the request once more.",
        )
    return Refusal(
        slug="fault",
        status=500,
        detail=f"A fault in Bozzetto itself stopped the request ({type(error).__name__}).",
        advice="Please report it; the service's log has the details.",
    )


def _form_refusal(error: RequestValidationError) -> Refusal:
    """Name the fields that do not have the form of the schema."""
    fields = tuple(
        FieldProblem(where=".".join(str(part) for part in item["loc"]), message=str(item["msg"]))
        for item in error.errors()
    )
    return Refusal(
        slug="form",
        status=422,
        detail="The request does not have the form of the schema: "
        + "; ".join(f"{field.where}: {field.message}" for field in fields[:3]),
        advice="See /v1/openapi.json.",
        fields=fields,
    )


def _http_refusal(error: HTTPException) -> Refusal:
    """Word what the framework refuses: unknown paths and methods, broken JSON."""
    slugs = {404: "not-found", 405: "method"}
    return Refusal(
        slug=slugs.get(error.status_code, "request"),
        status=error.status_code,
        detail=str(error.detail),
        advice="See /v1/openapi.json for what there is.",
    )
