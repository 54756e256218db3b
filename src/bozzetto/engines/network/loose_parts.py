"""Tie loose parts to the rest: a leg whose upper end is hidden ends where it was last seen.

What is behind something else is predicted least surely, and thin parts fall apart there first.
Objects hang together, so each loose part is joined to the nearest other one by a strut as thick as
the thinner of both. Lengths are in crop widths. Letters: y x rows and columns of the working grid,
d slices, n samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64
from scipy.ndimage import binary_erosion, label
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import cKDTree

from bozzetto.engines.network.view import View
from bozzetto.engines.network.volume import Field, outline_distance
from bozzetto.findings import Finding, Severity

Cell = Int64[np.ndarray, " 3"]
Cells = Int64[np.ndarray, "_ 3"]
Lengths = Float64[np.ndarray, " 3"]
Labels = Int32[np.ndarray, "y x d"]

_MOST_CANDIDATES = 256


@dataclass(frozen=True, kw_only=True)
class TieOptions:
    """Which parts are tied, and how."""

    farthest: float = 0.12
    """Longest strut; what stands farther apart may be meant to."""
    thickest: float = 0.02
    """Largest radius of a strut."""
    least_samples: int = 60
    """Smaller parts are crumbs, which are dropped with the rest of them."""
    least_seen: float = 0.02
    """Parts of which a smaller share is seen are nothing that the photo asks for."""
    look_around: float = 0.02
    """How far from the ends of the gap the middle of a part is looked for."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Strut:
    """A rod with round ends; ends in sample indices (row, column, slice)."""

    start: Cell
    end: Cell
    radius: float
    cost: float


def tied(
    field: Field, view: View, *, options: TieOptions = TieOptions()
) -> tuple[Field, tuple[Finding, ...]]:
    """Join parts that nearly touch, and say so.

    The silhouette stays as it is. Of two ways across a gap the hidden one counts half.

    Args:
        field: With the silhouette of the view's mask.
        view: The view on whose working grid the field lies.
        options: Which parts are tied, and how.
    """
    labels, count = label(field.values > 0)
    if count < 2:
        return field, ()
    parts = _parts(labels, options=options)
    if not parts:
        return field, ()
    gaps = _Gaps(
        field=field,
        front=field.front(),
        outline=outline_distance(view),
        cell=view.cell,
        options=options,
    )
    struts = _struts(gaps, labels, parts)
    if not struts:
        return field, ()
    values = field.values.copy()
    for strut in struts:
        gaps.fill(values, strut)
    return Field(values=values, first=field.first, step=field.step), (_finding(view, len(struts)),)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Gaps:
    """Measures and fills gaps between the parts of a field."""

    field: Field
    front: Float32[np.ndarray, "y x"]
    """Depth at which each ray goes in, worked out once for all pairs of parts."""
    outline: Float32[np.ndarray, "y x"]
    cell: float
    options: TieOptions

    @property
    def scale(self) -> Lengths:
        """Size of a sample along rows, columns and slices."""
        return np.array([self.cell, self.cell, self.field.step])

    def best(self, part: Cells, rest: Cells, labels: Labels) -> _Strut | None:
        """Find the cheapest way from a part to the rest, if one is short enough.

        Args:
            part: Samples of the part.
            rest: Samples of the rest.
            labels: The part of every sample.
        """
        rest = self._around(rest, part)
        part = self._around(part, rest) if len(rest) else part[:0]
        if not len(part):
            return None
        distances, nearest = cKDTree(rest * self.scale).query(
            part * self.scale, distance_upper_bound=self.options.farthest
        )
        order = np.argsort(distances, kind="stable")[:_MOST_CANDIDATES]
        order = order[np.isfinite(distances[order])]
        if not len(order):
            return None
        starts, ends = part[order], rest[nearest[order]]
        costs = distances[order] * (1 + self._seen_share(starts, ends))
        best = int(costs.argmin())
        if not np.isfinite(costs[best]):
            return None
        start, end = (self._middle(at[best], labels) for at in (starts, ends))
        thickness = min(self.field.values[tuple(start)], self.field.values[tuple(end)])
        # Thinner ones would slip between the samples.
        radius = max(min(float(thickness), self.options.thickest), float(self.scale.max()))
        return _Strut(start=start, end=end, radius=radius, cost=float(costs[best]))

    def fill(self, values: Float32[np.ndarray, "y x d"], strut: _Strut) -> None:
        """Add a strut to a field, in place, without leaving the mask."""
        margin = np.ceil(strut.radius / self.scale).astype(np.int64) + 1
        low = np.maximum(np.minimum(strut.start, strut.end) - margin, 0)
        high = np.minimum(np.maximum(strut.start, strut.end) + margin + 1, values.shape)
        box = _box(low, high)
        places = np.moveaxis(np.indices(values[box].shape), 0, -1) + low
        offset = (places - strut.start) * self.scale
        along = (strut.end - strut.start) * self.scale
        share = np.clip(offset @ along / max(float(along @ along), 1e-12), 0, 1)
        away = np.linalg.norm(offset - share[..., None] * along, axis=-1)
        added = np.minimum(strut.radius - away, self.outline[box[:2]][..., None])
        values[box] = np.maximum(values[box], added.astype(np.float32))

    def _around(self, cells: Cells, others: Cells) -> Cells:
        """Keep what lies within reach of the box around others."""
        reach = self.options.farthest / self.scale
        low, high = others.min(axis=0) - reach, others.max(axis=0) + reach
        return cells[((cells >= low) & (cells <= high)).all(axis=1)]

    def _seen_share(self, starts: Cells, ends: Cells) -> Float64[np.ndarray, " n"]:
        """Tell how much of each way the photo would show; infinite where it leaves the mask."""
        steps = np.linspace(0, 1, 9)[:, None, None]
        way = np.rint(starts + steps * (ends - starts)).astype(np.int64)
        seen = self.field.depths[way[..., 2]] <= self.front[way[..., 0], way[..., 1]]
        leaves = (self.outline[way[..., 0], way[..., 1]] <= 0).any(axis=0)
        return np.where(leaves, np.inf, seen.mean(axis=0))

    def _middle(self, at: Cell, labels: Labels) -> Cell:
        """Return the innermost sample of a part near a sample of its surface."""
        reach = np.maximum(np.rint(self.options.look_around / self.scale), 1).astype(np.int64)
        low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, labels.shape)
        box = _box(low, high)
        own = labels[box] == labels[tuple(at)]
        values = np.where(own, self.field.values[box], -np.inf)
        return low + np.array(np.unravel_index(int(values.argmax()), values.shape))


