"""Measure how well a draft fits its photo: the points by which variants are ranked.

Everything here is measured on a *look*: the mesh seen through the fitted camera, on a small picture
of the object's box. Good for any engine with one photo. Letters: h w rows and columns of the look,
ph pw of the photo, n samples,
v vertices.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64
from skimage.morphology import skeletonize

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.reconstruction import Reason
from bozzetto.engines.symmetry import mirror_agreement
from bozzetto.geometry.components import label_components
from bozzetto.geometry.normals import area_vectors
from bozzetto.geometry.raycast import Raycaster
from bozzetto.imaging.color import luminance
from bozzetto.imaging.resample import resize
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

_LOOK_PX = 256  # Longer side of a look; IoU differs by under 0.003 from that at 1024.
_THIN_SHARE = 0.03  # Parts with a half-width below this share of the look are thin.
_FEWEST_SAMPLES = 200  # Pixels below which a light fit says nothing.

# Depth over the smaller of width and height, for upright objects facing the camera: median and
# robust spread (of logarithms) over 1,949 openly licensed props, characters and furniture.
_USUAL_DEPTH = 1.06
_DEPTH_SPREAD = 0.73


@dataclass(frozen=True, kw_only=True, eq=False)
class Look:
    """A mesh and its photo on the same small picture."""

    opaque: Bool[np.ndarray, "h w"]
    """Where the photo shows the object."""
    covered: Bool[np.ndarray, "h w"]
    """Where the mesh stands in the camera's view."""
    normals: Float32[np.ndarray, "h w 3"]
    """Unit normals of the visible surface in the asset frame; zero where nothing is."""
    brightness: Float32[np.ndarray, "h w"]
    """Linear luminance of the photo."""


def judge(mesh: Mesh, *, camera: Camera, foreground: Foreground) -> tuple[Reason, ...]:
    """Give all reasons for or against a mesh that was made from one photo.

    Args:
        mesh: With normals.
        camera: Of the photo, at its full size.
        foreground: The photo; it must show something opaque.
    """
    look = look_through(camera, mesh=mesh, foreground=foreground)
    return (
        silhouette_reason(look),
        shading_reason(look),
        depth_reason(mesh),
        thin_parts_reason(look),
        pieces_reason(mesh),
    )


def judge_views(
    mesh: Mesh,
    *,
    caster: Raycaster,
    cameras: Sequence[Camera],
    foregrounds: Sequence[Foreground],
) -> tuple[Reason, ...]:
    """Give all reasons for or against a mesh that was made from one or more photos.

    Args:
        mesh: With normals.
        caster: Over the same mesh.
        cameras: Of the photos, at their full size.
        foregrounds: The photos.
    """
    looks = [
        look_through(camera, mesh=mesh, foreground=foreground, caster=caster)
        for camera, foreground in zip(cameras, foregrounds, strict=True)
    ]

    def worst(measure: Callable[[Look], Reason]) -> Reason:
        # Over all photos: a shape that fits three of them and not the fourth does not fit.
        return min((measure(look) for look in looks), key=lambda reason: reason.value)

    return (
        worst(silhouette_reason),
        worst(shading_reason),
        depth_reason(mesh),
        worst(thin_parts_reason),
        pieces_reason(mesh),
        symmetry_reason(mesh),
    )


