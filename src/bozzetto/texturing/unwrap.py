"""Lay a surface out flat: charts on one square page, with room between them.

Letters: v vertices, t triangles.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32, Float64, Int32

from bozzetto.asset.mesh import Mesh, whole_quads
from bozzetto.errors import InputError, ResourceError
from bozzetto.findings import Finding, Severity
from bozzetto.geometry.normals import vertex_normals
from bozzetto.geometry.submesh import take_vertices
from bozzetto.isolation import IsolationLimits, run_isolated
from bozzetto.texturing.unwrappers import (
    Atlas,
    AtlasRequest,
    unwrap_with_uvunwrap,
    unwrap_with_xatlas,
)

_UNWRAPPERS: tuple[tuple[str, Callable[[AtlasRequest], Atlas]], ...] = (
    ("uvunwrap", unwrap_with_uvunwrap),
    ("xatlas", unwrap_with_xatlas),
)
_TEXELS_PER_PADDING = 128  # 4 texels at 512, 8 at 1024, 16 at 2048, 32 at 4096.
_SMALLEST, _LARGEST = 64, 8192
_LARGEST_RATIO = 4


@dataclass(frozen=True, kw_only=True)
class UnwrapOptions:
    """How large the page is, and how long unwrapping may take."""

    texture_size: int = 2048
    """Texels along a side of the square texture; a power of two, 64 to 8192."""
    padding_px: int | None = None
    """Least room between charts in texels; None stands for a 128th of the size."""
    seconds: float = 60.0
    """Time limit for each of the two libraries that are tried."""
    seen_ratio: float = 1.6
    """Texels along a line on charts that photos show head-on for each one on hidden charts, 1 to 4;
    1 gives all charts the same density."""

    @property
    def padding(self) -> int:
        """Least room between charts in texels."""
        if self.padding_px is not None:
            return self.padding_px
        return max(2, self.texture_size // _TEXELS_PER_PADDING)


@dataclass(frozen=True, kw_only=True, eq=False)
class Unwrapped:
    """A mesh with texture coordinates, and how it went."""

    mesh: Mesh
    """The same triangles in the same order; vertices are split at seams, normals are not."""
    num_charts: int
    utilization: float
    """Share of the page that charts cover, 0 to 1."""
    unwrapper: str
    """The library that did it."""
    findings: tuple[Finding, ...] = ()


def unwrap(
    mesh: Mesh,
    *,
    options: UnwrapOptions = UnwrapOptions(),
    seen: Float32[np.ndarray, " t"] | None = None,
) -> Unwrapped:
    """Give a mesh texture coordinates.

    Native code that may crash or not return does the work, so it runs in a child process.

    Args:
        mesh: To be cut; shared vertices are smooth.
        options: The page.
        seen: How well photos show each triangle (`chart_scale.seen_shares`); None treats all alike.

    Raises:
        InputError: The mesh is empty, or an option is out of range.
        ResourceError: No library managed it within its time.
    """
    _check(mesh, options)
    if mesh.normals is None:  # Before splitting, so that shading is smooth across seams.
        mesh = replace(mesh, normals=vertex_normals(mesh.positions, mesh.triangles))
    request = AtlasRequest(
        positions=np.array(mesh.positions),
        triangles=np.array(mesh.triangles),
        texture_size=options.texture_size,
        padding_px=options.padding,
        polygons=_polygons(mesh),
        seen=seen,
        seen_ratio=options.seen_ratio,
    )
    atlas, unwrapper, findings = _first_that_works(request, options)
    quads = None if mesh.quads is None else whole_quads(atlas.triangles, mesh.quads)
    split = take_vertices(mesh, atlas.vertices, atlas.triangles)
    split = replace(split, uvs=atlas.uvs, quads=quads)
    areas = np.abs(uv_areas(atlas.uvs, atlas.triangles))
    return Unwrapped(
        mesh=split,
        num_charts=atlas.num_charts,
        utilization=float(areas.sum()),
        unwrapper=unwrapper,
        findings=findings + _flat_triangles(areas, options) + _cut_quads(mesh, split),
    )


def uv_areas(
    uvs: Float32[np.ndarray, "v 2"], triangles: Int32[np.ndarray, "t 3"]
) -> Float64[np.ndarray, " t"]:
    """Return signed areas as shares of the page; negative for charts that look unmirrored.

    The sign is that of a page whose v runs down.
    """
    corners = uvs[triangles].astype(np.float64)
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2


def _check(mesh: Mesh, options: UnwrapOptions) -> None:
    """Refuse what cannot be unwrapped."""
    size = options.texture_size
    if not _SMALLEST <= size <= _LARGEST or size & (size - 1):
        raise InputError(
            f"The texture size must be a power of two from {_SMALLEST} to {_LARGEST}, got {size}.",
            advice="Use 512, 1024, 2048 or 4096.",
        )
    if not 0 <= options.padding <= size // 8:
        raise InputError(
            f"The padding must be 0 to {size // 8} texels at {size}, got {options.padding}.",
            advice="Leave it out to get the recommended width.",
        )
    if not 1 <= options.seen_ratio <= _LARGEST_RATIO:
        raise InputError(
            f"Seen charts can have 1 to {_LARGEST_RATIO} times the texels of hidden ones along a "
            f"line, got {options.seen_ratio}.",
            advice="Use 1 for the same density everywhere.",
        )
    if mesh.num_triangles == 0:
        raise InputError("A mesh to unwrap needs triangles, got none.")


def _polygons(mesh: Mesh) -> Int32[np.ndarray, " t"] | None:
    """Number the polygons: both triangles of a quad get one number; None without quads."""
    if mesh.quads is None:
        return None
    numbers = np.arange(mesh.num_triangles, dtype=np.int32)
    numbers[mesh.quads[:, 1]] = mesh.quads[:, 0]
    return numbers


def _first_that_works(
    request: AtlasRequest, options: UnwrapOptions
) -> tuple[Atlas, str, tuple[Finding, ...]]:
    """Try the libraries in order; each failure becomes a finding."""
    failures: list[Finding] = []
    limits = IsolationLimits(seconds=options.seconds)
    for name, function in _UNWRAPPERS:
        try:
            atlas = run_isolated(function, request, limits=limits)
            _check_atlas(atlas, request, name)
            return atlas, name, tuple(failures)
        except ResourceError as error:
            failures.append(_fell_back(name, error))
    raise ResourceError(
        f"No unwrapper could lay out {len(request.triangles)} triangles: "
        + " ".join(failure.message for failure in failures),
        advice="Ask for fewer triangles or a longer time limit.",
    )


def _check_atlas(atlas: Atlas, request: AtlasRequest, name: str) -> None:
    """Hold a library to its promise: the same triangles, coordinates on the page."""
    same = atlas.vertices[atlas.triangles].shape == request.triangles.shape and np.array_equal(
        atlas.vertices[atlas.triangles], request.triangles
    )
    on_page = np.isfinite(atlas.uvs).all() and atlas.uvs.min() >= 0 and atlas.uvs.max() <= 1
    if not (same and on_page):
        raise ResourceError(f"{name} changed the triangles or left the page.")


def _fell_back(name: str, error: ResourceError) -> Finding:
    """Tell that a library was given up."""
    return Finding(
        code="refine.unwrap.fallback",
        severity=Severity.WARNING,
        message=f"{name} failed ({error.message})",
        fix="Nothing to do if the seams look fine; otherwise ask for fewer triangles.",
    )


def _flat_triangles(
    areas: Float64[np.ndarray, " t"], options: UnwrapOptions
) -> tuple[Finding, ...]:
    """Tell of triangles that got no room on the page."""
    flat = int((areas * options.texture_size**2 < 1e-6).sum())
    if flat == 0:
        return ()
    return (
        Finding(
            code="refine.unwrap.flat_triangles",
            severity=Severity.INFO,
            message=f"{flat} of {len(areas)} triangles have no area on the texture; they show the "
            "colour of their edge.",
            measured=float(flat),
        ),
    )


def _cut_quads(mesh: Mesh, split: Mesh) -> tuple[Finding, ...]:
    """Tell of quads that a seam has cut along their diagonal."""
    cut = mesh.num_quads - split.num_quads
    if cut == 0:
        return ()
    return (
        Finding(
            code="refine.unwrap.cut_quads",
            severity=Severity.WARNING,
            message=f"Seams cut {cut} of {mesh.num_quads} quads in two; they are triangles now.",
            fix="Nothing to do if the seams look fine; otherwise ask for another budget.",
            measured=float(cut),
            limit=0.0,
        ),
    )
