"""Decide whether what is hidden may take the colours of its mirror image.

Only a plane that parts left from right is used: a front is not a back. Letters: n points.
"""

from collections.abc import Sequence

import numpy as np

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import SurfaceTree
from bozzetto.geometry.measure.symmetry import MirrorPlane, find_mirror_plane
from bozzetto.geometry.sampling import sample_surface
from bozzetto.imaging.color import srgb_from_linear
from bozzetto.texturing.photo_source import NUM_LEVELS
from bozzetto.texturing.project import PhotoView, mirrored_directions, project_photos

_LEFT_RIGHT = 0.9  # Least cosine between the plane's normal and x.
_TOLERANCE = 0.015  # Of the diagonal.
_LEAST_SHARE = 0.8  # Of the surface whose mirror image is that near to it.
_POINTS = 3_000
_FEWEST = 100  # Points that photos show on both sides, to judge colours by.
_LIKE = 0.10  # Largest median difference of their colours, sRGB-encoded.


def trusted_mirror(
    surface: Mesh, views: Sequence[PhotoView], *, seed: int = 0
) -> MirrorPlane | None:
    """Return the plane between left and right where shape and colours keep it, else None.

    Args:
        surface: With area.
        views: At least one.
        seed: Of the points that are compared.
    """
    plane = find_mirror_plane(surface, seed=seed)
    if abs(plane.normal[0]) < _LEFT_RIGHT:
        return None
    sampled = sample_surface(surface, count=_POINTS, seed=seed)
    diagonal = float(np.linalg.norm(np.ptp(surface.positions, axis=0)))
    near = SurfaceTree(surface).closest(plane.mirrored(sampled.points)).distance
    if float((near <= _TOLERANCE * diagonal).mean()) < _LEAST_SHARE:
        return None
    points, normals = sampled.points.astype(np.float32), sampled.normals.astype(np.float32)
    images = plane.mirrored(sampled.points).astype(np.float32)
    facing = mirrored_directions(normals, plane)
    broad = float(NUM_LEVELS - 1)
    own = project_photos(views, points, normals, least_blur=broad)
    other = project_photos(views, images, facing, least_blur=broad)
    both = (own.confidence > 0.3) & (other.confidence > 0.3)
    if both.sum() < _FEWEST:
        return plane
    unlike = np.abs(srgb_from_linear(own.colors[both]) - srgb_from_linear(other.colors[both]))
    return plane if float(np.median(unlike)) <= _LIKE else None
