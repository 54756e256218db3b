"""Collections of results: POST starts a job, GET lists what jobs made. One set for each kind."""

import time
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from pydantic import JsonValue, TypeAdapter
from sqlalchemy import select

from bozzetto.studio.idempotency import made_id
from bozzetto.studio.jobs import count_waiting
from bozzetto.studio.kinds.base import JobKind
from bozzetto.studio.kinds.registry import KINDS
from bozzetto.studio.lookup import project_row, result_row
from bozzetto.studio.messages import job_message
from bozzetto.studio.openapi import JsonObject
from bozzetto.studio.paging import TheSlice, page_of
from bozzetto.studio.problems import over_quota
from bozzetto.studio.records import ProjectRecords
from bozzetto.studio.routes.answers import JobId, ProjectId, ResultId
from bozzetto.studio.security.actors import Actor, Artist, Viewer
from bozzetto.studio.service import Service, TheService
from bozzetto.studio.tables import JobRow, ResultRow
from bozzetto.wire.base import Message, Page
from bozzetto.wire.jobs import Job, JobState
from bozzetto.wire.results import RefinementResult, Result

router = APIRouter()

_REPORT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])
JobFilter = Annotated[JobId | None, Query(description="Only the results of that job.")]


def add_kind(kind: JobKind[Message]) -> None:
    """Add the paths of one kind of job."""
    collection = f"/projects/{{project_id}}/{kind.name}"
    request_type, result_type = kind.request, kind.result

    def start(
        *,
        project_id: ProjectId,
        actor: Artist,
        service: TheService,
        request: Request,
        options: Annotated[Message, Body()],
    ) -> Job:
        return start_job(
            service,
            kind,
            options,
            project_id=project_id,
            actor=actor,
            job_id=made_id(request, "job"),
        )

    def list_results(
        *,
        project_id: ProjectId,
        actor: Viewer,
        service: TheService,
        part: TheSlice,
        job_id: JobFilter = None,
    ) -> Message:
        del actor
        query = select(ResultRow).where(
            ResultRow.project_id == project_id, ResultRow.kind == kind.name
        )
        if job_id is not None:
            query = query.where(ResultRow.job_id == job_id)
        with service.database.reading() as session:
            project_row(session, project_id)
            found = page_of(
                session,
                query,
                part,
                number=ResultRow.number,
                number_of=lambda row: row.number,
                show=lambda row: result_type.model_validate_json(row.body),
            )
            return Page[result_type](items=found.items, next=found.next)

    def get_result(
        *, project_id: ProjectId, result_id: ResultId, actor: Viewer, service: TheService
    ) -> Result:
        del actor
        with service.database.reading() as session:
            row = result_row(session, project_id, result_id, kind=kind.name)
        return result_type.model_validate_json(row.body)

    # The schema names each kind's own types; the functions above serve all kinds.
    start.__annotations__["options"] = Annotated[request_type, Body()]
    router.add_api_route(
        collection,
        start,
        methods=["POST"],
        status_code=202,
        tags=[kind.name],
        name=f"start_{kind.name}",
        summary=f"Start a job: {kind.summary[0].lower()}{kind.summary[1:]}",
        response_model=Job,
    )
    router.add_api_route(
        collection,
        list_results,
        methods=["GET"],
        tags=[kind.name],
        name=f"list_{kind.name}",
        summary=f"List the {kind.name} of a project, newest first.",
        response_model=Page[result_type],
    )
    router.add_api_route(
        f"{collection}/{{result_id}}",
        get_result,
        methods=["GET"],
        tags=[kind.name],
        name=f"get_{kind.one}",
        summary=f"Return one {kind.one}.",
        response_model=result_type,
    )


def start_job(
    service: Service,
    kind: JobKind[Message],
    options: Message,
    *,
    project_id: str,
    actor: Actor,
    job_id: str,
) -> Job:
    """Queue a job, once."""
    with service.database.reading() as session:
        project_row(session, project_id)
    request = kind.check(ProjectRecords(service.database.reading, project_id), options)
    limit = service.settings.limits.waiting_jobs_per_person
    with service.database.writing() as session:
        row = session.scalar(select(JobRow).where(JobRow.id == job_id))
        if row is None:
            if count_waiting(session, created_by=actor.id) >= limit:
                raise over_quota(
                    f"{actor.name} has {limit} jobs waiting.", advice="Wait, or cancel some."
                )
            now = time.time()
            row = JobRow(
                id=job_id,
                project_id=project_row(session, project_id).id,
                kind=kind.name,
                options=request.model_dump_json(),
                state=JobState.QUEUED.value,
                created_at=now,
                created_by=actor.id,
                changed_at=now,
            )
            session.add(row)
            session.flush()
        return job_message(row)


for _kind in KINDS.values():
    add_kind(_kind)


@router.get("/projects/{project_id}/refinements/{result_id}/report", tags=["reports"])
def get_report(
    *, project_id: ProjectId, result_id: ResultId, actor: Viewer, service: TheService
) -> JsonObject:
    """Return all that is known of a finished asset, as `report.json` has it."""
    del actor
    with service.database.reading() as session:
        row = result_row(session, project_id, result_id, kind="refinements")
    file = RefinementResult.model_validate_json(row.body).report
    data = b"".join(service.blobs.chunks(file.sha256, start=0, end=file.num_bytes))
    return _REPORT.validate_json(data)
