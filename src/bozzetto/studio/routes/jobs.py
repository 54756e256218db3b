"""Jobs: watch them, and cancel them."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import Select, select
from starlette.concurrency import run_in_threadpool

from bozzetto.studio.jobs import ask_to_cancel
from bozzetto.studio.lookup import job_row, project_row
from bozzetto.studio.messages import job_message
from bozzetto.studio.paging import Slice, TheSlice, page_of
from bozzetto.studio.routes.answers import JobId, ProjectId
from bozzetto.studio.security.actors import Artist, Viewer
from bozzetto.studio.service import Service, TheService
from bozzetto.studio.tables import JobRow
from bozzetto.wire.base import Page
from bozzetto.wire.jobs import FINAL_STATES, Job, JobState

router = APIRouter(tags=["jobs"])

StateFilter = Annotated[JobState | None, Query(description="Only jobs in that state.")]
_EVENTS: dict[int | str, dict[str, object]] = {
    200: {
        "description": "Server-sent events: `event: job`, `id` its version, `data` a Job as JSON."
        " A comment every ten seconds keeps the connection open.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("/jobs")
def list_all_jobs(
    *, actor: Viewer, service: TheService, part: TheSlice, state: StateFilter = None
) -> Page[Job]:
    """List the jobs of all projects, newest first."""
    del actor
    return _list(service, select(JobRow), part, state=state)


@router.get("/projects/{project_id}/jobs")
def list_jobs(
    *,
    project_id: ProjectId,
    actor: Viewer,
    service: TheService,
    part: TheSlice,
    state: StateFilter = None,
) -> Page[Job]:
    """List the jobs of a project, newest first."""
    del actor
    with service.database.reading() as session:
        project_row(session, project_id)
    query = select(JobRow).where(JobRow.project_id == project_id)
    return _list(service, query, part, state=state)


@router.get("/jobs/{job_id}")
def get_job(*, job_id: JobId, actor: Viewer, service: TheService) -> Job:
    """Return a job as it stands."""
    del actor
    with service.database.reading() as session:
        return job_message(job_row(session, job_id))


@router.post("/jobs/{job_id}/cancel")
def cancel_job(*, job_id: JobId, actor: Artist, service: TheService) -> Job:
    """Stop a job within a second; one that has ended stays as it is."""
    del actor
    with service.database.writing() as session:
        row = job_row(session, job_id)
        ask_to_cancel(row)
        return job_message(row)


@router.get("/jobs/{job_id}/events", response_class=StreamingResponse, responses=_EVENTS)
async def job_events(*, job_id: JobId, actor: Viewer, service: TheService) -> StreamingResponse:
    """Follow a job until it ends."""
    del actor
    first = await run_in_threadpool(_job, service, job_id)
    return _stream(_follow(service, first))


@router.get("/projects/{project_id}/events", response_class=StreamingResponse, responses=_EVENTS)
async def project_events(
    *, project_id: ProjectId, actor: Viewer, service: TheService
) -> StreamingResponse:
    """Follow all jobs of a project; ends only when the connection does."""
    del actor
    await run_in_threadpool(_check_project, service, project_id)
    return _stream(_listen(service, lambda job: job.project_id == project_id))


async def _follow(service: Service, first: Job) -> AsyncIterator[str]:
    """Yield a job as it is now, then as it changes, until it has ended."""
    yield event_text(first)
    if first.state in FINAL_STATES:
        return
    version = first.version
    async for job in service.watcher.changes():
        if job is None:
            yield ": still here\n\n"
            job = await run_in_threadpool(_job, service, first.id)
        if job.id == first.id and job.version > version:
            version = job.version
            yield event_text(job)
            if job.state in FINAL_STATES:
                return


async def _listen(service: Service, wanted: Callable[[Job], bool]) -> AsyncIterator[str]:
    """Yield changes of jobs for as long as someone reads."""
    yield ": listening\n\n"
    async for job in service.watcher.changes():
        if job is None:
            yield ": still here\n\n"
        elif wanted(job):
            yield event_text(job)


def event_text(job: Job) -> str:
    """Write a job as an event (https://html.spec.whatwg.org/#server-sent-events)."""
    return f"event: job\nid: {job.version}\ndata: {job.model_dump_json()}\n\n"


def _stream(events: AsyncIterator[str]) -> StreamingResponse:
    """Send events as they come, past proxies that would gather them."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


def _job(service: Service, job_id: str) -> Job:
    with service.database.reading() as session:
        return job_message(job_row(session, job_id))


def _check_project(service: Service, project_id: str) -> None:
    with service.database.reading() as session:
        project_row(session, project_id)


def _list(
    service: Service, query: Select[JobRow], part: Slice, *, state: JobState | None
) -> Page[Job]:
    """Read a page of jobs."""
    if state is not None:
        query = query.where(JobRow.state == state)
    with service.database.reading() as session:
        found = page_of(
            session,
            query,
            part,
            number=JobRow.number,
            number_of=lambda row: row.number,
            show=job_message,
        )
        return Page[Job](items=found.items, next=found.next)
