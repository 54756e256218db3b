"""New objects from old ones by other proportions: longer legs, a deeper seat, a narrower top.

There are few objects with the detail that artists give, and a network that has seen each of them
often enough knows their depths by heart. With other proportions the picture has to tell. What
stands upright stays upright, what is level stays level, and mirror images about x = 0 remain so.
Letters: v vertices.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64

from bozzetto_train.objects.assembly import Part, assemble, parts_of
from bozzetto_train.objects.model import ObjectModel

_STRETCH = 0.4
"""Largest logarithm of an axis's factor: two thirds to one and a half."""
_SHIFT = 0.35
"""How far proportions move along an axis; 0.5 would fold."""
_TAPER = 0.25
_TAPERED_SHARE = 0.4
_STEP = 1e-4
_FLAT = 1e-3
"""Half extent, in the model's unit, below which an axis is only scaled."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Proportions:
    """A smooth change of the model's box, axis by axis, then a taper along y."""

    half: Float64[np.ndarray, " 3"]
    """Half extents of the box, which is centred."""
    stretch: Float64[np.ndarray, " 3"]
    shift: Float64[np.ndarray, " 3"]
    """Along x what is between the middle and the sides moves, along y and z the middle itself."""
    taper: float
    """Relative growth of x and z from the middle to the top."""

    def applied(self, positions: Float64[np.ndarray, "v 3"]) -> Float64[np.ndarray, "v 3"]:
        """Move points of the box."""
        place = positions / self.half
        bend = 1 - place**2
        bend[:, 0] *= place[:, 0]
        moved = (place + self.shift * bend) * self.half * self.stretch
        moved[:, [0, 2]] *= 1 + self.taper * place[:, 1:2]
        return moved

    def turned(
        self, normals: Float64[np.ndarray, "v 3"], at: Float64[np.ndarray, "v 3"]
    ) -> Float64[np.ndarray, "v 3"]:
        """Return unit normals after the change, of points before it."""
        sides = [
            (self.applied(at + step) - self.applied(at - step)) / (2 * _STEP)
            for step in np.eye(3) * _STEP
        ]
        # Rows are the derivatives along x, y and z: the transposed Jacobian.
        turned = np.linalg.solve(np.stack(sides, axis=1), normals[:, :, None])[:, :, 0]
        length = np.linalg.norm(turned, axis=1, keepdims=True)
        return turned / np.maximum(length, 1e-12)


def reshape(model: ObjectModel, *, name: str, seed: int) -> ObjectModel:
    """Give a model other proportions; the same seed gives the same."""
    proportions = _drawn(np.random.default_rng(seed), model)
    return assemble(name, [_changed(part, proportions) for part in parts_of(model)])


def _drawn(rng: np.random.Generator, model: ObjectModel) -> _Proportions:
    half = np.ptp(model.positions, axis=0).astype(np.float64) / 2
    stretch = np.exp(rng.uniform(-_STRETCH, _STRETCH, 3))
    shift = np.where(half > _FLAT, rng.uniform(-_SHIFT, _SHIFT, 3), 0)
    tapered = rng.random() < _TAPERED_SHARE
    taper = float(rng.uniform(-_TAPER, _TAPER)) if tapered else 0.0
    return _Proportions(half=np.maximum(half, _FLAT), stretch=stretch, shift=shift, taper=taper)


def _changed(part: Part, proportions: _Proportions) -> Part:
    at = part.positions.astype(np.float64)
    normals = part.normals
    if normals is not None:
        normals = proportions.turned(normals.astype(np.float64), at).astype(np.float32)
    return replace(part, positions=proportions.applied(at).astype(np.float32), normals=normals)
