"""The unwrapping libraries behind one signature; runs in a child process.

Letters: v input vertices, o output vertices, t triangles.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32

from bozzetto.errors import ResourceError


@dataclass(frozen=True, kw_only=True, eq=False)
class AtlasRequest:
    """What to unwrap, and into how large a picture."""

    positions: Float32[np.ndarray, "v 3"]
    triangles: Int32[np.ndarray, "t 3"]
    texture_size: int
    padding_px: int
    polygons: Int32[np.ndarray, " t"] | None = None
    """Equal numbers for triangles of one polygon, which no seam should cut; None for triangles."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Atlas:
    """One square page of charts."""

    vertices: Int32[np.ndarray, " o"]
    """The input vertex of each output vertex."""
    triangles: Int32[np.ndarray, "t 3"]
    """The input's triangles in their order, naming output vertices."""
    uvs: Float32[np.ndarray, "o 2"]
    """Within 0..1, origin at the top left; charts are not mirrored when looked at that way."""
    num_charts: int


def unwrap_with_uvunwrap(request: AtlasRequest) -> Atlas:
    """Unwrap with the quick library: few seams, no overlaps, no mirrored triangles.

    Raises:
        ResourceError: It found no layout on one page.
    """
    import uvunwrap  # Only the child process needs it.

    mesh = uvunwrap.Mesh(
        request.positions.ravel(),
        request.triangles.astype(np.uint32).ravel(),
        polygons=None if request.polygons is None else request.polygons.astype(np.uint32),
    )
    atlas = uvunwrap.generate([mesh], page_size=request.texture_size, padding=request.padding_px)
    if atlas.page_count != 1:
        raise ResourceError(f"uvunwrap needs one page for its charts, got {atlas.page_count}.")
    output = atlas.meshes[0]
    uvs = np.array(output.uv, np.float32).reshape(-1, 2)
    uvs[:, 1] = 1 - uvs[:, 1]
    return Atlas(
        vertices=np.array(output.xref, np.int32),
        triangles=np.array(output.indices, np.int32).reshape(-1, 3),
        uvs=uvs,
        num_charts=atlas.chart_count,
    )


def unwrap_with_xatlas(request: AtlasRequest) -> Atlas:
    """Unwrap with the slower, long-proven library.

    It packs into whatever rectangle it likes near the asked size; that one is scaled into the
    square, with padding enlarged beforehand so that the asked width is left.
    """
    import xatlas

    options = xatlas.PackOptions()
    options.resolution = request.texture_size
    options.padding = int(np.ceil(request.padding_px * 1.3))
    options.bilinear = True
    atlas = xatlas.Atlas()
    atlas.add_mesh(request.positions, request.triangles.astype(np.uint32))
    atlas.generate(pack_options=options)
    vertices, triangles, uvs = atlas[0]
    longest = max(atlas.width, atlas.height)
    in_square = uvs * (np.array([atlas.width, atlas.height], np.float32) / np.float32(longest))
    in_square[:, 1] = 1 - in_square[:, 1]
    return Atlas(
        vertices=vertices.astype(np.int32),
        triangles=triangles.astype(np.int32),
        uvs=np.clip(in_square, 0, 1).astype(np.float32),
        num_charts=atlas.chart_count,
    )
