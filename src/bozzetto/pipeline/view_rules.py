"""How many photographs an engine uses, and which sides of the object they may be said to show."""

from collections.abc import Sequence

from bozzetto.engines.base import EngineCard
from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.views.foreground import Side


def check_views(views: Sequence[Side | None], *, num_photos: int) -> None:
    """Refuse names of sides that do not fit the photos.

    Raises:
        InputError: Some photos have no name, or there are more names than photos.
    """
    if views and len(views) != num_photos:
        raise InputError(
            f"Every photo needs the name of its side: got {len(views)} for {num_photos} photos.",
            advice="Name them in the order of the photos, as in --views front,back; write `auto` to"
            " have one guessed.",
        )


def usable_views(num_photos: int, *, card: EngineCard) -> tuple[int, tuple[Finding, ...]]:
    """Return how many of the photos an engine uses, and a finding where some are left out.

    Raises:
        InputError: There are fewer photos than the engine needs.
    """
    if num_photos < card.min_views:
        raise InputError(
            f"The engine {card.name!r} needs at least {card.min_views} photos, got {num_photos}.",
            advice="Add photos of the same object, or choose another --engine.",
        )
    if num_photos <= card.max_views:
        return num_photos, ()
    unused = Finding(
        code="draft.views.unused",
        severity=Severity.WARNING,
        message=f"The engine {card.name!r} used only {card.max_views} of the {num_photos} photos,"
        " from the start of the list.",
        fix="Put the photo that shows most of the object first.",
        measured=float(num_photos),
        limit=float(card.max_views),
    )
    return card.max_views, (unused,)
