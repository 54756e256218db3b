"""What all messages share: they are frozen, hold the product's own values, and come in pages.

What the product defines (findings, cameras, strokes, choices) is not defined again here: a message
has fields of those very classes, which pydantic reads and checks by their own constructors.
"""

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Item = TypeVar("Item")

ShortText = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f]+$"
    ),
]
"""A title or a name: one line of 1 to 200 characters."""
LongText = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
"""A reason in a person's words."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""Lower-case hex."""


class Message(BaseModel):
    """A value on the wire; fields that a newer version adds are passed over."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class Request(Message):
    """What somebody asks for; a field that nobody knows is refused, as it would do nothing."""

    model_config = ConfigDict(extra="forbid")


class Page(Message, Generic[Item]):
    """A part of a list, newest last unless its path says otherwise."""

    items: tuple[Item, ...]
    next: str | None
    """Give it as `cursor` for the next page; null at the end."""


class File(Message):
    """A file of a project; its content never changes, so it can be kept for ever."""

    name: str
    """For people and for downloads."""
    media_type: str
    num_bytes: int = Field(ge=0)
    sha256: Sha256
    """Also its ETag."""
    url: str
    """Path on this server."""
