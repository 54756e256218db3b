"""Any number of joints per vertex to the four that games and phones take.

Letters: v vertices, n influences.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64

from bozzetto.asset.skeleton import MAX_INFLUENCES, Skin
from bozzetto.formats.notes import Notes


@dataclass(frozen=True, kw_only=True, eq=False)
class ReducedSkin:
    """A skin, and what making it cost."""

    skin: Skin
    most_influences: int
    """Of any vertex, before."""
    largest_loss: float
    """Largest share of a vertex's weight that went to other joints, 0 to 1."""
    unbound: int
    """Vertices without any weight; they follow joint 0 of the skin now."""


def reduced_skin(
    joints: Int64[np.ndarray, "v n"],
    weights: Float64[np.ndarray, "v n"] | Float32[np.ndarray, "v n"],
    *,
    fallback: int = 0,
) -> ReducedSkin:
    """Keep the four strongest joints of each vertex, each once, and share out the rest.

    Args:
        joints: Indices into the skeleton; repeated ones are added up.
        weights: Of any sum; negative ones and NaN count as 0.
        fallback: The joint that vertices without weights follow.
    """
    clean = np.where(np.isfinite(weights) & (weights > 0), weights, 0).astype(np.float64)
    merged_joints, merged = _merged(joints, clean)
    order = np.argsort(-merged, axis=1, kind="stable")[:, :MAX_INFLUENCES]
    kept = np.take_along_axis(merged, order, axis=1)
    chosen = np.take_along_axis(merged_joints, order, axis=1)
    pad = ((0, 0), (0, MAX_INFLUENCES - kept.shape[1]))
    kept, chosen = np.pad(kept, pad), np.pad(chosen, pad)
    unbound = kept.sum(axis=1) <= 0
    kept[unbound, 0], chosen[unbound, 0] = 1, fallback
    whole = np.where(unbound, 1, merged.sum(axis=1))
    unit = (kept / kept.sum(axis=1, keepdims=True)).astype(np.float32)
    return ReducedSkin(
        skin=Skin(joints=np.where(unit > 0, chosen, 0).astype(np.uint16), weights=unit),
        most_influences=int((merged > 0).sum(axis=1).max(initial=0)),
        largest_loss=float(np.clip(1 - kept.sum(axis=1) / whole, 0, 1).max(initial=0)),
        unbound=int(unbound.sum()),
    )


def noted_skin(reduced: ReducedSkin, *, notes: Notes) -> Skin:
    """Return the skin, and say what making it cost."""
    if reduced.most_influences > MAX_INFLUENCES:
        notes.warn(
            "skin.influences",
            f"Vertices follow up to {reduced.most_influences} joints; the 4 strongest are "
            f"kept, which moves at most {reduced.largest_loss:.1%} of a vertex's weight.",
        )
    if reduced.unbound:
        notes.warn(
            "skin.unbound", f"{reduced.unbound} vertices have no weights; they follow the root."
        )
    return reduced.skin


def _merged(
    joints: Int64[np.ndarray, "v n"], weights: Float64[np.ndarray, "v n"]
) -> tuple[Int64[np.ndarray, "v n"], Float64[np.ndarray, "v n"]]:
    """Add up the weights of joints that a vertex names twice."""
    order = np.argsort(joints, axis=1, kind="stable")
    joints = np.take_along_axis(joints, order, axis=1)
    weights = np.take_along_axis(weights, order, axis=1)
    total = weights.copy()
    for column in range(1, joints.shape[1]):
        same = joints[:, column] == joints[:, column - 1]
        total[:, column] += np.where(same, total[:, column - 1], 0)
        total[:, column - 1] = np.where(same, 0, total[:, column - 1])
    return joints, total
