"""Approvals: who said yes or no to which draft, when, and why."""

import time

from fastapi import APIRouter, Request
from sqlalchemy import select

from bozzetto.studio.idempotency import made_id
from bozzetto.studio.lookup import project_row, result_row
from bozzetto.studio.messages import approval_message
from bozzetto.studio.paging import TheSlice, page_of
from bozzetto.studio.problems import Refusal, RefusedError, conflict
from bozzetto.studio.records import current_approval
from bozzetto.studio.routes.answers import ProjectId
from bozzetto.studio.security.actors import Approver, Viewer
from bozzetto.studio.service import TheService
from bozzetto.studio.tables import ApprovalRow
from bozzetto.wire.base import Page
from bozzetto.wire.problems import FieldProblem
from bozzetto.wire.results import Decision, DraftResult, Judgement, NewJudgement

router = APIRouter(prefix="/projects/{project_id}/approvals", tags=["approvals"])


@router.post("", status_code=201)
def judge_draft(
    *,
    project_id: ProjectId,
    new: NewJudgement,
    actor: Approver,
    service: TheService,
    request: Request,
) -> Judgement:
    """Approve a draft for refining, or reject it; what was said before stays on record."""
    if new.decision is Decision.REJECTED and not new.reason.strip():
        raise RefusedError(
            Refusal(
                slug="input",
                status=422,
                detail="A rejection wants a reason.",
                advice="Say in a sentence what should be different.",
                fields=(FieldProblem(where="body.reason", message="Should not be empty."),),
            )
        )
    approval_id = made_id(request, "apr")
    with service.database.writing() as session:
        project_row(session, project_id)
        row = result_row(session, project_id, new.draft_id, kind="drafts")
        draft = DraftResult.model_validate_json(row.body)
        if new.sha256 is not None and new.sha256 != draft.sha256:
            raise conflict("The draft is not the one that was looked at.", advice="Look again.")
        found = session.scalar(select(ApprovalRow).where(ApprovalRow.id == approval_id))
        if found is None:
            found = ApprovalRow(
                id=approval_id,
                project_id=project_id,
                draft_id=draft.id,
                sha256=draft.sha256,
                decision=new.decision.value,
                reason=new.reason,
                decided_by=actor.name,
                decided_at=time.time(),
            )
            session.add(found)
            session.flush()
        current = current_approval(session, project_id)
        return approval_message(found, current=current is not None and current.id == found.id)


@router.get("")
def list_approvals(
    *, project_id: ProjectId, actor: Viewer, service: TheService, part: TheSlice
) -> Page[Judgement]:
    """List all judgements of a project, newest first."""
    del actor
    with service.database.reading() as session:
        project_row(session, project_id)
        current = current_approval(session, project_id)
        current_id = "" if current is None else current.id
        found = page_of(
            session,
            select(ApprovalRow).where(ApprovalRow.project_id == project_id),
            part,
            number=ApprovalRow.number,
            number_of=lambda row: row.number,
            show=lambda row: approval_message(row, current=row.id == current_id),
        )
        return Page[Judgement](items=found.items, next=found.next)
