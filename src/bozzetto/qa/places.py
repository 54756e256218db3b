"""Where on a finished asset to look: spots measured on it, and what a photo's advice points at.

Letters: v vertices, t triangles, p places, e edges, n pixels.
"""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Bool, Float64, Int64

from bozzetto.asset.mesh import Mesh, Origin
from bozzetto.findings import Finding, Place, Region, Severity
from bozzetto.geometry.normals import area_vectors
from bozzetto.geometry.raycast import Raycaster
from bozzetto.qa.connectivity import label_connected, label_edge_connected, weld_corners
from bozzetto.views.camera import Camera

_SMALLEST_SHARE = 0.02
"""Of the area: smaller patches are not worth a person's time."""
_MOST_OF_A_KIND = 3
_RAYS = 9
"""Along each side of a photo's region."""

Corners = Int64[np.ndarray, "t 3"]


def look_at(mesh: Mesh) -> tuple[Finding, ...]:
    """List the places of a finished mesh that a person should see: invented, open, or torn.

    Args:
        mesh: With normals, and with origins where they are known.
    """
    corners, _ = weld_corners(mesh)
    return (*_unseen(mesh, corners), *_seams(mesh, corners))


def with_place(
    finding: Finding, mesh: Mesh, *, camera: Camera, size: tuple[int, int], caster: Raycaster
) -> Finding:
    """Add to a finding about a region of a photo where that is on the asset.

    Args:
        finding: With a region.
        mesh: The asset's.
        camera: The photo's, as the asset was fitted.
        size: Width and height of the photo that the region is in.
        caster: Of the same mesh.

    Returns:
        The finding; unchanged where its region shows nothing of the asset.
    """
    if finding.where is None:
        return finding
    camera = camera.resized(width=size[0], height=size[1])
    rays = camera.rays_in_world(_grid(finding.where)).astype(np.float32)
    eyes = np.broadcast_to(camera.position.astype(np.float32), rays.shape)
    hits = caster.first_hits(np.ascontiguousarray(eyes), rays)
    if not hits.found.any():
        return finding
    triangles = np.unique(hits.triangle[hits.found]).astype(np.int64)
    return dataclasses.replace(finding, place=_place(mesh, triangles))


def photo_findings(
    findings: Sequence[Finding],
    mesh: Mesh,
    *,
    cameras: Sequence[Camera],
    photos: Sequence[tuple[str, int, int]],
) -> tuple[Finding, ...]:
    """Add places to the findings about photos.

    Args:
        findings: Of the whole run.
        mesh: The asset's.
        cameras: One for each photo that was used, in their order.
        photos: Name, width and height of each photo.
    """
    caster = Raycaster(mesh.positions, mesh.triangles)
    known = {
        name: (camera, (width, height))
        for (name, width, height), camera in zip(photos, cameras, strict=False)
    }
    return tuple(
        with_place(f, mesh, camera=known[f.subject][0], size=known[f.subject][1], caster=caster)
        if f.subject in known
        else f
        for f in findings
    )


def _grid(where: Region) -> Float64[np.ndarray, "n 2"]:
    """Return pixels spread over a region."""
    x = np.linspace(where.x0 + 0.5, where.x1 - 0.5, _RAYS)
    y = np.linspace(where.y0 + 0.5, where.y1 - 0.5, _RAYS)
    return np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2)


def _unseen(mesh: Mesh, corners: Corners) -> Iterator[Finding]:
    """Name the largest patches that no photo shows."""
    if mesh.origin is None:
        return
    invented = (mesh.origin[mesh.triangles] == Origin.INFERRED).all(axis=1)
    triangles = np.flatnonzero(invented)
    areas = np.linalg.norm(area_vectors(mesh.positions, mesh.triangles), axis=1)
    labels, count = label_edge_connected(corners[triangles])
    sums = np.bincount(labels, weights=areas[triangles], minlength=count)
    shares = sums / max(float(areas.sum()), 1e-12)
    for label in np.argsort(-shares, kind="stable")[:_MOST_OF_A_KIND]:
        if shares[label] < _SMALLEST_SHARE:
            return
        yield Finding(
            code="surface.unseen",
            severity=Severity.INFO,
            message=f"No photo shows this part, {100 * shares[label]:.0f} % of the surface.",
            fix="Add a photo from this side, or judge whether what was made up will do.",
            measured=round(float(shares[label]), 4),
            place=_place(mesh, triangles[labels == label]),
        )


def _seams(mesh: Mesh, corners: Corners) -> Iterator[Finding]:
    """Name the largest openings, and where more than two faces meet in an edge."""
    start, end = corners.reshape(-1), np.roll(corners, -1, axis=1).reshape(-1)
    keys = np.minimum(start, end) * (corners.max(initial=0) + 1) + np.maximum(start, end)
    _, edge, uses = np.unique(keys, return_inverse=True, return_counts=True)
    kinds = (
        ("surface.open", uses == 1, "The surface is open here: {} edges have one face only."),
        ("surface.torn", uses > 2, "More than two faces meet in {} edges here."),
    )
    for code, which, message in kinds:
        for triangles, length in _groups(corners, which[edge.reshape(-1)]):
            yield Finding(
                code=code,
                severity=Severity.WARNING,
                message=message.format(length),
                fix="Refine again with another budget, or close it by hand.",
                measured=float(length),
                place=_place(mesh, triangles),
            )


def _groups(
    corners: Corners, chosen: Bool[np.ndarray, " e"]
) -> Iterator[tuple[Int64[np.ndarray, " t"], int]]:
    """Yield the largest groups of touching edges: their triangles, and how many edges."""
    edges = np.flatnonzero(chosen)
    if len(edges) == 0:
        return
    flat, after = corners.reshape(-1), np.roll(corners, -1, axis=1).reshape(-1)
    pairs = np.stack([flat[edges], after[edges]], axis=1)
    labels, _ = label_connected(pairs, num_nodes=int(corners.max()) + 1)
    of_edge = labels[pairs[:, 0]]
    found, counts = np.unique(of_edge, return_counts=True)
    for k in np.argsort(-counts, kind="stable")[:_MOST_OF_A_KIND]:
        mine = edges[of_edge == found[k]]
        yield np.unique(mine // 3), len(mine)


def _place(mesh: Mesh, triangles: Int64[np.ndarray, " t"]) -> Place:
    """Return the middle of some triangles, on the surface, and which way it faces."""
    points = mesh.positions[mesh.triangles[triangles]].astype(np.float64)
    middles = points.mean(axis=1)
    vectors = area_vectors(mesh.positions, mesh.triangles[triangles])
    weights = np.linalg.norm(vectors, axis=1) + 1e-12
    centre = (middles * weights[:, None]).sum(axis=0) / weights.sum()
    nearest = int(np.linalg.norm(middles - centre, axis=1).argmin())
    facing = vectors.sum(axis=0)
    if np.linalg.norm(facing) < 0.1 * weights.sum():  # It goes all around: look at one side of it.
        facing = vectors[nearest]
    facing = facing / max(float(np.linalg.norm(facing)), 1e-12)
    reach = float(np.linalg.norm(points.reshape(-1, 3) - middles[nearest], axis=1).max())
    return Place(position=_three(middles[nearest]), facing=_three(facing), radius_m=round(reach, 5))


def _three(values: Float64[np.ndarray, " 3"]) -> tuple[float, float, float]:
    """Write a vector as a finding has it: to a hundredth of a millimetre."""
    x, y, z = (round(float(value), 5) for value in values)
    return x, y, z
