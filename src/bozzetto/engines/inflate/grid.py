"""Bring a cut-out onto the working grid: where its outline runs, to a fraction of a cell.

The *working grid* covers the object's box in square cells, chosen so that the object fills about
`target_cells` of them: thin objects get a finer grid than bulky ones at the same cost. The alpha is
read on a *fine* grid of 3 x 3 samples per cell, whose signed distance then stands at cell centres.
Letters: h w rows and columns of the working grid, fh fw of the fine grid, ph pw of the photo,
n pieces.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Int32

from bozzetto.errors import EngineError
from bozzetto.findings import Finding, Severity
from bozzetto.imaging.resample import fit_within, resize
from bozzetto.views.foreground import Foreground

FINE = 3  # Fine samples per cell and axis; odd, so that one of them is the cell's centre.
MARGIN = 4  # Empty cells around the object.
_OVERVIEW_PX = 1024  # Islands are found on a picture no larger than this.
_OPAQUE = 0.5
_THIN_COVERAGE = 0.15  # Share of a fine sample that a thin part must cover to stay.
_PINHOLE = FINE * FINE * 2  # Holes up to two cells are noise of the mask, not handles.


@dataclass(frozen=True, kw_only=True)
class GridOptions:
    """How finely the cut-out is read."""

    target_cells: int = 12_000
    """Cells inside the outline; the mesh has seven to twelve triangles for each."""
    longest_cells: int = 448
    """Upper limit of the object's longer side; bounds the cost of long thin objects."""
    finest_px: float = 0.5
    """Lower limit of a cell's size in photo pixels; tiny photos are not enlarged further."""
    island_share: float = 0.005
    """Pieces below this share of the object's area are dropped."""
    thinnest_half_cells: float = 0.75
    """Thinner parts are widened to this half-width, so that they survive; below one cell."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkingGrid:
    """The object's outline on square cells, and where they lie in the photo."""

    distance: Float32[np.ndarray, "h w"]
    """Signed distance to the outline at cell centres, in cells, positive inside."""
    corner_px: tuple[float, float]
    """Photo position (x, y) of the grid's top left corner."""
    cell_px: tuple[float, float]
    """Size of a cell in photo pixels (x, y); both agree within a percent."""
    findings: tuple[Finding, ...] = ()
    """What was dropped or widened."""

    @property
    def inside(self) -> Bool[np.ndarray, "h w"]:
        """Cells whose centre belongs to the object."""
        return self.distance > 0


def working_grid(foreground: Foreground, *, options: GridOptions = GridOptions()) -> WorkingGrid:
    """Choose the grid for a cut-out and measure its outline there.

    Raises:
        EngineError: The alpha holds no object, or one too small to be worked on.
    """
    x0, y0, x1, y1, area, dropped = _object_box(foreground, options)
    cell = max(
        np.sqrt(area / options.target_cells),
        max(x1 - x0, y1 - y0) / options.longest_cells,
        options.finest_px,
    )
    margin = int(np.ceil(MARGIN * cell))
    x0, y0, x1, y1 = x0 - margin, y0 - margin, x1 + margin, y1 + margin
    width, height = round((x1 - x0) / cell), round((y1 - y0) / cell)
    window = crop_padded(foreground.alpha, box=(x0, y0, x1, y1))
    fine = _fine_mask(window, width=width * FINE, height=height * FINE)
    fine, _ = keep_large_pieces(fine, min_share=options.island_share)
    distance, widened = _outline(_without_pinholes(fine), options)
    return WorkingGrid(
        distance=distance,
        corner_px=(float(x0), float(y0)),
        cell_px=((x1 - x0) / width, (y1 - y0) / height),
        findings=_findings(dropped, widened, options),
    )


