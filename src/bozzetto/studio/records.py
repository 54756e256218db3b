"""What is on record of one project, looked up when a job is asked for and when it runs."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bozzetto.studio.lookup import file_row
from bozzetto.studio.messages import approval_message, file_message
from bozzetto.studio.problems import not_found
from bozzetto.studio.tables import ApprovalRow, JobRow, PhotoRow, ResultRow
from bozzetto.wire.base import File
from bozzetto.wire.results import Decision, Judgement


class ProjectRecords:
    """The records of a project."""

    def __init__(
        self, reading: Callable[[], AbstractContextManager[Session]], project_id: str
    ) -> None:
        self._reading = reading
        self._project_id = project_id

    def num_photos(self) -> int:
        """Count the photographs."""
        query = select(func.count()).select_from(PhotoRow)
        with self._reading() as session:
            return session.scalar(query.where(PhotoRow.project_id == self._project_id)) or 0

    def approval(self) -> Judgement | None:
        """Return the approval that refine goes by."""
        with self._reading() as session:
            row = current_approval(session, self._project_id)
        return None if row is None else approval_message(row, current=True)

    def result(self, kind: str, result_id: str) -> str:
        """Return the JSON of a result."""
        query = select(ResultRow.body).where(
            ResultRow.id == result_id,
            ResultRow.project_id == self._project_id,
            ResultRow.kind == kind,
        )
        with self._reading() as session:
            body = session.scalar(query)
        if body is None:
            raise not_found(kind.removesuffix("s"))
        return body

    def newest(self, kind: str) -> str | None:
        """Return the JSON of the newest result of a kind."""
        query = (
            select(ResultRow.body)
            .where(ResultRow.project_id == self._project_id, ResultRow.kind == kind)
            .order_by(ResultRow.number.desc())
            .limit(1)
        )
        with self._reading() as session:
            return session.scalar(query)

    def file(self, sha256: str) -> File:
        """Describe a file of the project."""
        with self._reading() as session:
            return file_message(file_row(session, self._project_id, sha256))

    def request(self, result_id: str) -> str:
        """Return the JSON of the request that a result was made by."""
        query = (
            select(JobRow.options)
            .join(ResultRow, ResultRow.job_id == JobRow.id)
            .where(ResultRow.id == result_id, ResultRow.project_id == self._project_id)
        )
        with self._reading() as session:
            options = session.scalar(query)
        if options is None:
            raise not_found("result")
        return options


def current_approval(session: Session, project_id: str) -> ApprovalRow | None:
    """Return the newest approval, unless its draft was rejected afterwards."""
    newest = session.scalar(
        select(ApprovalRow)
        .where(ApprovalRow.project_id == project_id, ApprovalRow.decision == Decision.APPROVED)
        .order_by(ApprovalRow.number.desc())
        .limit(1)
    )
    if newest is None:
        return None
    rejected = session.scalar(
        select(ApprovalRow.number).where(
            ApprovalRow.project_id == project_id,
            ApprovalRow.draft_id == newest.draft_id,
            ApprovalRow.decision == Decision.REJECTED,
            ApprovalRow.number > newest.number,
        )
    )
    return newest if rejected is None else None
