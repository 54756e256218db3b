"""Triangle meshes as glTF stores them. Frame: right-handed, +y up, front +z, metres.

Letters: v vertices, t triangles.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from jaxtyping import Float32, Int32, UInt8


class Origin(IntEnum):
    """Where a point of a surface comes from; stored per vertex and per texel."""

    EMPTY = 0
    """No surface here (texels outside every chart)."""
    OBSERVED = 1
    """Seen in a photograph."""
    MIRRORED = 2
    """Copied from a part that was seen."""
    INFERRED = 3
    """Predicted or filled in."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Mesh:
    """A triangle mesh; one vertex per seam corner, as in glTF. Takes its arrays over."""

    positions: Float32[np.ndarray, "v 3"]
    """Metres, asset frame."""
    triangles: Int32[np.ndarray, "t 3"]
    """Vertex indices, counter-clockwise from outside."""
    normals: Float32[np.ndarray, "v 3"] | None = None
    """Unit length; None where not computed yet."""
    uvs: Float32[np.ndarray, "v 2"] | None = None
    """Origin at the top left of the texture, as glTF; None before unwrapping."""
    tangents: Float32[np.ndarray, "v 4"] | None = None
    """Unit xyz and the bitangent's sign; None without a normal map."""
    colors: Float32[np.ndarray, "v 3"] | None = None
    """Linear base colour; None where a texture holds it or nothing does."""
    confidence: Float32[np.ndarray, " v"] | None = None
    """0 (invented) to 1 (seen head-on); None where not known."""
    origin: UInt8[np.ndarray, " v"] | None = None
    """Values of `Origin`; None where not known."""

    def __post_init__(self) -> None:
        """Check indices and lengths, and lock the arrays."""
        count = len(self.positions)
        if len(self.triangles) and not (self.triangles.min() >= 0 and self.triangles.max() < count):
            raise ValueError("A triangle names a vertex that does not exist.")
        if not np.isfinite(self.positions).all():
            raise ValueError("A mesh needs finite positions, got NaN or infinity.")
        attributes = (
            self.normals,
            self.uvs,
            self.tangents,
            self.colors,
            self.confidence,
            self.origin,
        )
        for values in attributes:
            if values is None:
                continue
            if len(values) != count:
                raise ValueError(f"Every attribute needs {count} rows, got one with {len(values)}.")
            values.setflags(write=False)
        self.positions.setflags(write=False)
        self.triangles.setflags(write=False)

    @property
    def num_vertices(self) -> int:
        """Vertices, counting each side of a seam."""
        return len(self.positions)

    @property
    def num_triangles(self) -> int:
        """Triangles."""
        return len(self.triangles)

    @property
    def bounds(self) -> tuple[Float32[np.ndarray, " 3"], Float32[np.ndarray, " 3"]]:
        """Lowest and highest corner."""
        return self.positions.min(axis=0), self.positions.max(axis=0)
