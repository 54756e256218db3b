"""The front of the client: one method for each thing that the service can do with a project."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import httpx

from bozzetto.client.transport import Transport, read_answer
from bozzetto.errors import InputError
from bozzetto.wire.base import File, Message, Page
from bozzetto.wire.jobs import FINAL_STATES, Job, JobState
from bozzetto.wire.projects import (
    NewProject,
    PhotoChange,
    Strokes,
    StudioProject,
    UploadedPhoto,
)
from bozzetto.wire.results import (
    Decision,
    DraftRequest,
    DraftResult,
    ExportRequest,
    ExportResult,
    Judgement,
    MaskRequest,
    MaskResult,
    NewJudgement,
    RefinementRequest,
    RefinementResult,
    RigRequest,
    RigResult,
)
from bozzetto.wire.service import Capabilities

Item = TypeVar("Item", bound=Message)

_COLLECTIONS: dict[type[Message], str] = {
    MaskRequest: "masks",
    DraftRequest: "drafts",
    RefinementRequest: "refinements",
    RigRequest: "rigs",
    ExportRequest: "exports",
    MaskResult: "masks",
    DraftResult: "drafts",
    RefinementResult: "refinements",
    RigResult: "rigs",
    ExportResult: "exports",
}


class Studio:
    """A service to work with; close it, or use it in a `with` statement."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Name the service; nothing is sent yet.

        Args:
            url: As in `http://127.0.0.1:8765`.
            token: Where the service asks for one.
            transport: How requests are sent, where not over the network.
            sleep: Waits for some seconds between two attempts.

        Raises:
            InputError: The address is no URL.
        """
        self._transport = Transport(url, token=token, transport=transport, sleep=sleep)

    def __enter__(self) -> "Studio":
        """Return the studio itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        self._transport.close()

    def capabilities(self) -> Capabilities:
        """Return what can be chosen, and what is accepted."""
        return self._transport.get("/v1/capabilities", Capabilities)

    def create_project(self, title: str) -> StudioProject:
        """Make a project."""
        return self._transport.send(
            "POST", "/v1/projects", StudioProject, body=NewProject(title=title)
        )

    def projects(self) -> Iterator[StudioProject]:
        """Yield all projects, newest first."""
        return self._all("/v1/projects", StudioProject)

    def delete_project(self, project: StudioProject) -> None:
        """Delete a project with all that is in it."""
        self._transport.delete(f"/v1/projects/{project.id}")

    def add_photo(self, project: StudioProject, path: Path) -> UploadedPhoto:
        """Upload a photograph."""
        url = f"/v1/projects/{project.id}/photos"
        return self._transport.upload(
            "POST", url, UploadedPhoto, data=path.read_bytes(), name=path.name
        )

    def change_photo(self, photo: UploadedPhoto, change: PhotoChange) -> UploadedPhoto:
        """Name the side that a photo shows, or move it."""
        return self._transport.send("PATCH", _photo(photo), UploadedPhoto, body=change)

    def put_mask(self, photo: UploadedPhoto, path: Path) -> UploadedPhoto:
        """Give a photo a mask of one's own."""
        url = f"{_photo(photo)}/mask"
        return self._transport.upload(
            "PUT", url, UploadedPhoto, data=path.read_bytes(), name=path.name
        )

    def put_strokes(self, photo: UploadedPhoto, strokes: Strokes) -> UploadedPhoto:
        """Replace what is painted over a photo."""
        return self._transport.send("PUT", f"{_photo(photo)}/strokes", UploadedPhoto, body=strokes)

    def start(self, project: StudioProject, request: Message) -> Job:
        """Start a job: the request's type says which kind.

        Raises:
            InputError: No kind of job has such a request.
        """
        collection = _COLLECTIONS.get(type(request))
        if collection is None:
            raise InputError(
                f"A {type(request).__name__} starts no job.",
                advice="Use MaskRequest, DraftRequest, RefinementRequest, RigRequest or"
                " ExportRequest.",
            )
        url = f"/v1/projects/{project.id}/{collection}"
        return self._transport.send("POST", url, Job, body=request)

    def run(
        self,
        project: StudioProject,
        request: Message,
        *,
        watch: Callable[[Job], None] | None = None,
    ) -> Job:
        """Start a job and wait until it has ended; `watch` sees every change."""
        return self.wait(self.start(project, request), watch=watch)

    def wait(self, job: Job, *, watch: Callable[[Job], None] | None = None) -> Job:
        """Wait until a job has ended; a connection that breaks is opened again.

        Raises:
            StudioError: The service refused, or could not be reached for half a minute.
        """
        while job.state not in FINAL_STATES:
            for data in self._transport.events(f"/v1/jobs/{job.id}/events"):
                job = read_answer(data, Job)
                if watch is not None:
                    watch(job)
        return job

    def job(self, job_id: str) -> Job:
        """Return a job as it stands."""
        return self._transport.get(f"/v1/jobs/{job_id}", Job)

    def jobs(self, project: StudioProject, *, state: JobState | None = None) -> Iterator[Job]:
        """Yield the jobs of a project, newest first."""
        query = {} if state is None else {"state": state.value}
        return self._all(f"/v1/projects/{project.id}/jobs", Job, query=query)

    def cancel(self, job: Job) -> Job:
        """Stop a job."""
        return self._transport.send("POST", f"/v1/jobs/{job.id}/cancel", Job)

    def results(
        self, project: StudioProject, kind: type[Item], *, job: Job | None = None
    ) -> Iterator[Item]:
        """Yield results (Mask, Draft, Refinement, Rig or Export), newest first."""
        query = {} if job is None else {"job_id": job.id}
        return self._all(f"/v1/projects/{project.id}/{_COLLECTIONS[kind]}", kind, query=query)

    def approve(self, draft: DraftResult, *, reason: str = "") -> Judgement:
        """Approve a draft, as it was seen, for refining."""
        return self._judge(draft, Decision.APPROVED, reason=reason)

    def reject(self, draft: DraftResult, *, reason: str) -> Judgement:
        """Reject a draft."""
        return self._judge(draft, Decision.REJECTED, reason=reason)

    def download(self, file: File, target: Path) -> Path:
        """Download a file.

        Raises:
            StudioError: The service refused, or the connection broke several times.
        """
        self._transport.download(file.url, target)
        return target

    def _judge(self, draft: DraftResult, decision: Decision, *, reason: str) -> Judgement:
        judgement = NewJudgement(
            draft_id=draft.id, decision=decision, reason=reason, sha256=draft.sha256
        )
        url = f"/v1/projects/{draft.project_id}/approvals"
        return self._transport.send("POST", url, Judgement, body=judgement)

    def _all(
        self, path: str, kind: type[Item], *, query: dict[str, str] | None = None
    ) -> Iterator[Item]:
        """Yield all items of a list, page after page."""
        cursor: str | None = ""
        while cursor is not None:
            asked = {**(query or {}), "limit": "100", "cursor": cursor}
            page = self._transport.get(path, Page[kind], query=asked)
            yield from page.items
            cursor = page.next


def _photo(photo: UploadedPhoto) -> str:
    """Return the path of a photo."""
    return f"/v1/projects/{photo.project_id}/photos/{photo.id}"
