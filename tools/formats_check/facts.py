"""What a reader found in a file, and how far that is from what was written."""

import hashlib
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from bozzetto.asset.model import Model
from bozzetto.asset.poses import posed_part

FRAME = 10
TOLERANCE = 1e-3
"""Of the height: 0.1 %."""
_ONE_PLACE = 2e-5
"""Of the height: vertices that are this close are at one place."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """What one reader says of one file; None where it cannot tell."""

    triangles: int
    points: np.ndarray
    """Where the vertices are in frame 10, or at rest; (n, 3) metres, +y up."""
    rest_heights: tuple[float, float] | None = None
    """Lowest and highest point at rest, metres; None where nothing moves."""
    vertices: int | None = None
    """Only of readers that keep them as they stand in the file."""
    names: tuple[str, ...] | None = None
    materials: tuple[str, ...] | None = None
    pictures: frozenset[str] | None = None
    """SHA-256 of the pictures' bytes."""
    joints: tuple[str, ...] | None = None
    clips: tuple[tuple[str, float], ...] | None = None
    """Names and seconds."""
    complaints: tuple[str, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One cell of the matrix."""

    measured: str
    passed: bool


def expected_points(model: Model, *, moving: bool) -> np.ndarray:
    """Where our own arithmetic puts the vertices, in frame 10 of the first clip or at rest."""
    if not moving or not model.clips:
        return np.concatenate([part.mesh.positions for part in model.parts]).astype(float)
    clip = model.clips[0]
    return np.concatenate([posed_part(model, p, clip=clip, frame=FRAME) for p in model.parts])


def verdicts(
    model: Model, facts: Facts, *, moving: bool, pictures: frozenset[str]
) -> dict[str, Verdict]:
    """Compare what a reader found with what was written.

    Args:
        model: What was written.
        facts: What came back.
        moving: Whether the format holds skins and clips.
        pictures: Hashes of the pictures that the file should hold.
    """
    wanted = expected_points(model, moving=moving)
    height = float(np.ptp(wanted[:, 1]))
    triangles = sum(part.mesh.num_triangles for part in model.parts)
    found: dict[str, Verdict] = {
        "triangles": _count(facts.triangles, triangles),
        "places": _count(_places(facts.points, height), _places(wanted, height)),
        "height": _height(facts, model),
        "box": _box(facts.points, wanted, height),
        "frame 10" if moving and model.clips else "points": _distance(facts.points, wanted, height),
    }
    if facts.vertices is not None:
        found["vertices"] = _count(facts.vertices, sum(p.mesh.num_vertices for p in model.parts))
    if facts.names is not None:
        found["names"] = _names(facts.names, [part.name for part in model.parts])
    if facts.materials is not None:
        surfaces = dict.fromkeys(part.surface.name for part in model.parts)
        found["materials"] = _names(facts.materials, list(surfaces))
    if facts.pictures is not None:
        same = len(facts.pictures & pictures)
        found["pictures"] = Verdict(
            measured=f"{same}/{len(pictures)}", passed=facts.pictures == pictures
        )
    if facts.joints is not None and moving and model.skeleton is not None:
        found["joints"] = _names(facts.joints, list(model.skeleton.names))
    if facts.clips is not None and moving:
        found["clips"] = _clips(facts.clips, model)
    return found


def picture_hash(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def _count(found: int, wanted: int) -> Verdict:
    """Two numbers are the same."""
    return Verdict(measured=f"{found - wanted:+d}", passed=found == wanted)


def _places(points: np.ndarray, height: float) -> int:
    """Count vertices, those at one place as one: formats split and join them at seams."""
    pairs = cKDTree(points).query_pairs(_ONE_PLACE * height, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), tuple(pairs.T)), shape=(len(points), len(points)))
    return int(connected_components(links, directed=False)[0])


def _height(facts: Facts, model: Model) -> Verdict:
    """The height at rest is that of the model in metres, within 0.1 %."""
    rest = np.concatenate([part.mesh.positions[:, 1] for part in model.parts])
    low, high = facts.rest_heights or (facts.points[:, 1].min(), facts.points[:, 1].max())
    off = abs((high - low) / float(np.ptp(rest)) - 1)
    return Verdict(measured=f"{high - low:.4f} m", passed=off < TOLERANCE)


def _box(found: np.ndarray, wanted: np.ndarray, height: float) -> Verdict:
    """Two boxes are the same within 0.1 % of the height."""
    ends = [np.stack([points.min(axis=0), points.max(axis=0)]) for points in (found, wanted)]
    worst = float(np.abs(ends[0] - ends[1]).max()) / height
    return Verdict(measured=f"{worst:.1e}", passed=worst < TOLERANCE)


def _distance(found: np.ndarray, wanted: np.ndarray, height: float) -> Verdict:
    """Every point has one in the other set within 0.1 % of the height."""
    there, _ = cKDTree(wanted).query(found)
    back, _ = cKDTree(found).query(wanted)
    worst = float(max(there.max(), back.max())) / height
    return Verdict(measured=f"{worst:.1e}", passed=worst < TOLERANCE)


def _names(found: tuple[str, ...], wanted: list[str]) -> Verdict:
    """Every name is there, in any order."""
    same = len(set(found) & set(wanted))
    return Verdict(measured=f"{same}/{len(wanted)}", passed=set(found) == set(wanted))


def _clips(found: tuple[tuple[str, float], ...], model: Model) -> Verdict:
    """Every clip is there and lasts as long."""
    wanted = {clip.name: clip.seconds for clip in model.clips}
    got = dict(found)
    off = max((abs(got.get(name, 1e9) - t) for name, t in wanted.items()), default=0.0)
    return Verdict(measured=f"{off:.0e} s", passed=set(got) == set(wanted) and off < 1e-3)
