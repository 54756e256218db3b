"""The folder of a project on this machine: put there what the service holds, before a job runs."""

import shutil
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bozzetto.pipeline.project import PhotoEntry, revise_project
from bozzetto.studio.blobs.base import BlobStore
from bozzetto.studio.settings import Settings
from bozzetto.studio.tables import PhotoRow


def project_root(settings: Settings, project_id: str) -> Path:
    """Return the folder that a project is worked on in."""
    return settings.data / "work" / project_id


def photo_rows(session: Session, project_id: str) -> tuple[PhotoRow, ...]:
    """Return the photographs of a project in their order."""
    query = select(PhotoRow).where(PhotoRow.project_id == project_id)
    return tuple(session.scalars(query.order_by(PhotoRow.position, PhotoRow.number)))


def prepare(
    settings: Settings,
    blobs: BlobStore,
    photos: tuple[PhotoRow, ...],
    *,
    project_id: str,
    title: str,
) -> Path:
    """Bring the project's folder up to date with its photographs, masks and strokes.

    Raises:
        ResourceError: The disk is full, or the file store has lost something.
    """
    root = project_root(settings, project_id)
    # One job of a project runs at a time, so no other process has these folders.
    incoming = settings.data / "incoming" / project_id
    project = revise_project(root, [], name=title)

    def hold(sha256: str) -> str:
        if project.store.size(sha256) is None:
            blobs.fetch(sha256, incoming / sha256)
            project.store.put_file(incoming / sha256)
        return sha256

    entries = [
        PhotoEntry(
            name=photo.name,
            sha256=hold(photo.sha256),
            mask_sha256=None if photo.mask_sha256 is None else hold(photo.mask_sha256),
            mask_name=f"{photo.name}.mask.png",
            strokes_sha256=project.store.put(photo.strokes.encode()) if photo.strokes else None,
        )
        for photo in photos
    ]
    shutil.rmtree(incoming, ignore_errors=True)
    revise_project(root, entries, name=title)
    return root
