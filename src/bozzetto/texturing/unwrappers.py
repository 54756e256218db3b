"""The unwrapping libraries behind one signature; runs in a child process.

Letters: v input vertices, o output vertices, t triangles.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32, Int32, UInt32

from bozzetto.errors import ResourceError
from bozzetto.texturing.charts import label_charts, scaled_charts

_STEEPEST_DEG = 85.0  # A chart's triangles may turn that far: fewer seams on rough surfaces.
_ANY_DISTORTION = 1e6  # Charts that are laid out already are flat.


@dataclass(frozen=True, kw_only=True, eq=False)
class AtlasRequest:
    """What to unwrap, and into how large a picture."""

    positions: Float32[np.ndarray, "v 3"]
    triangles: Int32[np.ndarray, "t 3"]
    texture_size: int
    padding_px: int
    polygons: Int32[np.ndarray, " t"] | None = None
    """Equal numbers for triangles of one polygon, which no seam should cut; None for triangles."""
    seen: Float32[np.ndarray, " t"] | None = None
    """How well photos show each triangle, 0 to 1; None gives all the same density."""
    seen_ratio: float = 1.0
    """Texels along a line on surfaces seen head-on for each one on hidden surfaces."""


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
    polygons = None if request.polygons is None else request.polygons.astype(np.uint32)
    atlas = _generate(
        request.positions, request.triangles, request, polygons=polygons, distortion=4.0
    )
    if request.seen is None or request.seen_ratio == 1:
        return atlas
    flat = scaled_charts(
        atlas.uvs, atlas.triangles, seen=request.seen, seen_ratio=request.seen_ratio
    )
    # Flat charts come back as they are, so this only packs them again.
    packed = _generate(
        flat, atlas.triangles, request, polygons=polygons, distortion=_ANY_DISTORTION
    )
    whole = packed.num_charts == atlas.num_charts
    return replace(packed, vertices=atlas.vertices[packed.vertices]) if whole else atlas


def _generate(
    positions: Float32[np.ndarray, "v 3"],
    triangles: Int32[np.ndarray, "t 3"],
    request: AtlasRequest,
    *,
    polygons: UInt32[np.ndarray, " t"] | None,
    distortion: float,
) -> Atlas:
    """Cut, flatten and pack."""
    import uvunwrap  # Only the child process needs it.

    mesh = uvunwrap.Mesh(positions.ravel(), triangles.astype(np.uint32).ravel(), polygons=polygons)
    atlas = uvunwrap.generate(
        [mesh],
        page_size=request.texture_size,
        padding=(request.padding_px + 1) // 2,  # It gives every chart that much on each side.
        max_chart_angle=_STEEPEST_DEG,
        max_area_distortion=distortion,
    )
    if atlas.page_count != 1:
        raise ResourceError(f"uvunwrap needs one page for its charts, got {atlas.page_count}.")
    output = atlas.meshes[0]
    uvs = np.array(output.uv, np.float32).reshape(-1, 2)
    uvs[:, 1] = 1 - uvs[:, 1]
    corners = np.array(output.indices, np.int32).reshape(-1, 3)
    return Atlas(
        vertices=np.array(output.xref, np.int32),
        triangles=corners,
        uvs=uvs,
        num_charts=label_charts(corners, num_vertices=len(uvs))[1],
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