def look_through(
    camera: Camera, *, mesh: Mesh, foreground: Foreground, caster: Raycaster | None = None
) -> Look:
    """Cast the rays of a small picture of the object's box at the mesh.

    Args:
        camera: Of the photo, at its full size.
        mesh: With normals.
        foreground: The photo.
        caster: Over the same mesh; built here unless given.

    Raises:
        ValueError: The mesh has no normals, or the photo shows nothing opaque.
    """
    if mesh.normals is None:
        raise ValueError("look_through needs a mesh with normals.")
    x0, y0, x1, y1 = _opaque_box(foreground.alpha)
    scale = min(1.0, _LOOK_PX / max(x1 - x0, y1 - y0))
    width, height = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
    window = np.s_[y0:y1, x0:x1]
    alpha = resize(np.ascontiguousarray(foreground.alpha[window]), width=width, height=height)
    light = luminance(np.ascontiguousarray(foreground.linear_rgb[window]))
    x = x0 + (np.arange(width) + 0.5) * ((x1 - x0) / width)
    y = y0 + (np.arange(height) + 0.5) * ((y1 - y0) / height)
    pixels = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    rays = camera.rays_in_world(pixels)
    hits = (caster or Raycaster(mesh.positions, mesh.triangles)).first_hits(
        np.broadcast_to(camera.position, rays.shape), rays
    )
    found = hits.found
    corners = mesh.normals[mesh.triangles[hits.triangle[found]]]
    normals = np.zeros((len(pixels), 3), np.float32)
    normals[found] = np.einsum("nk,nkc->nc", hits.barycentric[found], corners)
    normals[found] /= np.maximum(np.linalg.norm(normals[found], axis=1, keepdims=True), 1e-6)
    return Look(
        opaque=alpha > 0.5,
        covered=found.reshape(height, width),
        normals=normals.reshape(height, width, 3),
        brightness=resize(light, width=width, height=height),
    )


def silhouette_reason(look: Look) -> Reason:
    """Compare outlines: intersection over union of mask and mesh in the camera's view."""
    union = int((look.opaque | look.covered).sum())
    iou = float((look.opaque & look.covered).sum()) / max(union, 1)
    return Reason(
        name="silhouette_iou",
        value=iou,
        score=_ramp(iou, low=0.8, high=0.98),
        weight=3.0,
        text=f"the outline agrees with the mask to {iou:.1%}",
    )


def shading_reason(look: Look) -> Reason:
    """Tell how much of the photo's light and shade the shape explains.

    Brightness of a matt surface under distant light is close to a quadratic polynomial of its
    normal (Ramamoorthi and Hanrahan 2001, nine spherical harmonics); the share of the brightness'
    variance that such a polynomial explains is highest for the depth that was photographed.
    Texture lowers it for all shapes alike.
    """
    inner = _eroded(look.opaque & look.covered, radius=2)
    samples, normals = look.brightness[inner].astype(np.float64), look.normals[inner]
    explained = 0.0
    if len(samples) >= _FEWEST_SAMPLES and samples.std() > 1e-4:
        explained = _explained_by_light(samples, normals.astype(np.float64))
    return Reason(
        name="shading_agreement",
        value=explained,
        score=_ramp(explained, low=0.0, high=0.6),
        weight=2.0,
        text=f"its shape explains {explained:.0%} of the light and shade",
    )


def depth_reason(mesh: Mesh) -> Reason:
    """Compare the depth with what is usual for the width and height."""
    low, high = mesh.bounds
    width, height, depth = (float(side) for side in high - low)
    ratio = depth / max(min(width, height), 1e-9)
    unusual = np.log(max(ratio, 1e-6) / _USUAL_DEPTH) / _DEPTH_SPREAD
    return Reason(
        name="depth_to_width",
        value=ratio,
        score=float(np.exp(-0.5 * unusual**2)),
        weight=0.5,  # A hint about all objects must not outvote what this photo's light says.
        text=f"it is {ratio:.2f} times as deep as it is narrow",
    )


