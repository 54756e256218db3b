"""Pictures that lock texels: refining again leaves what is white in them bit for bit."""

import tempfile
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from bozzetto.studio.decoding import Received
from bozzetto.studio.messages import file_message
from bozzetto.studio.performing import add_files
from bozzetto.studio.routes.answers import ProjectId
from bozzetto.studio.security.actors import Artist
from bozzetto.studio.service import Service, TheService
from bozzetto.studio.uploads import PICTURE_BODY, check_bytes, incoming, keep_picture, save
from bozzetto.wire.base import File

router = APIRouter(tags=["refinements"])


@router.post("/projects/{project_id}/locks", status_code=201, openapi_extra=PICTURE_BODY)
async def add_lock(
    *, project_id: ProjectId, actor: Artist, service: TheService, request: Request
) -> File:
    """Take in a picture over the newest asset's textures; its hash is a refinement's `lock`."""
    del actor
    await run_in_threadpool(check_bytes, service, project_id)
    with tempfile.TemporaryDirectory(dir=incoming(service)) as folder:
        sent = await save(request, Path(folder) / "sent")
        return await run_in_threadpool(_take_in, service, sent, project_id=project_id)


def _take_in(service: Service, sent: Path, *, project_id: str) -> File:
    """Write the picture anew and put it on record."""
    target = sent.with_name("taken.png")
    limits = service.settings.limits.photo
    service.intake.take_in(Received(path=sent, name="lock", target=target, limits=limits))
    stored = keep_picture(service, target, project_id=project_id, name="texture lock.png")
    with service.database.writing() as session:
        add_files(session, [stored])
    return file_message(stored)
