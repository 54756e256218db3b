"""What anyone could do without a thought: an ellipsoid or a box in the place of the object.

Width and height are those of the silhouette's box, depth is the smaller of the two; the camera is
level and takes the lens that the engine `inflate` assumes (30 degrees over the object's box). Size
is fitted until the projection's box is the silhouette's. Colour: the photograph's mean.
"""

from collections.abc import Sequence

import numpy as np
import trimesh
from jaxtyping import Float64

from bozzetto.asset.mesh import Mesh, Origin
from bozzetto.asset.reconstruction import PosedPhoto, Reconstruction
from bozzetto.transforms import Rigid
from bozzetto.views.camera import Camera
from bozzetto.views.foreground import Foreground

BASELINES = ("ellipsoid", "box")
_OBJECT_FOV_DEG = 30.0
_ASSET_FROM_CAMERA = np.diag([1.0, -1.0, -1.0])


class Baseline:
    """Answers like an engine."""

    def __init__(self, name: str) -> None:
        if name not in BASELINES:
            raise ValueError(f"There is no baseline {name!r}; there are {BASELINES}.")
        self.name = name

    def reconstruct(self, foregrounds: Sequence[Foreground], *, seed: int) -> Reconstruction:
        """Put the shape in the place of the first foreground's object; seeds change nothing."""
        foreground = foregrounds[0]
        rows, columns = (np.flatnonzero((foreground.alpha > 0.5).any(axis=axis)) for axis in (1, 0))
        low = np.array([columns[0], rows[0]], np.float64)
        high = np.array([columns[-1] + 1, rows[-1] + 1], np.float64)
        camera = _camera(foreground, middle=(low + high) / 2, side=float((high - low).max()))
        shape = _unit_shape(self.name)
        mesh = _fit(shape, camera, low=low, high=high)
        weights = foreground.alpha[..., None]
        color = (foreground.linear_rgb * weights).sum(axis=(0, 1)) / weights.sum()
        count = len(mesh.vertices)
        positions = np.asarray(mesh.vertices)
        ground = np.array([0.0, positions[:, 1].min(), 0.0])
        return Reconstruction(
            mesh=Mesh(
                positions=(positions - ground).astype(np.float32),
                triangles=np.asarray(mesh.faces, np.int32),
                colors=np.tile(color.astype(np.float32), (count, 1)),
                confidence=np.zeros(count, np.float32),
                origin=np.full(count, Origin.INFERRED, np.uint8),
            ),
            posed=(
                PosedPhoto(
                    photo_id=foreground.sha256,
                    camera=camera.moved(-ground),
                ),
            ),
            resolved_detail=1.0,
            engine=self.name,
            variant=self.name,
            seed=seed,
        )


def _unit_shape(name: str) -> trimesh.Trimesh:
    """Return a shape that fills the cube from -1 to 1."""
    if name == "box":
        return trimesh.creation.box((2, 2, 2))
    return trimesh.creation.icosphere(subdivisions=4, radius=1)


def _camera(foreground: Foreground, *, middle: Float64[np.ndarray, " 2"], side: float) -> Camera:
    """Look level at the origin; the object's box spans the assumed angle and two units."""
    height, width = foreground.alpha.shape
    half_tan = float(np.tan(np.radians(_OBJECT_FOV_DEG) / 2))
    return Camera(
        width=width,
        height=height,
        focal_px=side / 2 / half_tan,
        centre_px=(float(middle[0]), float(middle[1])),
        world_from_camera=Rigid(
            rotation=_ASSET_FROM_CAMERA, translation=np.array([0, 0, 1 / half_tan])
        ),
    )


def _fit(
    shape: trimesh.Trimesh,
    camera: Camera,
    *,
    low: Float64[np.ndarray, " 2"],
    high: Float64[np.ndarray, " 2"],
) -> trimesh.Trimesh:
    """Scale the unit shape until its projection fills the silhouette's box."""
    wanted = high - low
    size = np.append(wanted, wanted.min()) / wanted.max()
    for _ in range(12):
        pixels, _ = camera.project((shape.vertices * size).astype(np.float32))
        spans = pixels.max(axis=0) - pixels.min(axis=0)
        size[:2] *= wanted / spans
        size[2] = size[:2].min()
    fitted = shape.copy()
    fitted.apply_scale(size)
    return fitted