def crop_padded(
    image: Float32[np.ndarray, "ph pw *c"], *, box: tuple[int, int, int, int]
) -> Float32[np.ndarray, "h w *c"]:
    """Cut the box (x0, y0, x1, y1) out of a picture; zeros where it reaches beyond."""
    x0, y0, x1, y1 = box
    result = np.zeros((y1 - y0, x1 - x0, *image.shape[2:]), np.float32)
    part = image[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
    top, left = max(-y0, 0), max(-x0, 0)
    result[top : top + part.shape[0], left : left + part.shape[1]] = part
    return result


def keep_large_pieces(
    mask: Bool[np.ndarray, "h w"], *, min_share: float
) -> tuple[Bool[np.ndarray, "h w"], float]:
    """Drop connected pieces (8 neighbours) below a share of the whole area.

    Returns:
        The mask of the pieces that stay (the largest always does), and the share dropped.
    """
    labels, areas = _label(mask)
    if len(areas) <= 1:
        return mask, 0.0
    stays = areas >= min_share * areas.sum()
    stays[areas.argmax()] = True
    dropped = float(areas[~stays].sum() / areas.sum())
    return np.concatenate([[False], stays])[labels], dropped


def _label(
    mask: Bool[np.ndarray, "h w"], *, connectivity: int = 8
) -> tuple[Int32[np.ndarray, "h w"], Int32[np.ndarray, " n"]]:
    """Number the pieces of a mask from 1 (0 is empty), with their areas."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=connectivity
    )
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32)[1:, cv2.CC_STAT_AREA]


def _object_box(
    foreground: Foreground, options: GridOptions
) -> tuple[int, int, int, int, float, float]:
    """Find the box (x0, y0, x1, y1) of the large pieces in the photo, area, and share dropped."""
    overview = fit_within(foreground.alpha, longest_px=_OVERVIEW_PX)
    mask, dropped = keep_large_pieces(overview > _OPAQUE, min_share=options.island_share)
    rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    if len(rows) == 0 or max(np.ptp(rows), np.ptp(columns)) < 7:
        raise EngineError(
            f"{foreground.name!r} shows no object: fewer than 8 pixels across are opaque.",
            advice="Check the mask, or paint the object with keep strokes.",
        )
    sx = foreground.alpha.shape[1] / overview.shape[1]
    sy = foreground.alpha.shape[0] / overview.shape[0]
    x0, x1 = int(np.floor(columns[0] * sx)), int(np.ceil((columns[-1] + 1) * sx))
    y0, y1 = int(np.floor(rows[0] * sy)), int(np.ceil((rows[-1] + 1) * sy))
    return x0, y0, x1, y1, float(mask.sum() * sx * sy), dropped


def _fine_mask(
    alpha: Float32[np.ndarray, "ph pw"], *, width: int, height: int
) -> Bool[np.ndarray, "fh fw"]:
    """Reduce the alpha to the fine grid; parts thinner than a fine sample stay, too."""
    mask = resize(alpha, width=width, height=height) > _OPAQUE
    step = int(np.ceil(alpha.shape[0] / height))
    if step < 2:
        return mask
    # An area average never reaches one half on a line that is half a sample wide.
    opaque = (alpha > _OPAQUE).astype(np.uint8)
    kernel = np.ones((step + 1, step + 1), np.uint8)
    labels, areas = _label(opaque > cv2.morphologyEx(opaque, cv2.MORPH_OPEN, kernel))
    # Opening also crumbles corners and slanted edges; a thin part is a long piece.
    thin = np.concatenate([[False], areas > 6 * step * step])[labels].astype(np.float32)
    return mask | (resize(thin, width=width, height=height) > _THIN_COVERAGE)


def _without_pinholes(mask: Bool[np.ndarray, "fh fw"]) -> Bool[np.ndarray, "fh fw"]:
    """Fill holes too small for the working grid; larger ones stay."""
    labels, areas = _label(~mask, connectivity=4)
    return mask | np.concatenate([[False], areas <= _PINHOLE])[labels]


def _outline(
    mask: Bool[np.ndarray, "fh fw"], options: GridOptions
) -> tuple[Float32[np.ndarray, "h w"], float]:
    """Measure the signed distance at cell centres; also the share of the area won by widening."""
    fine = _signed_distance(mask)
    # A binary mask's distance steps by a fine sample; a light blur brings the slope back.
    distance = cv2.GaussianBlur(fine, (0, 0), 0.8)
    half = options.thinnest_half_cells * FINE
    ridge = _thin_ridges(fine, half=half)
    if ridge.any():
        distance = np.maximum(distance, half - _distance_to(ridge))
    widened = float(((distance > 0) & ~mask).sum() / mask.sum()) if ridge.any() else 0.0
    centres = distance[FINE // 2 :: FINE, FINE // 2 :: FINE] / np.float32(FINE)
    return np.ascontiguousarray(centres, np.float32), widened


def _signed_distance(mask: Bool[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Distance to the border between set and unset samples, positive on set ones."""
    inside, outside = _distance_to(~mask), _distance_to(mask)
    return np.where(mask, inside - np.float32(0.5), np.float32(0.5) - outside)


def _distance_to(mask: Bool[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Exact Euclidean distance from each sample to the nearest set one."""
    far = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(far, np.float32)


def _thin_ridges(
    distance: Float32[np.ndarray, "fh fw"], *, half: float
) -> Bool[np.ndarray, "fh fw"]:
    """Find the middle lines of long parts thinner than `half` to each side."""
    middle = np.zeros(distance.shape, bool)
    inner = distance[1:-1, 1:-1]
    across = ((distance[1:-1, :-2], distance[1:-1, 2:]), (distance[:-2, 1:-1], distance[2:, 1:-1]))
    for before, after in across:
        # Not flat on both sides: along a straight outline the distance does not change at all.
        peak = (inner >= before) & (inner >= after) & ((inner > before) | (inner > after))
        middle[1:-1, 1:-1] |= peak
    middle &= (distance > 0) & (distance < half)
    # The middle line also runs into every corner; only long runs are thin parts.
    labels, areas = _label(middle)
    return np.concatenate([[False], areas > 5 * half])[labels]


def _findings(dropped: float, widened: float, options: GridOptions) -> tuple[Finding, ...]:
    """Tell what of the mask the shape does not follow."""
    found: list[Finding] = []
    if dropped > 0:
        found.append(
            Finding(
                code="draft.islands.dropped",
                severity=Severity.INFO,
                message=f"Loose specks of the mask ({dropped:.2%} of its area) were left out.",
                fix="Connect them with keep strokes if they belong to the object.",
                measured=dropped,
                limit=options.island_share,
            )
        )
    if widened > 0.02:
        found.append(
            Finding(
                code="draft.thin.widened",
                severity=Severity.INFO,
                message=f"Very thin parts were widened ({widened:.1%} more area) to survive.",
                fix="A photo that shows the object larger keeps them true to size.",
                measured=widened,
                limit=0.02,
            )
        )
    return tuple(found)
