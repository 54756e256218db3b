"""The folder of a project on this machine: put there what the service holds, before a job runs."""

import shutil
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bozzetto.matting.strokes_json import strokes_from_json
from bozzetto.pipeline.inputs import NamedPhoto, revise_project
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
    # One job of a project runs at a time, so no other process has this folder.
    incoming = settings.data / "incoming" / project_id
    incoming.mkdir(parents=True, exist_ok=True)

    def local(sha256: str) -> Path:
        kept = root / "inputs" / f"{sha256}.png"
        if kept.exists():
            return kept
        path = incoming / f"{sha256}.png"
        if not path.exists():
            blobs.fetch(sha256, path)
        return path

    revise_project(
        root,
        [
            NamedPhoto(
                name=photo.name,
                path=local(photo.sha256),
                mask=None if photo.mask_sha256 is None else local(photo.mask_sha256),
                strokes=strokes_from_json(photo.strokes) if photo.strokes else (),
            )
            for photo in photos
        ],
        name=title,
    )
    shutil.rmtree(incoming, ignore_errors=True)
    return root
