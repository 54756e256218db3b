"""What a runner needs around a job: its task, the project's folder, and what it keeps."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bozzetto.errors import ResourceError
from bozzetto.progress import Progress
from bozzetto.store.disk import PARTIAL
from bozzetto.studio.blobs.base import BlobStore
from bozzetto.studio.database import Database
from bozzetto.studio.ids import new_id
from bozzetto.studio.jobs import Claim
from bozzetto.studio.kinds.base import Kept, Work, WorkPhoto
from bozzetto.studio.messages import file_message, moment
from bozzetto.studio.records import ProjectRecords
from bozzetto.studio.settings import Settings
from bozzetto.studio.tables import FileRow, JobRow, PhotoRow, ProjectRow, ResultRow
from bozzetto.studio.workplace import photo_rows, prepare
from bozzetto.views.foreground import Side
from bozzetto.wire.base import File
from bozzetto.wire.results import DraftResult, RefinementResult, Result


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """A job as it stands in the database when it starts."""

    project_id: str
    title: str
    job_id: str
    kind: str
    options: str
    photos: tuple[PhotoRow, ...]


class Keeper:
    """Puts files into the blob store, and puts them on record with the results."""

    def __init__(self, blobs: BlobStore) -> None:
        self.blobs = blobs
        self._files: dict[str, FileRow] = {}

    def keep(self, project_id: str, path: Path, *, name: str, media_type: str) -> File:
        """Store a file and describe it."""
        row = FileRow(
            project_id=project_id,
            sha256=self.blobs.put(path),
            name=name,
            media_type=media_type,
            num_bytes=path.stat().st_size,
        )
        return file_message(self._files.setdefault(row.sha256, row))

    def record(self, session: Session, kept: Sequence[Kept], *, claim: Claim) -> None:
        """Put results and their files on record."""
        job = session.scalar(select(JobRow).where(JobRow.id == claim.job_id))
        if job is None:
            return
        add_files(session, list(self._files.values()))
        for item in kept:
            message = item.message
            row = ResultRow(
                id=message.id,
                project_id=message.project_id,
                job_id=message.job_id,
                kind=job.kind,
                created_at=message.created_at.timestamp(),
                body=message.model_dump_json(),
            )
            session.add(row)
            if isinstance(message, DraftResult | RefinementResult):
                session.execute(
                    update(ProjectRow)
                    .where(ProjectRow.id == message.project_id)
                    .values(cover_sha256=message.sheet.sha256)
                )


def add_files(session: Session, rows: Sequence[FileRow]) -> None:
    """Put files on record; one that the project has already keeps its first name."""
    for row in rows:
        if session.get(FileRow, (row.project_id, row.sha256)) is None:
            session.add(row)
    session.flush()


def load_task(database: Database, claim: Claim) -> Task:
    """Read what is to be done.

    Raises:
        ResourceError: The job is gone.
    """
    with database.reading() as session:
        job = session.scalar(select(JobRow).where(JobRow.id == claim.job_id))
        project = job and session.scalar(select(ProjectRow).where(ProjectRow.id == job.project_id))
        if job is None or project is None:
            raise ResourceError("The job was deleted.", advice="Start it again.")
        return Task(
            project_id=project.id,
            title=project.title,
            job_id=job.id,
            kind=job.kind,
            options=job.options,
            photos=photo_rows(session, project.id),
        )


def work_on(
    task: Task, *, settings: Settings, database: Database, keeper: Keeper, progress: Progress
) -> Work:
    """Bring the project's folder up to date, and collect what a kind needs to run."""
    root = prepare(
        settings, keeper.blobs, task.photos, project_id=task.project_id, title=task.title
    )
    created_at = moment(round(time.time(), 3))

    def base(index: int) -> Result:
        return Result(
            id=new_id("res", key=f"{task.job_id}/{index}"),
            project_id=task.project_id,
            job_id=task.job_id,
            created_at=created_at,
        )

    def keep(path: Path, name: str, media_type: str) -> File:
        return keeper.keep(task.project_id, path, name=name, media_type=media_type)

    def keep_bytes(data: bytes, name: str, media_type: str) -> File:
        with tempfile.TemporaryDirectory(dir=root, prefix=PARTIAL) as folder:
            path = Path(folder) / "content"
            path.write_bytes(data)
            return keep(path, name, media_type)

    def fetch(sha256: str, name: str) -> Path:
        path = root / "fetched" / sha256 / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            keeper.blobs.fetch(sha256, path)
        return path

    return Work(
        project_id=task.project_id,
        job_id=task.job_id,
        title=task.title,
        root=root,
        photos=tuple(
            WorkPhoto(id=p.id, name=p.name, side=None if p.side is None else Side(p.side))
            for p in task.photos
        ),
        records=ProjectRecords(database.reading, task.project_id),
        progress=progress,
        keep=keep,
        keep_bytes=keep_bytes,
        fetch=fetch,
        base=base,
    )
