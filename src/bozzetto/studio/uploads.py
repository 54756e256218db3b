"""What all uploads share: room, a file for the bytes as they come in, and a place in the store."""

from pathlib import Path

from fastapi import Request
from sqlalchemy import func, select

from bozzetto.studio.lookup import project_row
from bozzetto.studio.problems import over_quota
from bozzetto.studio.service import Service
from bozzetto.studio.tables import FileRow

_PNG = "image/png"
PICTURE_BODY: dict[str, object] = {
    "requestBody": {
        "required": True,
        "description": "The picture's bytes: PNG, JPEG, WebP, HEIC, TIFF or BMP.",
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "image/*": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


def check_bytes(service: Service, project_id: str) -> None:
    """Refuse an upload to a project that holds as many bytes as it may.

    Raises:
        RefusedError: There is no such project, or it is full.
    """
    limit = service.settings.limits.project_bytes
    with service.database.reading() as session:
        project_row(session, project_id)
        num_bytes = select(func.sum(FileRow.num_bytes)).where(FileRow.project_id == project_id)
        if int(session.scalar(num_bytes) or 0) >= limit:
            raise over_quota(
                f"The project's files have {limit:,} bytes already.",
                advice="Make another project.",
            )


def incoming(service: Service) -> Path:
    """Return the folder for what comes in, on the data folder's disk."""
    folder = service.settings.data / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def save(request: Request, path: Path) -> Path:
    """Write a request's body to a file as it comes in."""
    with path.open("wb") as file:
        async for chunk in request.stream():
            file.write(chunk)
    return path


def keep_picture(service: Service, path: Path, *, project_id: str, name: str) -> FileRow:
    """Put a picture that was written anew into the store."""
    return FileRow(
        project_id=project_id,
        sha256=service.blobs.put(path),
        name=name,
        media_type=_PNG,
        num_bytes=path.stat().st_size,
    )