def _parts(labels: Labels, *, options: TieOptions) -> list[Cells]:
    """List the samples of all parts worth tying, of the largest part only those of its surface."""
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    largest = int(sizes.argmax())
    big = sizes >= options.least_samples
    big[largest] = False
    if not big.any():
        return []
    places = np.argwhere(big[labels])
    of = labels[tuple(places.T)]
    first = (labels > 0).argmax(axis=2)
    seen = first[places[:, 0], places[:, 1]] == places[:, 2]
    parts: list[Cells] = []
    for part in np.flatnonzero(big):
        own = places[of == part]
        rays = len(np.unique(own[:, 0] * labels.shape[1] + own[:, 1]))
        if seen[of == part].sum() >= options.least_seen * rays:
            parts.append(own)
    inside = labels == largest
    return [np.argwhere(inside & ~binary_erosion(inside)), *parts]


def _struts(gaps: _Gaps, labels: Labels, parts: Sequence[Cells]) -> list[_Strut]:
    """Choose the struts that join all parts within reach of each other at the least cost."""
    ways = {
        (a, b): strut
        for b in range(len(parts))
        for a in range(b)
        if (strut := gaps.best(parts[b], parts[a], labels)) is not None
    }
    if not ways:
        return []
    first, second = np.array(list(ways)).T
    costs = np.array([strut.cost for strut in ways.values()])
    graph = csr_matrix((costs, (first, second)), shape=(len(parts), len(parts)))
    rows, columns = minimum_spanning_tree(graph).nonzero()
    return [ways[int(a), int(b)] for a, b in zip(rows, columns, strict=True)]


def _box(low: Cell, high: Cell) -> tuple[slice, slice, slice]:
    """Return the slices between two corners."""
    y, x, d = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return y, x, d


def _finding(view: View, count: int) -> Finding:
    """Tell what was added."""
    what = "A loose part was" if count == 1 else f"{count} loose parts were"
    return Finding(
        code="draft.parts.tied",
        severity=Severity.INFO,
        message=f"{what} tied to the rest where the shape had gaps.",
        fix="Look at it from behind; another seed or a photo of that side may show it whole.",
        subject=view.foreground.name,
        measured=float(count),
    )
