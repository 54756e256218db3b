"""Rows of the database as messages."""

import datetime
import json
import time
from typing import cast

from pydantic import JsonValue, TypeAdapter

from bozzetto.findings import Finding
from bozzetto.studio.tables import ApprovalRow, AuditRow, FileRow, JobRow, PhotoRow, TokenRow
from bozzetto.views.foreground import Side
from bozzetto.wire.base import File
from bozzetto.wire.jobs import Job, JobError, JobState
from bozzetto.wire.projects import UploadedPhoto
from bozzetto.wire.results import Decision, Judgement
from bozzetto.wire.service import AuditEntry, Role, Token

_FINDINGS: TypeAdapter[tuple[Finding, ...]] = TypeAdapter(tuple[Finding, ...])


def moment(seconds: float) -> datetime.datetime:
    """Return a time of day, UTC."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def file_url(project_id: str, sha256: str) -> str:
    """Return the path of a file."""
    return f"/v1/projects/{project_id}/files/{sha256}"


def file_message(row: FileRow) -> File:
    """Describe a file."""
    return File(
        name=row.name,
        media_type=row.media_type,
        num_bytes=row.num_bytes,
        sha256=row.sha256,
        url=file_url(row.project_id, row.sha256),
    )


def photo_message(row: PhotoRow, *, file: FileRow, mask: FileRow | None) -> UploadedPhoto:
    """Describe a photograph."""
    return UploadedPhoto(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        created_at=moment(row.created_at),
        width=row.width,
        height=row.height,
        focal_px=row.focal_px,
        position=row.position,
        side=None if row.side is None else Side(row.side),
        file=file_message(file),
        sent_sha256=row.sent_sha256,
        mask=None if mask is None else file_message(mask),
        num_strokes=row.num_strokes,
        findings=_FINDINGS.validate_json(row.findings),
    )


def job_message(row: JobRow) -> Job:
    """Describe a job as it stands."""
    end = row.finished_at or time.time()
    return Job(
        id=row.id,
        project_id=row.project_id,
        kind=row.kind,
        state=JobState(row.state),
        stage=row.stage,
        percent=round(row.percent, 1),
        elapsed_seconds=0.0 if row.started_at is None else max(0.0, round(end - row.started_at, 2)),
        remaining_seconds=row.remaining_seconds,
        options=cast("dict[str, JsonValue]", json.loads(row.options)),
        created_at=moment(row.created_at),
        created_by=row.created_by,
        started_at=None if row.started_at is None else moment(row.started_at),
        finished_at=None if row.finished_at is None else moment(row.finished_at),
        attempt=row.attempt,
        version=row.version,
        num_results=row.num_results,
        error=JobError.model_validate_json(row.error) if row.error else None,
    )


def approval_message(row: ApprovalRow, *, current: bool) -> Judgement:
    """Describe a judgement."""
    return Judgement(
        id=row.id,
        project_id=row.project_id,
        draft_id=row.draft_id,
        sha256=row.sha256,
        decision=Decision(row.decision),
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=moment(row.decided_at),
        current=current,
    )


def token_message(row: TokenRow) -> Token:
    """Describe a token without its secret."""
    return Token(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        created_at=moment(row.created_at),
        expires_at=moment(row.expires_at),
        revoked=row.revoked,
    )


def audit_message(row: AuditRow) -> AuditEntry:
    """Describe a line of the audit log."""
    return AuditEntry(
        id=row.number,
        at=moment(row.at),
        who=row.who,
        action=row.action,
        status=row.status,
        client=row.client,
    )
