"""Pages of lists: a limit, and a cursor that says after which row to go on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

Row = TypeVar("Row")
Item = TypeVar("Item")

_CURSOR = r"^[0-9]{0,9}$"


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Which part of a list is wanted."""

    limit: int
    after: int


@dataclass(frozen=True, kw_only=True, eq=False)
class FoundPage(Generic[Item]):
    """One page of messages; routes name the type of page that the schema has."""

    items: tuple[Item, ...]
    next: str | None
    """The cursor of the next page; None at the end."""


def _slice(
    limit: Annotated[int, Query(ge=1, le=200, description="Items of a page.")] = 50,
    cursor: Annotated[
        str,
        Query(
            pattern=_CURSOR,
            description="The `next` of the page before, as it came; nothing for the first page.",
        ),
    ] = "",
) -> Slice:
    return Slice(limit=limit, after=int(cursor or 0))


TheSlice = Annotated[Slice, Depends(_slice)]


def page_of(
    session: Session,
    query: Select[Row],
    part: Slice,
    *,
    number: InstrumentedAttribute[int],
    number_of: Callable[[Row], int],
    show: Callable[[Row], Item],
    newest_first: bool = True,
) -> FoundPage[Item]:
    """Read one page of a query.

    Args:
        session: A transaction.
        query: Without order.
        part: Which page.
        number: The column that orders the rows.
        number_of: Its value in a row.
        show: Makes the message of a row.
        newest_first: Order.
    """
    if part.after:
        query = query.where(number < part.after if newest_first else number > part.after)
    order = number.desc() if newest_first else number.asc()
    rows = list(session.scalars(query.order_by(order).limit(part.limit + 1)))
    more = len(rows) > part.limit
    rows = rows[: part.limit]
    return FoundPage(
        items=tuple(show(row) for row in rows),
        next=str(number_of(rows[-1])) if more else None,
    )
