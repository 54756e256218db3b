"""Rays as columns of samples: where they go in and out, and how to stretch them.

Letters: n columns, k m samples of a column, r q rows and columns of a volume of rays.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

Columns = Float32[np.ndarray, "n k"]
Places = Float64[np.ndarray, " n"]
Ends = Places | float


@dataclass(frozen=True, kw_only=True, eq=False)
class Spans:
    """Where columns first go in and last come out, in samples."""

    front: Places
    back: Places
    meets: Bool[np.ndarray, " n"]
    """Columns that lie inside somewhere; the others' places mean nothing."""


def columns_of(volume: Float32[np.ndarray, "k r q"]) -> Columns:
    """List a volume's rays, row by row."""
    return np.ascontiguousarray(volume.reshape(len(volume), -1).T)


def spans_of(columns: Columns) -> Spans:
    """Find the first and the last crossing of zero, to a fraction of a sample."""
    inside = columns > 0
    last = columns.shape[1] - 1
    front = inside.argmax(axis=1)
    back = last - inside[:, ::-1].argmax(axis=1)
    return Spans(
        front=_crossing(columns, np.maximum(front - 1, 0), front),
        back=_crossing(columns, np.minimum(back + 1, last), back),
        meets=np.asarray(inside.any(axis=1)),
    )


def resampled(columns: Columns, places: Float64[np.ndarray, "n m"]) -> Float32[np.ndarray, "n m"]:
    """Look each column up at places of its own, in samples; beyond its ends they repeat."""
    places = np.clip(places, 0, columns.shape[1] - 1.001)
    low = places.astype(np.int32)
    first = np.take_along_axis(columns, low, axis=1)
    second = np.take_along_axis(columns, low + 1, axis=1)
    return first + (second - first) * (places - low).astype(np.float32)


def stretched(
    samples: Float64[np.ndarray, "#n m"],
    *,
    wanted: tuple[Ends, Ends],
    given: tuple[Ends, Ends],
) -> Float64[np.ndarray, "n m"]:
    """Return where to look a column up so that its span comes to lie elsewhere.

    What is between front and back is stretched evenly, what is outside is shifted.

    Args:
        samples: At which the new columns stand, all alike or each its own.
        wanted: Front and back of the new columns, of each or of all; the back well behind.
        given: Front and back of the columns as they are.
    """
    front, back = (np.atleast_1d(end)[:, None] for end in wanted)
    old_front, old_back = (np.atleast_1d(end)[:, None] for end in given)
    within = old_front + (samples - front) / (back - front) * (old_back - old_front)
    before = samples - front + old_front
    behind = samples - back + old_back
    return np.where(samples < front, before, np.where(samples <= back, within, behind))


def _crossing(
    columns: Columns, outside: Int64[np.ndarray, " n"], inside: Int64[np.ndarray, " n"]
) -> Places:
    """Return where the line between a sample outside and one inside crosses zero."""
    rows = np.arange(len(columns))
    low = columns[rows, outside].astype(np.float64)
    rise = columns[rows, inside] - low
    share = np.where(rise > 1e-9, -low / np.where(rise > 1e-9, rise, 1), 0)
    return outside + (inside - outside) * np.clip(share, 0, 1)
