"""What every route works with: the settings, the database, the file store and those who watch."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from bozzetto.studio.blobs.base import BlobStore
from bozzetto.studio.database import Database
from bozzetto.studio.intake import Intake
from bozzetto.studio.settings import Settings
from bozzetto.studio.watching import Watcher


@dataclass(frozen=True, kw_only=True, eq=False)
class Service:
    """The open service."""

    settings: Settings
    database: Database
    blobs: BlobStore
    intake: Intake
    watcher: Watcher


def service_of(request: Request) -> Service:
    """Return the service that answers a request."""
    return cast("Service", request.app.state.service)


TheService = Annotated[Service, Depends(service_of)]
