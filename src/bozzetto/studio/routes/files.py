"""Files: content that never changes, with ETags and ranges."""

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import Headers

from bozzetto.studio.lookup import file_row
from bozzetto.studio.routes.answers import FileHash, ProjectId
from bozzetto.studio.security.actors import Viewer
from bozzetto.studio.service import TheService

router = APIRouter(tags=["files"])

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_BINARY: dict[int | str, dict[str, object]] = {
    200: {
        "description": "The file.",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    },
    206: {"description": "The part that was asked for."},
    304: {"description": "The file is the one that the `If-None-Match` names."},
    416: {"description": "The file has no such part."},
}


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Bytes from `start` to before `end`."""

    start: int
    end: int


@router.get("/projects/{project_id}/files/{sha256}", responses=_BINARY, response_class=Response)
def get_file(
    *,
    project_id: ProjectId,
    sha256: FileHash,
    actor: Viewer,
    service: TheService,
    request: Request,
    download: Annotated[bool, Query(description="Save it rather than show it.")] = False,
) -> Response:
    """Return a file; `Range` and `If-None-Match` are understood."""
    del actor
    with service.database.reading() as session:
        row = file_row(session, project_id, sha256)
    etag = f'"{sha256}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": f"{'attachment' if download else 'inline'};"
        f" filename*=UTF-8''{quote(row.name, safe='')}",
    }
    if etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    part = _part(request.headers, num_bytes=row.num_bytes, etag=etag)
    if part is None:
        headers["Content-Range"] = f"bytes */{row.num_bytes}"
        return Response(status_code=416, headers=headers)
    is_whole = part == _Part(start=0, end=row.num_bytes)
    if not is_whole:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{row.num_bytes}"
    headers["Content-Length"] = str(part.end - part.start)
    return StreamingResponse(
        service.blobs.chunks(sha256, start=part.start, end=part.end),
        status_code=200 if is_whole else 206,
        headers=headers,
        media_type=row.media_type,
    )


def _part(headers: Headers, *, num_bytes: int, etag: str) -> _Part | None:
    """Return which bytes are wanted (RFC 9110, section 14); None where there are none such."""
    whole = _Part(start=0, end=num_bytes)
    asked = _ONE_RANGE.fullmatch(headers.get("range", ""))
    if asked is None or asked.groups() == ("", "") or headers.get("if-range", etag) != etag:
        return whole  # Several ranges, or another unit: the standard lets us send all of it.
    first, last = asked.groups()
    if not first:
        start, end = max(0, num_bytes - int(last)), num_bytes
    else:
        start, end = int(first), min(num_bytes, int(last) + 1 if last else num_bytes)
    return _Part(start=start, end=end) if start < end else None
