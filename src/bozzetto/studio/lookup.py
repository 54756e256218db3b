"""Find things by id within their project; what is not there, or is another project's, is a 404."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bozzetto.studio.problems import not_found
from bozzetto.studio.tables import FileRow, JobRow, PhotoRow, ProjectRow, ResultRow


def project_row(session: Session, project_id: str) -> ProjectRow:
    """Find a project."""
    row = session.scalar(select(ProjectRow).where(ProjectRow.id == project_id))
    if row is None:
        raise not_found("project")
    return row


def photo_row(session: Session, project_id: str, photo_id: str) -> PhotoRow:
    """Find a photograph of a project."""
    query = select(PhotoRow).where(PhotoRow.id == photo_id, PhotoRow.project_id == project_id)
    row = session.scalar(query)
    if row is None:
        raise not_found("photo")
    return row


def file_row(session: Session, project_id: str, sha256: str) -> FileRow:
    """Find a file of a project."""
    row = session.get(FileRow, (project_id, sha256))
    if row is None:
        raise not_found("file")
    return row


def job_row(session: Session, job_id: str) -> JobRow:
    """Find a job."""
    row = session.scalar(select(JobRow).where(JobRow.id == job_id))
    if row is None:
        raise not_found("job")
    return row


def result_row(session: Session, project_id: str, result_id: str, *, kind: str) -> ResultRow:
    """Find a result of a kind."""
    row = session.scalar(
        select(ResultRow).where(
            ResultRow.id == result_id,
            ResultRow.project_id == project_id,
            ResultRow.kind == kind,
        )
    )
    if row is None:
        raise not_found(kind.removesuffix("s"))
    return row
