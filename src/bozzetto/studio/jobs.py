"""The life of a job in the database: each step one transaction, so that a kill leaves no half step.

    queued -> running -> succeeded | failed | cancelled
      ^          |
      `----------'  its process or its dispatcher died

`attempt` fences: whoever runs a job names the attempt, and a change by an earlier one is refused.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from bozzetto.studio.settings import JobLimits
from bozzetto.studio.tables import JobRow, ProjectRow
from bozzetto.wire.jobs import JobError, JobState

_DIED = JobError(
    type="/problems/died",
    cause="The process of this job died several times, most likely for want of memory.",
    advice="Use smaller photos, a smaller texture or fewer at once; if it goes on, report it.",
)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A job that was given to a dispatcher."""

    job_id: str
    attempt: int


def claim_next(session: Session, *, dispatcher: str, limits: JobLimits) -> Claim | None:
    """Take the next job: of the project whose turn was longest ago, one job of a project at a time.

    Args:
        session: A writing transaction that no other dispatcher has at the same time.
        dispatcher: Who takes it.
        limits: How long it is lent.
    """
    other = aliased(JobRow)
    busy = exists().where(other.project_id == JobRow.project_id, other.state == JobState.RUNNING)
    row = session.scalar(
        select(JobRow)
        .join(ProjectRow, ProjectRow.id == JobRow.project_id)
        .where(JobRow.state == JobState.QUEUED, ~busy)
        .order_by(ProjectRow.served_at, JobRow.number)
        .limit(1)
    )
    if row is None:
        return None
    now = time.time()
    row.state = JobState.RUNNING
    row.stage = "start"
    row.attempt += 1
    row.dispatcher = dispatcher
    row.lease_until = now + limits.lease_seconds
    row.started_at = row.started_at or now
    _touch(row, now)
    session.execute(update(ProjectRow).where(ProjectRow.id == row.project_id).values(served_at=now))
    return Claim(job_id=row.id, attempt=row.attempt)


def ask_to_cancel(row: JobRow) -> None:
    """Cancel a waiting job at once; have a running one stopped; leave an ended one as it is."""
    if row.state == JobState.QUEUED:
        _end(row, JobState.CANCELLED)
    elif row.state == JobState.RUNNING and not row.cancel_asked:
        row.cancel_asked = True
        _touch(row, time.time())


def report_progress(
    session: Session, claim: Claim, *, stage: str, percent: float, remaining: float | None
) -> bool:
    """Say how far a job is; False where it is no longer this attempt's to say."""
    now = time.time()
    changed = session.execute(
        update(JobRow)
        .where(*_owned(claim))
        .values(
            stage=stage,
            percent=percent,
            remaining_seconds=remaining,
            version=JobRow.version + 1,
            changed_at=now,
        )
        .returning(JobRow.number)
    )
    return changed.first() is not None


def end_job(
    session: Session,
    claim: Claim,
    state: JobState,
    *,
    error: JobError | None = None,
    num_results: int = 0,
) -> bool:
    """End a job; False where it is no longer this attempt's to end."""
    row = session.scalar(select(JobRow).where(*_owned(claim)))
    if row is None:
        return False
    row.num_results = num_results
    _end(row, state, error=error)
    return True


def settle_death(session: Session, claim: Claim, *, limits: JobLimits) -> None:
    """A job's process is gone without a word: try again, unless that has happened too often."""
    row = session.scalar(select(JobRow).where(*_owned(claim)))
    if row is None:
        return
    row.deaths += 1
    if row.cancel_asked:
        _end(row, JobState.CANCELLED)
    elif row.deaths >= limits.attempts:
        _end(row, JobState.FAILED, error=_DIED)
    else:
        _requeue(row)


def requeue_orphans(session: Session, *, dispatcher: str) -> int:
    """Queue again what this dispatcher ran before it was killed, and what others let go stale."""
    stale = JobRow.lease_until < time.time()
    rows = session.scalars(
        select(JobRow).where(
            JobRow.state == JobState.RUNNING, (JobRow.dispatcher == dispatcher) | stale
        )
    ).all()
    return _release(rows)


def requeue_stale(session: Session) -> int:
    """Queue again what dispatchers let go stale."""
    rows = session.scalars(
        select(JobRow).where(JobRow.state == JobState.RUNNING, JobRow.lease_until < time.time())
    ).all()
    return _release(rows)


def renew_leases(session: Session, claims: Sequence[Claim], *, limits: JobLimits) -> None:
    """Keep the jobs that are being run."""
    until = time.time() + limits.lease_seconds
    for claim in claims:
        session.execute(update(JobRow).where(*_owned(claim)).values(lease_until=until))


def to_be_cancelled(session: Session, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Return those whose cancellation was asked for, or that another dispatcher took over."""
    if not claims:
        return ()
    query = select(JobRow.id, JobRow.attempt, JobRow.cancel_asked).where(
        JobRow.id.in_([claim.job_id for claim in claims]), JobRow.state == JobState.RUNNING
    )
    rows = session.execute(query)
    now = {job_id: (attempt, asked) for job_id, attempt, asked in rows}
    unwanted = [c for c in claims if now.get(c.job_id, (c.attempt, False)) != (c.attempt, False)]
    return tuple(unwanted)


def any_waiting(session: Session) -> bool:
    """Tell whether it is worth trying to claim a job."""
    query = select(JobRow.number).where(JobRow.state == JobState.QUEUED).limit(1)
    return session.scalar(query) is not None


def count_waiting(session: Session, *, created_by: str) -> int:
    """Count the jobs of one person that have not ended."""
    query = select(func.count()).select_from(JobRow)
    going = JobRow.state.in_([JobState.QUEUED, JobState.RUNNING])
    return session.scalar(query.where(JobRow.created_by == created_by, going)) or 0


def _owned(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    """The condition that a job is still this attempt's."""
    return (
        JobRow.id == claim.job_id,
        JobRow.attempt == claim.attempt,
        JobRow.state == JobState.RUNNING,
    )


def _release(rows: Sequence[JobRow]) -> int:
    """Queue jobs again, or end those whose cancellation was asked for."""
    for row in rows:
        if row.cancel_asked:
            _end(row, JobState.CANCELLED)
        else:
            _requeue(row)
    return len(rows)


def _requeue(row: JobRow) -> None:
    row.state = JobState.QUEUED
    row.stage = ""
    row.percent = 0.0
    row.remaining_seconds = None
    row.dispatcher = ""
    _touch(row, time.time())


def _end(row: JobRow, state: JobState, *, error: JobError | None = None) -> None:
    now = time.time()
    row.state = state
    row.stage = ""
    row.percent = 100.0 if state is JobState.SUCCEEDED else row.percent
    row.remaining_seconds = None
    row.finished_at = now
    row.error = "" if error is None else error.model_dump_json()
    _touch(row, now)


def _touch(row: JobRow, now: float) -> None:
    row.version += 1
    row.changed_at = now
