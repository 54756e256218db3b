"""Photographs, the masks people bring, and the strokes they paint."""

import json
import tempfile
import time
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from bozzetto.records import json_from
from bozzetto.studio.decoding import Received, TakenIn
from bozzetto.studio.idempotency import made_id
from bozzetto.studio.lookup import file_row, photo_row, project_row
from bozzetto.studio.messages import photo_message
from bozzetto.studio.performing import add_files
from bozzetto.studio.problems import conflict, over_quota
from bozzetto.studio.routes.answers import PhotoId, ProjectId
from bozzetto.studio.security.actors import Artist, Viewer
from bozzetto.studio.service import Service, TheService
from bozzetto.studio.tables import FileRow, PhotoRow
from bozzetto.studio.uploads import PICTURE_BODY, check_bytes, incoming, keep_picture, save
from bozzetto.studio.workplace import photo_rows
from bozzetto.wire.base import Page
from bozzetto.wire.projects import PhotoChange, Strokes, UploadedPhoto

router = APIRouter(prefix="/projects/{project_id}/photos", tags=["photos"])

FileName = Annotated[
    str,
    Query(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="The file's name as the user knows it, for people only.",
    ),
]


@router.post("", status_code=201, openapi_extra=PICTURE_BODY)
async def add_photo(
    *,
    project_id: ProjectId,
    actor: Artist,
    service: TheService,
    request: Request,
    name: FileName = "photo",
) -> UploadedPhoto:
    """Take a photograph in; one that the project has already is returned as it is."""
    del actor
    await run_in_threadpool(_check_room, service, project_id)
    photo_id = made_id(request, "pho")
    with tempfile.TemporaryDirectory(dir=incoming(service)) as folder:
        sent = await save(request, Path(folder) / "sent")
        return await run_in_threadpool(
            _take_in, service, sent, project_id=project_id, photo_id=photo_id, name=name
        )


@router.get("")
def list_photos(
    *, project_id: ProjectId, actor: Viewer, service: TheService
) -> Page[UploadedPhoto]:
    """List the photographs in their order; all of them, as their number is limited."""
    del actor
    with service.database.reading() as session:
        project_row(session, project_id)
        rows = photo_rows(session, project_id)
        return Page[UploadedPhoto](items=tuple(_message(session, row) for row in rows), next=None)


@router.get("/{photo_id}")
def get_photo(
    *, project_id: ProjectId, photo_id: PhotoId, actor: Viewer, service: TheService
) -> UploadedPhoto:
    """Return one photograph."""
    del actor
    with service.database.reading() as session:
        return _message(session, photo_row(session, project_id, photo_id))


@router.patch("/{photo_id}")
def change_photo(
    *,
    project_id: ProjectId,
    photo_id: PhotoId,
    change: PhotoChange,
    actor: Artist,
    service: TheService,
) -> UploadedPhoto:
    """Name the side that a photograph shows, or move it in the order."""
    del actor
    with service.database.writing() as session:
        row = photo_row(session, project_id, photo_id)
        if change.side is not None:
            row.side = change.side.value
        if change.guess_side:
            row.side = None
        if change.position is not None:
            row.position = change.position
        session.flush()
        return _message(session, row)


@router.delete("/{photo_id}", status_code=204, response_class=Response)
def delete_photo(
    *, project_id: ProjectId, photo_id: PhotoId, actor: Artist, service: TheService
) -> None:
    """Take a photograph out; what was made of it stays."""
    del actor
    with service.database.writing() as session:
        session.delete(photo_row(session, project_id, photo_id))


@router.put("/{photo_id}/mask", openapi_extra=PICTURE_BODY)
async def put_mask(
    *,
    project_id: ProjectId,
    photo_id: PhotoId,
    actor: Artist,
    service: TheService,
    request: Request,
) -> UploadedPhoto:
    """Give a photograph a mask of one's own: white is object, of the photo's shape."""
    del actor
    with tempfile.TemporaryDirectory(dir=incoming(service)) as folder:
        sent = await save(request, Path(folder) / "sent")
        return await run_in_threadpool(
            _take_mask_in, service, sent, project_id=project_id, photo_id=photo_id
        )


@router.delete("/{photo_id}/mask")
def delete_mask(
    *, project_id: ProjectId, photo_id: PhotoId, actor: Artist, service: TheService
) -> UploadedPhoto:
    """Have a photograph cut out by the program again."""
    del actor
    with service.database.writing() as session:
        row = photo_row(session, project_id, photo_id)
        row.mask_sha256 = None
        session.flush()
        return _message(session, row)


