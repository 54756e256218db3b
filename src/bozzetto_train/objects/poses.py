"""Seeded poses of a human rig: turns of bones about the axes of the rest pose.

Frame of the rig: +x the person's left, -y front, +z up; the rest pose is an A.
"""

from collections.abc import Callable, Mapping

import numpy as np

Turn = tuple[float, float, float]
"""Degrees about x, then y, then z."""

Pose = Mapping[str, Turn]
"""Turns by bone; bones that are not named keep the rest pose."""


def random_pose(rng: np.random.Generator) -> Pose:
    """Return one of the poses below, never twice the same."""
    kinds = (_stand, _stand, _spread, _walk, _walk, _sit, _reach, _gesture)
    pose = dict(kinds[int(rng.integers(len(kinds)))](rng))
    pose["head"] = (rng.normal(0, 8), rng.normal(0, 5), rng.normal(0, 18))
    pose["spine03"] = (rng.normal(0, 5), rng.normal(0, 4), rng.normal(0, 8))
    return pose


def _arms(
    left: float, right: float, *, forward: tuple[float, float] = (0.0, 0.0)
) -> dict[str, Turn]:
    """Raise the arms by degrees from the rest pose, and swing them forward."""
    return {
        "upperarm01.L": (-forward[0], -left, 0.0),
        "upperarm01.R": (-forward[1], right, 0.0),
    }


def _stand(rng: np.random.Generator) -> dict[str, Turn]:
    """Stand with hanging arms."""
    left, right = rng.uniform(-38, -22, 2).tolist()
    pose = _arms(left, right)
    pose["lowerarm01.L"] = pose["lowerarm01.R"] = (-rng.uniform(0, 25), 0.0, 0.0)
    return pose | _feet(rng.uniform(-8, 4))


def _spread(rng: np.random.Generator) -> dict[str, Turn]:
    """Stand as a T or an A, as character artists do."""
    rise = float(rng.choice([0.0, 25.0, 45.0]))
    return _arms(rise, rise) | _feet(rng.uniform(-8, 6))


def _walk(rng: np.random.Generator) -> dict[str, Turn]:
    """Walk or run; arms swing against the legs."""
    stride = rng.uniform(12, 40) * float(rng.choice([-1, 1]))
    bend = rng.uniform(0.3, 1.3) * abs(stride)
    back = "L" if stride > 0 else "R"
    pose = _arms(-30, -30, forward=(stride * 0.8, -stride * 0.8))
    pose |= {"upperleg01.L": (stride, 0.0, 0.0), "upperleg01.R": (-stride, 0.0, 0.0)}
    pose[f"lowerleg01.{back}"] = (bend, 0.0, 0.0)
    elbow = rng.uniform(5, 70)
    pose["lowerarm01.L"] = pose["lowerarm01.R"] = (-elbow, 0.0, 0.0)
    return pose


def _sit(rng: np.random.Generator) -> dict[str, Turn]:
    """Sit as on a chair, hands on or above the knees."""
    hip, knee = rng.uniform(75, 95), rng.uniform(60, 100)
    pose = _arms(-30, -30, forward=(rng.uniform(10, 40), rng.uniform(10, 40)))
    for side, sign in (("L", 1.0), ("R", -1.0)):
        pose[f"upperleg01.{side}"] = (-hip, 0.0, sign * rng.uniform(-5, 15))
        pose[f"lowerleg01.{side}"] = (knee, 0.0, 0.0)
        pose[f"lowerarm01.{side}"] = (-rng.uniform(20, 60), 0.0, 0.0)
    return pose


def _reach(rng: np.random.Generator) -> dict[str, Turn]:
    """Raise both arms."""
    left, right = rng.uniform(60, 120, 2).tolist()
    return _arms(left, right) | _feet(rng.uniform(-8, 10))


def _gesture(rng: np.random.Generator) -> dict[str, Turn]:
    """Wave, point or put a hand to the hip; each arm on its own."""
    left, right = rng.uniform(-38, 100, 2).tolist()
    ahead = rng.uniform(-15, 60, 2).tolist()
    pose = _arms(left, right, forward=(ahead[0], ahead[1]))
    for side in ("L", "R"):
        pose[f"lowerarm01.{side}"] = (-rng.uniform(0, 100), 0.0, rng.uniform(-30, 30))
    return pose | _feet(rng.uniform(-8, 10))


def _feet(spread: float) -> dict[str, Turn]:
    """Set the legs apart by degrees each."""
    return {"upperleg01.L": (0.0, -spread, 0.0), "upperleg01.R": (0.0, spread, 0.0)}


POSES: Mapping[str, Callable[[np.random.Generator], dict[str, Turn]]] = {
    "gesture": _gesture,
    "reach": _reach,
    "sit": _sit,
    "spread": _spread,
    "stand": _stand,
    "walk": _walk,
}
"""All kinds of poses, by name."""