def thin_parts_reason(look: Look) -> Reason:
    """Tell how much of the middle lines of the mask's thin parts the mesh covers."""
    far = cv2.distanceTransform(look.opaque.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    limit = max(1.5, _THIN_SHARE * max(look.opaque.shape))
    thin = skeletonize(look.opaque) & (np.asarray(far) <= limit)
    count = int(thin.sum())
    kept = float((thin & look.covered).sum()) / count if count else 1.0
    text = f"{kept:.0%} of the thin parts survive" if count else "it has no thin parts to lose"
    return Reason(
        name="thin_parts_kept",
        value=kept,
        score=_ramp(kept, low=0.5, high=0.98),
        weight=1.0,
        text=text,
    )


def pieces_reason(mesh: Mesh) -> Reason:
    """Count loose pieces; one is what a solid object should have."""
    pieces = int(label_components(mesh).max(initial=-1)) + 1
    return Reason(
        name="pieces",
        value=float(pieces),
        score=1.0 / max(pieces, 1) ** 0.5,
        weight=0.5,
        text="it is one piece" if pieces == 1 else f"it falls into {pieces} pieces",
    )


def symmetry_reason(mesh: Mesh) -> Reason:
    """Tell how well the best upright mirror plane maps the surface onto itself.

    Most made and grown things have one; a hidden side that breaks the symmetry of the visible one
    is a poor guess.
    """
    agreement = mirror_agreement(mesh)
    return Reason(
        name="symmetry",
        value=agreement,
        score=_ramp(agreement, low=0.5, high=0.9),
        weight=0.5,
        text=f"its best mirror plane agrees to {agreement:.0%}",
    )


def certainty_reason(mesh: Mesh, certainty: Float32[np.ndarray, " v"]) -> Reason:
    """Tell how sure a network is of its surface.

    Args:
        mesh: The surface.
        certainty: 0 to 1 at its vertices.
    """
    areas = np.linalg.norm(area_vectors(mesh.positions, mesh.triangles), axis=1)
    value = float((certainty[mesh.triangles].mean(axis=1) * areas).sum() / max(areas.sum(), 1e-30))
    return Reason(
        name="network_certainty",
        value=value,
        score=_ramp(value, low=0.2, high=0.9),
        weight=1.0,
        text=f"the network is {value:.0%} sure of its surface",
    )


def _opaque_box(alpha: Float32[np.ndarray, "ph pw"]) -> tuple[int, int, int, int]:
    """Box (x0, y0, x1, y1) of what is opaque, with a margin, within the picture."""
    opaque = alpha > 0.5
    rows, columns = np.nonzero(opaque.any(axis=1))[0], np.nonzero(opaque.any(axis=0))[0]
    if len(rows) == 0:
        raise ValueError("look_through needs a photo that shows something opaque.")
    margin = 2 + (max(np.ptp(rows), np.ptp(columns)) + 1) // 32
    height, width = alpha.shape
    return (
        max(int(columns[0] - margin), 0),
        max(int(rows[0] - margin), 0),
        min(int(columns[-1] + 1 + margin), width),
        min(int(rows[-1] + 1 + margin), height),
    )


def _explained_by_light(
    samples: Float64[np.ndarray, " n"], normals: Float64[np.ndarray, "n 3"]
) -> float:
    """Share of variance (R squared) explained by the nine harmonics of the normals."""
    x, y, z = normals.T
    harmonics = np.stack(
        [np.ones_like(x), x, y, z, x * y, x * z, y * z, x * x - y * y, 3 * z * z - 1], axis=1
    )
    centred = samples - samples.mean()
    # A little ridge keeps the system solvable where normals do not vary, as on a board.
    gram = harmonics.T @ harmonics + 1e-6 * len(samples) * np.eye(9)
    light = np.asarray(np.linalg.solve(gram, harmonics.T @ centred), np.float64)
    rest = centred - harmonics @ light
    return float(np.clip(1 - rest.var() / samples.var(), 0, 1))


def _eroded(mask: Bool[np.ndarray, "h w"], *, radius: int) -> Bool[np.ndarray, "h w"]:
    """Take a rim off a mask."""
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    return cv2.erode(mask.astype(np.uint8), kernel, borderValue=0) > 0


def _ramp(value: float, *, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high`, linear between."""
    return float(np.clip((value - low) / (high - low), 0, 1))
