"""The contract of a kind of job: what may be asked, when, what is run, and what comes of it.

A kind's file is imported by the service, which must start at once; whatever is heavy is imported
when `run` is called, in a process of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar, cast, runtime_checkable

from bozzetto.progress import Progress
from bozzetto.views.foreground import Side
from bozzetto.wire.base import File, Message
from bozzetto.wire.results import Judgement, Result

Request = TypeVar("Request", bound=Message)


@runtime_checkable
class Records(Protocol):
    """What is on record of a project when a job is asked for, and when it runs."""

    def num_photos(self) -> int:
        """Count the photographs."""
        ...

    def approval(self) -> Judgement | None:
        """Return the approval that refine goes by; None where there is none."""
        ...

    def result(self, kind: str, result_id: str) -> str:
        """Return the JSON of a result.

        Raises:
            RefusedError: There is no such result.
        """
        ...

    def newest(self, kind: str) -> str | None:
        """Return the JSON of the newest result of a kind; None where there is none."""
        ...

    def file(self, sha256: str) -> File:
        """Describe a file of the project.

        Raises:
            RefusedError: The project has no such file.
        """
        ...

    def request(self, result_id: str) -> str:
        """Return the JSON of the request that a result was made by.

        Raises:
            RefusedError: There is no such result.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class WorkPhoto:
    """A photograph of the project that is worked on."""

    id: str
    name: str
    side: Side | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Work:
    """What a job needs to run."""

    project_id: str
    job_id: str
    title: str
    root: Path
    """The project's folder, with its photographs, masks and strokes as they are now."""
    photos: tuple[WorkPhoto, ...]
    records: Records
    progress: Progress
    keep: Callable[[Path, str, str], File]
    """Keep a file (path, name for people, media type) among the project's."""
    keep_bytes: Callable[[bytes, str, str], File]
    """Keep bytes (content, name for people, media type) among the project's files."""
    fetch: Callable[[str, str], Path]
    """Bring one of the project's files (hash, name) into the folder; it may be gone afterwards."""
    base: Callable[[int], Result]
    """Ids and time of the result with that index."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Kept:
    """A result that is to be put on record."""

    message: Result


@dataclass(frozen=True, kw_only=True)
class PlannedStage:
    """A stage that a job will go through."""

    word: str
    """First word of its label, as in `draft` of `draft 2 of 3`."""
    stage: str
    """As the measured times name it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class JobKind(Generic[Request]):
    """A kind of job."""

    name: str
    """Also of the collection that holds its results."""
    one: str
    """What one result is called."""
    summary: str
    request: type[Request]
    result: type[Result]
    check: Callable[[Records, Request], Request]
    """Refuse what cannot be, and fill in what was left open; called when the job is asked for."""
    plan: Callable[[Request, int], Sequence[PlannedStage]]
    """What will happen for that many photos, in order."""
    run: Callable[[Work, Request], Sequence[Kept]]
    """Do it; called in a process of its own."""
    available: Callable[[], bool] = lambda: True
    """Whether this installation has what it needs."""

    def erased(self) -> "JobKind[Message]":
        """Return the same kind for tables that hold all kinds; requests are checked when used."""
        check, plan, run, narrow = self.check, self.plan, self.run, self._narrow
        return JobKind(
            name=self.name,
            one=self.one,
            summary=self.summary,
            request=cast("type[Message]", self.request),
            result=self.result,
            check=lambda records, message: check(records, narrow(message)),
            plan=lambda message, num_photos: plan(narrow(message), num_photos),
            run=lambda work, message: run(work, narrow(message)),
            available=self.available,
        )

    def _narrow(self, message: Message) -> Request:
        """Refuse the request of another kind."""
        if not isinstance(message, self.request):
            raise TypeError(f"{self.name} takes a {self.request.__name__}, got {message!r}.")
        return message


def looking_at(num_photos: int) -> tuple[PlannedStage, ...]:
    """Plan what every job does first: masks and advice."""
    masks = (PlannedStage(word="mask", stage="masks"),) * num_photos
    return masks + (PlannedStage(word="advice", stage="advice"),) * num_photos
