"""Errors as RFC 9457 has them, with the advice that every error of Bozzetto carries."""

from bozzetto.wire.base import Message

PROBLEM_MEDIA_TYPE = "application/problem+json"


class FieldProblem(Message):
    """One field of a request that cannot be used."""

    where: str
    """Dotted path, as in `body.variants`."""
    message: str


class Problem(Message):
    """Why a request was refused or a run failed."""

    type: str
    """Stable path that names the kind of problem, as in `/problems/not-found`."""
    title: str
    status: int
    detail: str
    """What was wanted and what came."""
    advice: str = ""
    """What to do about it."""
    instance: str = ""
    """The request's path."""
    fields: tuple[FieldProblem, ...] = ()
    """For requests that do not have the form of the schema."""
