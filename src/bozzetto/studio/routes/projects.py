"""Projects."""

import shutil
import time
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bozzetto.studio.idempotency import made_id
from bozzetto.studio.lookup import project_row
from bozzetto.studio.messages import file_message, moment
from bozzetto.studio.paging import TheSlice, page_of
from bozzetto.studio.problems import conflict, over_quota
from bozzetto.studio.routes.answers import ProjectId
from bozzetto.studio.security.actors import Admin, Artist, Viewer
from bozzetto.studio.service import TheService
from bozzetto.studio.tables import FileRow, JobRow, PhotoRow, ProjectRow
from bozzetto.studio.workplace import project_root
from bozzetto.wire.base import Page
from bozzetto.wire.jobs import JobState
from bozzetto.wire.projects import NewProject, ProjectChange, StudioProject

router = APIRouter(tags=["projects"])


@router.post("/projects", status_code=201)
def create_project(
    *, new: NewProject, actor: Artist, service: TheService, request: Request
) -> StudioProject:
    """Make a project."""
    project_id = made_id(request, "prj")
    with service.database.writing() as session:
        found = session.scalar(select(ProjectRow).where(ProjectRow.id == project_id))
        if found is None:
            count = select(func.count()).where(ProjectRow.created_by == actor.id)
            limit = service.settings.limits.projects_per_person
            if (session.scalar(count) or 0) >= limit:
                raise over_quota(
                    f"{actor.name} has {limit} projects already.", advice="Delete some first."
                )
            found = ProjectRow(
                id=project_id, title=new.title, created_at=time.time(), created_by=actor.id
            )
            session.add(found)
            session.flush()
        return project_message(session, found)


@router.get("/projects")
def list_projects(*, actor: Viewer, service: TheService, part: TheSlice) -> Page[StudioProject]:
    """List projects, newest first."""
    del actor
    with service.database.reading() as session:
        found = page_of(
            session,
            select(ProjectRow),
            part,
            number=ProjectRow.number,
            number_of=lambda row: row.number,
            show=lambda row: row,
        )
        items = project_messages(session, found.items)
        return Page[StudioProject](items=items, next=found.next)


@router.get("/projects/{project_id}")
def get_project(*, project_id: ProjectId, actor: Viewer, service: TheService) -> StudioProject:
    """Return one project."""
    del actor
    with service.database.reading() as session:
        return project_message(session, project_row(session, project_id))


@router.patch("/projects/{project_id}")
def change_project(
    *, project_id: ProjectId, change: ProjectChange, actor: Artist, service: TheService
) -> StudioProject:
    """Give a project another title."""
    del actor
    with service.database.writing() as session:
        row = project_row(session, project_id)
        row.title = change.title
        session.flush()
        return project_message(session, row)


@router.delete("/projects/{project_id}", status_code=204, response_class=Response)
def delete_project(*, project_id: ProjectId, actor: Admin, service: TheService) -> None:
    """Delete a project with all its files and results; its jobs must have ended."""
    del actor
    with service.database.writing() as session:
        row = project_row(session, project_id)
        running = select(JobRow.number).where(
            JobRow.project_id == project_id, JobRow.state == JobState.RUNNING
        )
        if session.scalar(running.limit(1)) is not None:
            raise conflict("A job of the project is running.", advice="Cancel it first.")
        files = session.scalars(select(FileRow.sha256).where(FileRow.project_id == project_id))
        hashes = list(files)
        session.execute(delete(ProjectRow).where(ProjectRow.id == row.id))
        session.flush()
        still_used = set(session.scalars(select(FileRow.sha256).where(FileRow.sha256.in_(hashes))))
    for sha256 in set(hashes) - still_used:
        service.blobs.remove(sha256)
    shutil.rmtree(project_root(service.settings, project_id), ignore_errors=True)


def project_messages(session: Session, rows: Sequence[ProjectRow]) -> tuple[StudioProject, ...]:
    """Describe projects, with as many queries for a hundred as for one."""
    ids = [row.id for row in rows]
    photos = select(PhotoRow.project_id, func.count()).where(PhotoRow.project_id.in_(ids))
    sizes = select(FileRow.project_id, func.sum(FileRow.num_bytes)).where(
        FileRow.project_id.in_(ids)
    )
    counts = {p: n for p, n in session.execute(photos.group_by(PhotoRow.project_id))}
    num_bytes = {p: int(n) for p, n in session.execute(sizes.group_by(FileRow.project_id))}
    covers = session.scalars(
        select(FileRow)
        .join(
            ProjectRow,
            (ProjectRow.id == FileRow.project_id) & (ProjectRow.cover_sha256 == FileRow.sha256),
        )
        .where(ProjectRow.id.in_(ids))
    )
    pictures = {file.project_id: file_message(file) for file in covers}
    return tuple(
        StudioProject(
            id=row.id,
            title=row.title,
            created_at=moment(row.created_at),
            created_by=row.created_by,
            num_photos=counts.get(row.id, 0),
            num_bytes=num_bytes.get(row.id, 0),
            cover=pictures.get(row.id),
        )
        for row in rows
    )


def project_message(session: Session, row: ProjectRow) -> StudioProject:
    """Describe a project."""
    (message,) = project_messages(session, [row])
    return message
