"""Jobs: what runs, how far it is, and how it ended."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field, JsonValue

from bozzetto.wire.base import Message


class JobState(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL_STATES = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class JobError(Message):
    """Why a job failed."""

    type: str
    """As of a problem, as in `/problems/photo`."""
    cause: str
    """What was wanted and what came."""
    advice: str
    """What to do about it."""


class Job(Message):
    """Long work on a project."""

    id: str
    project_id: str
    kind: str
    """As in `drafts`, which is also the collection that holds its results."""
    state: JobState
    stage: str
    """What it is doing, as in `draft 2 of 3`; empty while queued."""
    percent: float = Field(ge=0, le=100)
    elapsed_seconds: float = Field(ge=0)
    remaining_seconds: float | None
    """From runs measured on this machine; null before the first ones, and when not running."""
    options: dict[str, JsonValue]
    """As the kind's request has them, defaults filled in."""
    created_at: datetime
    created_by: str
    started_at: datetime | None
    finished_at: datetime | None
    attempt: int
    """How often it was started: above 1 after a crash or a restart."""
    version: int
    """Grows with every change; the id of its events."""
    num_results: int
    error: JobError | None
