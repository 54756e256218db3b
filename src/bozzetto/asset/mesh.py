"""Triangle meshes as glTF stores them. Frame: right-handed, +y up, front +z, metres.

Letters: v vertices, t triangles, q quads.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from jaxtyping import Float32, Int32, Shaped, UInt8


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


@dataclass(frozen=True, kw_only=True)
class VertexAttribute:
    """One kind of value that a mesh may have for every vertex, beside its position."""

    name: str
    """Of the field of `Mesh`."""
    neutral: tuple[float, ...] | None
    """What a vertex without the value has; None where no value would be true."""


VERTEX_ATTRIBUTES = (
    VertexAttribute(name="normals", neutral=None),  # They follow from the shape.
    VertexAttribute(name="uvs", neutral=(0.0, 0.0)),  # As renderers take them.
    VertexAttribute(name="tangents", neutral=None),  # They follow from normals and uvs.
    VertexAttribute(name="colors", neutral=(1.0, 1.0, 1.0)),  # White: colours multiply.
    VertexAttribute(name="confidence", neutral=None),
    VertexAttribute(name="origin", neutral=None),
)
"""All of them. Whatever takes, joins or checks vertices goes by this list."""


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
    quads: Int32[np.ndarray, "q 2"] | None = None
    """Pairs of triangles that are one quad each: (a, b, c) and (a, c, d) for the corners a b c d.
    Triangles that no pair names stand alone; None for a mesh of triangles only."""

    def __post_init__(self) -> None:
        """Check indices and lengths, and lock the arrays."""
        count = len(self.positions)
        if len(self.triangles) and not (self.triangles.min() >= 0 and self.triangles.max() < count):
            raise ValueError("A triangle names a vertex that does not exist.")
        if not np.isfinite(self.positions).all():
            raise ValueError("A mesh needs finite positions, got NaN or infinity.")
        for attribute in VERTEX_ATTRIBUTES:
            values = self.attribute(attribute.name)
            if values is None:
                continue
            if len(values) != count:
                raise ValueError(f"Every attribute needs {count} rows, got one with {len(values)}.")
            values.setflags(write=False)
        if self.quads is not None:
            _check_quads(self.triangles, self.quads)
            self.quads.setflags(write=False)
        self.positions.setflags(write=False)
        self.triangles.setflags(write=False)

    def attribute(self, name: str) -> Shaped[np.ndarray, "v ..."] | None:
        """Return a vertex attribute by its name, one of `VERTEX_ATTRIBUTES`; None where absent."""
        values: Shaped[np.ndarray, "v ..."] | None = getattr(self, name)
        return values

    @property
    def num_quads(self) -> int:
        """Quads; each of them is two of the triangles."""
        return 0 if self.quads is None else len(self.quads)

    @property
    def quad_corners(self) -> Int32[np.ndarray, "q 4"]:
        """Vertices of each quad, counter-clockwise from outside."""
        if self.quads is None:
            return np.zeros((0, 4), np.int32)
        first, second = self.triangles[self.quads[:, 0]], self.triangles[self.quads[:, 1]]
        return np.concatenate([first, second[:, 2:]], axis=1)

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


def whole_quads(
    triangles: Int32[np.ndarray, "t 3"], pairs: Int32[np.ndarray, "n 2"]
) -> Int32[np.ndarray, "q 2"]:
    """Return the pairs of triangles that form a quad, in their order; a cut diagonal forms none."""
    first, second = triangles[pairs[:, 0]], triangles[pairs[:, 1]]
    return pairs[(first[:, 0] == second[:, 0]) & (first[:, 2] == second[:, 1])]


def _check_quads(triangles: Int32[np.ndarray, "t 3"], pairs: Int32[np.ndarray, "q 2"]) -> None:
    """Refuse pairs that are not quads, and triangles in two of them."""
    if len(pairs) == 0:
        return
    if pairs.min() < 0 or pairs.max() >= len(triangles):
        raise ValueError("A quad names a triangle that does not exist.")
    if len(np.unique(pairs)) != pairs.size:
        raise ValueError("A triangle can belong to one quad only.")
    if len(whole_quads(triangles, pairs)) != len(pairs):
        raise ValueError("A quad's triangles must be (a, b, c) and (a, c, d).")
