"""Who asks."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from bozzetto.studio.problems import Refusal, RefusedError
from bozzetto.wire.service import Role


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person, or a program of theirs, that was let in."""

    name: str
    role: Role
    id: str
    """Of the token; `local` for whoever sits at the machine."""
    csrf: str | None = None
    """For browsers that logged in with a cookie: what every change must repeat."""


def actor_of(request: Request) -> Actor:
    """Return who asks; the gate has let them in."""
    actor = cast("Actor | None", request.scope.get("actor"))
    if actor is None:
        raise unauthorized()
    return actor


def unauthorized() -> RefusedError:
    """Nobody knows who asks."""
    return RefusedError(
        Refusal(
            slug="unauthorized",
            status=401,
            detail="This service wants a token.",
            advice="Send `Authorization: Bearer TOKEN`; an admin makes tokens.",
        )
    )


class Needs:
    """A dependency that lets in whoever has a role, or a higher one."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(self, actor: Annotated[Actor, Depends(actor_of)]) -> Actor:
        """Return who asks.

        Raises:
            RefusedError: They may not.
        """
        if not actor.role.may(self.role):
            raise RefusedError(
                Refusal(
                    slug="forbidden",
                    status=403,
                    detail=f"This takes the role {self.role}; {actor.name} is {actor.role}.",
                    advice="Ask an admin for a token with that role.",
                )
            )
        return actor


Viewer = Annotated[Actor, Depends(Needs(Role.VIEWER))]
Artist = Annotated[Actor, Depends(Needs(Role.ARTIST))]
Approver = Annotated[Actor, Depends(Needs(Role.APPROVER))]
Admin = Annotated[Actor, Depends(Needs(Role.ADMIN))]