@router.get("/{photo_id}/strokes")
def get_strokes(
    *, project_id: ProjectId, photo_id: PhotoId, actor: Viewer, service: TheService
) -> Strokes:
    """Return what was painted over a photograph."""
    del actor
    with service.database.reading() as session:
        row = photo_row(session, project_id, photo_id)
    return Strokes.model_validate_json(row.strokes) if row.strokes else Strokes(strokes=())


@router.put("/{photo_id}/strokes")
def put_strokes(
    *,
    project_id: ProjectId,
    photo_id: PhotoId,
    strokes: Strokes,
    actor: Artist,
    service: TheService,
) -> UploadedPhoto:
    """Replace what was painted over a photograph; a mask job applies it."""
    del actor
    _check_strokes(strokes)
    with service.database.writing() as session:
        row = photo_row(session, project_id, photo_id)
        row.strokes = strokes.model_dump_json() if strokes.strokes else ""
        row.num_strokes = len(strokes.strokes)
        session.flush()
        return _message(session, row)


def _check_room(service: Service, project_id: str) -> None:
    """Refuse more photographs or bytes than a project may have."""
    check_bytes(service, project_id)
    limit = service.settings.limits.photos_per_project
    with service.database.reading() as session:
        count = select(func.count()).where(PhotoRow.project_id == project_id)
        if (session.scalar(count) or 0) >= limit:
            raise over_quota(
                f"The project has {limit} photos already.",
                advice="Take some out, or make another project.",
            )


def _check_strokes(strokes: Strokes) -> None:
    """Hold strokes against what the pipeline can read, now rather than when a job runs."""
    from bozzetto.matting.strokes_json import strokes_from_json

    strokes_from_json(strokes.model_dump_json())


def _take_in(
    service: Service, sent: Path, *, project_id: str, photo_id: str, name: str
) -> UploadedPhoto:
    """Write a photograph anew and put it on record."""
    target = sent.with_name("taken.png")
    received = Received(path=sent, name=name, target=target, limits=service.settings.limits.photo)
    taken = service.intake.take_in(received)
    stored = keep_picture(service, target, project_id=project_id, name=f"{Path(name).stem}.png")
    with service.database.writing() as session:
        known = session.scalar(
            select(PhotoRow).where(
                PhotoRow.project_id == project_id, PhotoRow.sha256 == stored.sha256
            )
        )
        if known is None:
            known = _new_photo(session, stored, taken, photo_id=photo_id, name=name)
        return _message(session, known)


def _new_photo(
    session: Session, stored: FileRow, taken: TakenIn, *, photo_id: str, name: str
) -> PhotoRow:
    """Put a photograph on record."""
    project_id = stored.project_id
    project = project_row(session, project_id)
    add_files(session, [stored])
    rows = photo_rows(session, project_id)
    row = PhotoRow(
        id=photo_id,
        project_id=project_id,
        name=_free_name(name, taken=[row.name for row in rows]),
        created_at=time.time(),
        position=1 + max((row.position for row in rows), default=-1),
        width=taken.width,
        height=taken.height,
        focal_px=taken.focal_px,
        sha256=stored.sha256,
        sent_sha256=taken.sent_sha256,
        findings=json.dumps(json_from(taken.findings)),
    )
    session.add(row)
    project.cover_sha256 = project.cover_sha256 or stored.sha256
    session.flush()
    return row


def _take_mask_in(service: Service, sent: Path, *, project_id: str, photo_id: str) -> UploadedPhoto:
    """Write a mask anew and put it on record."""
    with service.database.reading() as session:
        photo = photo_row(session, project_id, photo_id)
    picture, target = sent.with_name("photo.png"), sent.with_name("taken.png")
    service.blobs.fetch(photo.sha256, picture)
    service.intake.take_in(
        Received(
            path=sent,
            name="mask",
            target=target,
            limits=service.settings.limits.photo,
            photo_path=picture,
        )
    )
    stored = keep_picture(service, target, project_id=project_id, name=f"{photo.name} own mask.png")
    with service.database.writing() as session:
        row = photo_row(session, project_id, photo_id)
        if row.sha256 != photo.sha256:
            raise conflict("The photo was changed meanwhile.", advice="Send the mask again.")
        add_files(session, [stored])
        row.mask_sha256 = stored.sha256
        session.flush()
        return _message(session, row)


def _free_name(name: str, *, taken: list[str]) -> str:
    """Return the name, numbered where the project has one like it."""
    stem, suffix = Path(name).stem, Path(name).suffix
    candidates: list[str] = [name, *(f"{stem} ({n}){suffix}" for n in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)


def _message(session: Session, row: PhotoRow) -> UploadedPhoto:
    """Describe a photograph."""
    mask = row.mask_sha256
    return photo_message(
        row,
        file=file_row(session, row.project_id, row.sha256),
        mask=None if mask is None else file_row(session, row.project_id, mask),
    )
