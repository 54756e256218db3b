"""Where the joints of a figure are: data that a person can see, change and give back.

Frame: the model's. Letters: j joints.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from bozzetto.transforms import Rigid

Point = Float64[np.ndarray, " 3"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Joints:
    """Positions by role, tips included."""

    roles: tuple[str, ...]
    """Unique; parents before children."""
    positions: Float64[np.ndarray, "j 3"]
    """Metres."""
    confidence: Float64[np.ndarray, " j"]
    """0 (a guess by proportion) to 1 (all views and the shape agree, or a person said so)."""

    def __post_init__(self) -> None:
        """Check the lengths and lock the arrays."""
        if not len(self.roles) == len(self.positions) == len(self.confidence):
            raise ValueError("Joints need a position and a confidence for every role.")
        if len(set(self.roles)) != len(self.roles):
            raise ValueError("A role may stand only once among joints.")
        self.positions.setflags(write=False)
        self.confidence.setflags(write=False)

    def __contains__(self, role: str) -> bool:
        """Tell whether the role has a position."""
        return role in self.roles

    def at(self, role: str) -> Point:
        """Return one position."""
        return self.positions[self.roles.index(role)]

    def moved(self, places: Mapping[str, Point]) -> "Joints":
        """Put some joints elsewhere, on a person's word."""
        positions, confidence = self.positions.copy(), self.confidence.copy()
        for role, place in places.items():
            positions[self.roles.index(role)] = place
            confidence[self.roles.index(role)] = 1.0
        return Joints(roles=self.roles, positions=positions, confidence=confidence)

    def extended(self, places: Mapping[str, Point], *, confidence: float) -> "Joints":
        """Add joints behind those that are there."""
        more = np.array([places[role] for role in places], np.float64).reshape(-1, 3)
        return Joints(
            roles=(*self.roles, *places),
            positions=np.concatenate([self.positions, more]),
            confidence=np.concatenate([self.confidence, np.full(len(places), confidence)]),
        )

    def transformed(self, target_from_joints: Rigid) -> "Joints":
        """Express the joints in another frame."""
        return Joints(
            roles=self.roles,
            positions=target_from_joints.apply(self.positions),
            confidence=self.confidence.copy(),
        )


def joints_from(places: Mapping[str, Point], confidence: Mapping[str, float]) -> Joints:
    """Collect joints; the order of `places` stays."""
    return Joints(
        roles=tuple(places),
        positions=np.array([places[role] for role in places], np.float64),
        confidence=np.array([confidence[role] for role in places], np.float64),
    )


def is_animal(joints: Joints) -> bool:
    """Tell whether joints are of the four-legged plan."""
    return "skull" in joints
