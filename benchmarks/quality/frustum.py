"""The view's own frame: what is compared when only the photograph ties two shapes together.

u and v run from -1 to 1 over a square crop around the object; w is the depth from the mean of what
is visible, in widths of the crop at that depth. A camera with another focal length, distance or
scale sees the same photograph, and the same (u, v, w). Letters: n points, k cells a side.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.geometry.compare.similarity import Similarity
from bozzetto.geometry.raycast import Raycaster
from bozzetto.views.camera import Camera

NEAR, FAR = -0.70, 1.10
"""Range of w that is compared."""
_FILL = 0.85
_RAYS = 96


@dataclass(frozen=True, kw_only=True)
class Crop:
    """A square of the photograph."""

    x: float
    y: float
    """Its middle, in pixels."""
    side: float
    """In pixels; the longer side of the silhouette's box takes 0.85 of it."""


def crop_of(alpha: Float32[np.ndarray, "h w"]) -> Crop:
    """Return the crop around a silhouette."""
    rows, columns = (np.flatnonzero((alpha > 0.5).any(axis=axis)) for axis in (1, 0))
    low = np.array([columns[0], rows[0]], np.float64)
    high = np.array([columns[-1] + 1, rows[-1] + 1], np.float64)
    x, y = (low + high) / 2
    return Crop(x=float(x), y=float(y), side=float((high - low).max()) / _FILL)


@dataclass(frozen=True, kw_only=True, eq=False)
class ViewFrame:
    """The (u, v, w) frame of one camera that looks at one shape."""

    camera: Camera
    centre: tuple[float, float]
    """Of the crop, in tangent units."""
    half: float
    """Half the crop's side in tangent units."""
    depth: float
    """Mean depth of what is visible, along the optical axis."""

    @property
    def unit(self) -> float:
        """Width of the crop at that depth: the unit of w, in the camera's world."""
        return 2 * self.half * self.depth

    @property
    def fov_deg(self) -> float:
        """Angle that the crop spans."""
        return float(np.degrees(2 * np.arctan(self.half)))

    @property
    def _turn(self) -> Float64[np.ndarray, "3 3"]:
        """Rotate the camera's frame until its z axis runs through the crop's middle."""
        forward = np.array([*self.centre, 1.0])
        forward /= np.linalg.norm(forward)
        axis = np.cross(forward, [0.0, 0.0, 1.0])
        k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
        return np.eye(3) + k + k @ k / (1 + forward[2])

    @property
    def up(self) -> Float64[np.ndarray, " 3"]:
        """The world's up, in the camera's frame turned to look at the crop's middle."""
        return self._turn @ self.camera.world_from_camera.rotation[1]

    @property
    def elevation_deg(self) -> float:
        """How far the camera looks down at the crop's middle; 0 for a level one."""
        return float(np.degrees(np.arcsin(np.clip(-self.up[2], -1, 1))))

    def points(self, cells: int = 64) -> Float64[np.ndarray, "n 3"]:
        """Return the cells' centres of the (u, v, w) volume, in the camera's world."""
        axis = (np.arange(cells) + 0.5) / cells
        v, u, w = np.meshgrid(axis * 2 - 1, axis * 2 - 1, NEAR + axis * (FAR - NEAR), indexing="ij")
        depth = self.depth + w * self.unit
        x = (self.centre[0] + self.half * u) * depth
        y = (self.centre[1] + self.half * v) * depth
        in_camera = np.stack([x, y, depth], axis=-1).reshape(-1, 3)
        return self.camera.world_from_camera.apply(in_camera)

    def onto(self, other: "ViewFrame") -> Similarity:
        """Return the similarity into another camera's world that keeps the view as it is.

        The middle of the crop at the mean visible depth goes to its counterpart, the crop's width
        there to its width, the view's axes to its axes.
        """
        pose, their_pose = self.camera.world_from_camera, other.camera.world_from_camera
        rotation = their_pose.rotation @ other._turn.T @ self._turn @ pose.rotation.T
        scale = other.unit / self.unit
        return Similarity(
            scale=scale,
            rotation=rotation,
            translation=other._middle() - scale * rotation @ self._middle(),
        )

    def _middle(self) -> Float64[np.ndarray, " 3"]:
        """The crop's middle at the mean visible depth, in the world."""
        return self.camera.world_from_camera.apply(np.array([[*self.centre, 1.0]]) * self.depth)[0]


def view_frame(camera: Camera, caster: Raycaster, *, crop: Crop) -> ViewFrame | None:
    """Look at a shape through a crop; None where the camera does not see the shape there."""
    steps = (np.arange(_RAYS) + 0.5) / _RAYS - 0.5
    x, y = np.meshgrid(crop.x + crop.side * steps, crop.y + crop.side * steps)
    rays = camera.rays_in_world(np.stack([x.ravel(), y.ravel()], axis=1))
    hits = caster.first_hits(np.broadcast_to(camera.position, rays.shape), rays)
    if not hits.found.any():
        return None
    forward = camera.world_from_camera.rotation[:, 2]
    depth = (hits.distance * (rays @ forward))[hits.found]
    return ViewFrame(
        camera=camera,
        centre=(
            (crop.x - camera.centre_px[0]) / camera.focal_px,
            (crop.y - camera.centre_px[1]) / camera.focal_px,
        ),
        half=crop.side / 2 / camera.focal_px,
        depth=float(depth.mean()),
    )
