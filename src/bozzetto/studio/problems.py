"""Every way to refuse a request, in one table: from an error to RFC 9457 problem details."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from bozzetto.errors import (
    BozzettoError,
    EngineError,
    FormatError,
    InputError,
    PhotoError,
    ProjectError,
    ResourceError,
    UnknownNameError,
)
from bozzetto.wire.problems import FieldProblem, Problem

_TABLE: Mapping[type[BozzettoError], tuple[str, int]] = {
    PhotoError: ("photo", 422),
    ProjectError: ("project", 409),
    UnknownNameError: ("unknown-name", 422),
    InputError: ("input", 422),
    EngineError: ("engine", 422),
    FormatError: ("format", 422),
    ResourceError: ("resource", 503),
    BozzettoError: ("error", 422),
}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What to answer instead of what was asked for."""

    slug: str
    status: int
    detail: str
    advice: str = ""
    fields: tuple[FieldProblem, ...] = ()
    retry_after: int | None = None
    """Seconds."""

    def problem(self, instance: str) -> Problem:
        """Write it as problem details."""
        return Problem(
            type=f"/problems/{self.slug}",
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            detail=self.detail,
            advice=self.advice,
            instance=instance,
            fields=self.fields,
        )


class RefusedError(Exception):
    """Raised where a request cannot be answered."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal


def slug_of(error: BozzettoError) -> str:
    """Name the kind of an error."""
    return refusal_of(error).slug


def refusal_of(error: BozzettoError) -> Refusal:
    """Look an error up by its class, or the nearest class above it."""
    slug, status = next(_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE)
    return Refusal(slug=slug, status=status, detail=error.message, advice=error.advice)


def not_found(what: str) -> RefusedError:
    """There is no such thing."""
    return RefusedError(
        Refusal(
            slug="not-found",
            status=404,
            detail=f"There is no such {what}.",
            advice="Check the id; it may have been deleted.",
        )
    )


def conflict(detail: str, *, advice: str) -> RefusedError:
    """The thing is not in the state that the request needs."""
    return RefusedError(Refusal(slug="conflict", status=409, detail=detail, advice=advice))


def over_quota(detail: str, *, advice: str) -> RefusedError:
    """Somebody has as much of something as they may have."""
    return RefusedError(Refusal(slug="quota", status=429, detail=detail, advice=advice))


def too_large(detail: str, *, advice: str) -> RefusedError:
    """A request's body is larger than what is read."""
    return RefusedError(Refusal(slug="too-large", status=413, detail=detail, advice=advice))
