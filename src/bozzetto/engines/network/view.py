"""One photo as the engine works with it: its outline, its crop, and what the network says of it.

Letters: r q rows and columns of the network's volume, k its slices, s side of the network's
picture, n latent numbers.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.asset.seen import SeenMaps
from bozzetto.engines.inflate.grid import GridOptions, WorkingGrid, working_grid
from bozzetto.engines.lens import choose_focal_px
from bozzetto.engines.network.crop import Crop, crop_around, picture_of
from bozzetto.engines.network.frustum import Frustum, frustum_of
from bozzetto.engines.network.prediction import Network, Prediction
from bozzetto.findings import Finding
from bozzetto.views.foreground import Foreground

OUTLINE = GridOptions(target_cells=16_000)
"""How finely outlines are read: about four triangles for each cell and side of the object."""


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """A photo with its prediction."""

    foreground: Foreground
    grid: WorkingGrid
    """The outline on fine square cells."""
    crop: Crop
    frustum: Frustum
    focal_px: float
    prediction: Prediction
    findings: tuple[Finding, ...]

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the photo."""
        height, width = self.foreground.alpha.shape
        return width, height

    @property
    def up_in_camera(self) -> Float64[np.ndarray, " 3"]:
        """The predicted up, unit, in the photo's own camera frame."""
        return self.frustum.camera_from_turned @ self.prediction.up

    @property
    def cell(self) -> float:
        """Side of a cell of the working grid in crop widths."""
        return float(np.mean(self.grid.cell_px)) / self.crop.side_px

    @property
    def seen(self) -> SeenMaps:
        """The predicted maps of the visible surface, placed on the photo."""
        prediction = self.prediction
        return SeenMaps(
            corner_px=(float(self.crop.corner_px[0]), float(self.crop.corner_px[1])),
            pixel_px=self.crop.side_px / len(prediction.normals),
            normals=prediction.normals,
            albedo=prediction.albedo,
            roughness=prediction.roughness,
            metallic=prediction.metallic,
        )

    def cell_coordinates(self) -> tuple[Float64[np.ndarray, " c"], Float64[np.ndarray, " r"]]:
        """Return u of the columns' and v of the rows' centres of the working grid."""
        rows, columns = self.grid.inside.shape
        x = (
            self.grid.corner_px[0]
            + (np.arange(columns, dtype=np.float64) + 0.5) * self.grid.cell_px[0]
        )
        y = (
            self.grid.corner_px[1]
            + (np.arange(rows, dtype=np.float64) + 0.5) * self.grid.cell_px[1]
        )
        scale = 2 / self.crop.side_px
        return (x - self.crop.centre_px[0]) * scale, (y - self.crop.centre_px[1]) * scale


def look_at(
    foreground: Foreground,
    network: Network,
    *,
    latent: Float32[np.ndarray, " n"],
    options: GridOptions = OUTLINE,
) -> View:
    """Measure a photo's outline and let the network predict what is behind it.

    A believable focal length of the photo wins over the predicted one.

    Raises:
        EngineError: The photo shows no object.
    """
    grid = working_grid(foreground, options=options)
    crop = crop_around(foreground, grid)
    picture = picture_of(foreground, crop, side_px=network.side_px)
    prediction = network.predict(picture, latent)
    predicted_px = crop.side_px / 2 / prediction.believable_tan_half
    focal_px, lens_findings = choose_focal_px(foreground, assumed_px=predicted_px)
    height, width = foreground.alpha.shape
    return View(
        foreground=foreground,
        grid=grid,
        crop=crop,
        frustum=frustum_of(crop, size_px=(width, height), focal_px=focal_px),
        focal_px=focal_px,
        prediction=prediction,
        findings=(*grid.findings, *lens_findings),
    )
