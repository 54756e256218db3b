"""Shapes that lie far from the origin, as surveys and scans place them.

A mesh has 32-bit coordinates. 500 km from the origin these are 3 cm apart, which crushes an object
of half a metre. So readers work with 64 bits, and where the shape is far for its size they take a
place beside it as the origin before they round. Letters: n points.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.asset.model import Model
from bozzetto.findings import Finding, Severity
from bozzetto.formats.base import Reading

Offset = Float64[np.ndarray, " 3"]
"""What is subtracted from all coordinates, metres, asset frame."""
COARSE = 1e-4
"""Share of a shape's size; where neighbouring 32-bit numbers are farther apart, it is moved."""


def read_near_origin(read: Callable[[Offset], Reading], *, subject: str) -> Reading:
    """Read a file, and once more around a nearer origin where its shape lies too far away.

    Args:
        read: Reads it with an offset that is subtracted before anything is rounded.
        subject: The file's name.
    """
    reading = read(np.zeros(3))
    offset = offset_of(*_bounds(reading.model))
    if not offset.any():
        return reading
    x, y, z = offset.tolist()
    apart = float(np.spacing(np.float32(np.abs(offset).max())))
    finding = Finding(
        code="model.far_from_origin",
        severity=Severity.WARNING,
        message=f"The shape lies around ({x:,.0f}, {y:,.0f}, {z:,.0f}) m, where 32-bit numbers are"
        f" {apart:.2g} m apart; that place is its origin now.",
        fix="Add these numbers to find its place again.",
        subject=subject,
        measured=float(np.linalg.norm(offset)),
    )
    again = read(offset)
    return replace(again, findings=(finding, *again.findings))


def offset_of(
    low: Float64[np.ndarray, " 3"] | Float32[np.ndarray, " 3"],
    high: Float64[np.ndarray, " 3"] | Float32[np.ndarray, " 3"],
) -> Offset:
    """Return whole numbers near the middle of bounds that lie too far away for 32 bits, else 0."""
    reach = float(max(np.abs(low).max(), np.abs(high).max()))
    size = float((high.astype(np.float64) - low).max())
    # The size of a crushed shape may be 0, or no more than a few of the steps.
    if float(np.spacing(np.float32(reach))) <= COARSE * size:
        return np.zeros(3)
    return np.round((low.astype(np.float64) + high) / 2)


def centred(
    points: Float64[np.ndarray, "n 3"],
) -> tuple[Float32[np.ndarray, "n 3"], Offset]:
    """Round points to 32 bits around a near origin, and return what was subtracted."""
    if len(points) == 0 or not np.isfinite(points).all():
        return points.astype(np.float32), np.zeros(3)
    offset = offset_of(points.min(axis=0), points.max(axis=0))
    return (points - offset).astype(np.float32), offset


def shifted(offset: Offset) -> Float64[np.ndarray, "4 4"]:
    """Return the matrix that adds an offset."""
    matrix = np.eye(4)
    matrix[:3, 3] = offset
    return matrix


def _bounds(model: Model) -> tuple[Float64[np.ndarray, " 3"], Float64[np.ndarray, " 3"]]:
    """Return the corners of a model's vertices; the origin twice where there are none."""
    bounds = [part.mesh.bounds for part in model.parts if part.mesh.num_vertices]
    if not bounds:
        return np.zeros(3), np.zeros(3)
    low = np.min([low for low, _ in bounds], axis=0).astype(np.float64)
    return low, np.max([high for _, high in bounds], axis=0).astype(np.float64)
