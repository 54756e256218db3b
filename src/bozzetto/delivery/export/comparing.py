"""Hold a written file, read back, against the model it was written from.

Vertices may differ where a format splits or joins them, triangles and sizes may not.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bozzetto.asset.model import Model
from bozzetto.delivery.pictures import decode_texels
from bozzetto.delivery.placing import bounds_of
from bozzetto.formats.base import FormatCard

MAX_BOUNDS_ERROR = 0.001
"""Share of the longest side by which the bounds may differ."""


@dataclass(frozen=True, kw_only=True)
class ComparedFact:
    """One thing that was compared."""

    name: str
    passed: bool
    wanted: str
    got: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How a file, read back, stands against its model."""

    checks: tuple[ComparedFact, ...]

    @property
    def passed(self) -> bool:
        """Whether all checks passed."""
        return all(check.passed for check in self.checks)

    @property
    def failures(self) -> tuple[ComparedFact, ...]:
        """The checks that did not."""
        return tuple(check for check in self.checks if not check.passed)


def compare(
    model: Model, reread: Model, *, card: FormatCard, same_pictures: bool = True
) -> Comparison:
    """Compare counts, bounds, pictures, joints and clips.

    Args:
        model: What was written.
        reread: What was read back.
        card: Of the format; what it cannot hold is not asked for.
        same_pictures: Whether pictures must be the same, or only as many.
    """
    checks = [
        _equal("triangles", _triangles(model), _triangles(reread)),
        _vertices(model, reread),
        _bounds(model, reread),
    ]
    if card.textures:
        counts = len(model.pictures), len(reread.pictures)
        checks.append(_pictures(model, reread) if same_pictures else _equal("pictures", *counts))
    if card.skins and model.skeleton is not None:
        checks.extend(_motion(model, reread))
    return Comparison(checks=tuple(checks))


def _triangles(model: Model) -> int:
    """Count the triangles of all parts."""
    return sum(part.mesh.num_triangles for part in model.parts)


def _vertices(model: Model, reread: Model) -> ComparedFact:
    """Compare the numbers of vertices; distinct positions where seams were split otherwise."""
    wanted, got = (sum(p.mesh.num_vertices for p in m.parts) for m in (model, reread))
    if wanted == got:
        return _equal("vertices", wanted, got)
    return _equal("distinct positions", *(_positions(m) for m in (model, reread)))


def _positions(model: Model) -> int:
    """Count distinct positions, to a millionth of the size."""
    low, high = bounds_of(model)
    step = max(float((high - low).max()), 1e-12) * 1e-5
    points = np.concatenate([p.mesh.positions[np.unique(p.mesh.triangles)] for p in model.parts])
    return len(np.unique(np.round((points - low) / step).astype(np.int64), axis=0))


def _bounds(model: Model, reread: Model) -> ComparedFact:
    """Compare the bounds in metres."""
    (low, high), (low2, high2) = bounds_of(model), bounds_of(reread)
    longest = max(float((high - low).max()), 1e-12)
    error = float(max(np.abs(low - low2).max(), np.abs(high - high2).max())) / longest
    return ComparedFact(
        name="bounds",
        passed=error <= MAX_BOUNDS_ERROR,
        wanted=" x ".join(f"{side:.5g}" for side in high - low) + " m",
        got=" x ".join(f"{s:.5g}" for s in high2 - low2) + f" m, off by {100 * error:.4f} %",
    )


def _pictures(model: Model, reread: Model) -> ComparedFact:
    """Compare textures: those with colours byte by byte, those with values by their values.

    Formats that keep roughness and metal in pictures of their own encode these again.
    """
    wanted, got = (sorted(set(_fingerprints(m))) for m in (model, reread))
    return ComparedFact(
        name="texture hashes", passed=wanted == got, wanted=" ".join(wanted), got=" ".join(got)
    )


def _fingerprints(model: Model) -> Iterator[str]:
    """Return a short hash for each texture that every format with textures holds."""
    for surface in {id(part.surface): part.surface for part in model.parts}.values():
        for role in ("base_color", "normal", "emissive"):
            picture = getattr(surface, role)
            if picture is not None:
                yield f"{role}:{hashlib.sha256(picture.data).hexdigest()[:10]}"
        rough = surface.metallic_roughness
        if rough is not None:
            texels = np.ascontiguousarray(decode_texels(rough)[..., 1:3])
            yield f"metallic_roughness:{hashlib.sha256(texels.tobytes()).hexdigest()[:10]}"


def _motion(model: Model, reread: Model) -> list[ComparedFact]:
    """Compare skeleton and clips."""
    counts = [0 if m.skeleton is None else m.skeleton.num_joints for m in (model, reread)]
    names = [set[str](() if m.skeleton is None else m.skeleton.names) for m in (model, reread)]
    return [
        _equal("joints", *counts),
        ComparedFact(
            name="joint names",
            passed=names[0] == names[1],
            wanted=f"{len(names[0])} names",
            got=f"{len(names[0] & names[1])} of them",
        ),
        _equal("clips", len(model.clips), len(reread.clips)),
    ]


def _equal(name: str, wanted: int, got: int) -> ComparedFact:
    """Compare two numbers."""
    return ComparedFact(name=name, passed=wanted == got, wanted=f"{wanted:,}", got=f"{got:,}")
