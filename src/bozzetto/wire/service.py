"""The service itself: who asks, what it can do, tokens and the audit log."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from bozzetto.wire.base import Message, Request, ShortText


class Role(StrEnum):
    """What a token may do; each role may do what those before it may."""

    VIEWER = "viewer"
    """Look at everything."""
    ARTIST = "artist"
    """Make projects, upload, paint, start and cancel jobs."""
    APPROVER = "approver"
    """Approve and reject drafts."""
    ADMIN = "admin"
    """Delete projects, give and take tokens, read the audit log."""

    def may(self, needed: "Role") -> bool:
        """Tell whether this role includes another."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Health(Message):
    """That the service is there."""

    status: str
    version: str


class Me(Message):
    """Who asks."""

    name: str
    role: Role
    csrf: str | None
    """To be sent as `X-CSRF-Token` with every change; null for those who do not use a cookie."""


class SessionRequest(Request):
    """Trade a token for a cookie that scripts cannot read."""

    token: Annotated[str, Field(min_length=1, max_length=200)]


class UploadLimits(Message):
    """What is accepted."""

    photo_bytes: int
    photo_megapixels: float
    photo_min_side_px: int
    photo_max_side_px: int
    photos_per_project: int
    strokes_bytes: int
    project_bytes: int


class JobKindInfo(Message):
    """A kind of job that can be asked for."""

    name: str
    """Also of the collection: POST there starts one."""
    summary: str
    available: bool
    """False where this installation lacks what it needs."""


class Choice(Message):
    """Something with a name that can be chosen."""

    name: str
    summary: str = ""


class SizeForm(Message):
    """How the real size of an export is written."""

    pattern: str
    """Regular expression that fits the whole text once spaces are out and letters small."""
    advice: str
    """The same in words, with examples."""


class Capabilities(Message):
    """What this service can do, for pages that offer choices."""

    version: str
    engines: tuple[Choice, ...]
    default_engine: str
    mask_models: tuple[Choice, ...]
    texture_sizes: tuple[int, ...]
    targets: tuple[Choice, ...]
    """Of exports."""
    profiles: tuple[Choice, ...]
    """What shops and engines take; exports are held against them."""
    size: SizeForm
    skeletons: tuple[Choice, ...]
    clips: tuple[Choice, ...]
    job_kinds: tuple[JobKindInfo, ...]
    limits: UploadLimits


class StageEstimate(Message):
    """The median time of a stage on this machine."""

    stage: str
    seconds: float


class StageEstimates(Message):
    """What was measured on this machine so far."""

    stages: tuple[StageEstimate, ...]


class NewToken(Request):
    """A token to make."""

    name: ShortText
    role: Role
    days: Annotated[int, Field(ge=1, le=3650)] = 365
    """Until it expires."""


class Token(Message):
    """A token, without its secret."""

    id: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime
    revoked: bool


class MadeToken(Message):
    """A new token; its secret is shown this once."""

    token: Token
    secret: str


class AuditEntry(Message):
    """Something that was asked of the service and changed it, or was refused."""

    id: int
    at: datetime
    who: str
    action: str
    """Method and path."""
    status: int
    client: str
    """Address."""
