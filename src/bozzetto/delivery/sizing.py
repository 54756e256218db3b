"""A real size for a model: what the user said, the scale that makes it so, and how sure that is.

Lengths are metres inside. Errors are one standard deviation, as shares of the size.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model
from bozzetto.delivery.placing import bounds_of
from bozzetto.errors import InputError
from bozzetto.geometry.join import join_meshes
from bozzetto.geometry.raycast import Raycaster
from bozzetto.views.camera import Camera


class MeasuredSide(StrEnum):
    """Which extent of a model is known."""

    HEIGHT = "height"
    """Along y."""
    WIDTH = "width"
    """Along x."""
    DEPTH = "depth"
    """Along z."""
    LONGEST = "longest"
    """The longest of the three."""


_METRES = {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254, "ft": 0.3048}
_NUMBER = r"([0-9]*\.?[0-9]+)"
_LENGTH = rf"{_NUMBER}(?:(?:\+-|±){_NUMBER})?({'|'.join(_METRES)})"
_SIDE = re.compile(rf"({'|'.join(MeasuredSide)})={_LENGTH}")
_POINTS = re.compile(rf"points={_NUMBER},{_NUMBER}:{_NUMBER},{_NUMBER}={_LENGTH}")
SIZE_PATTERN = f"(?:{_SIDE.pattern}|{_POINTS.pattern})"
"""What `parse_size` reads once spaces are out and letters small; Python and ECMAScript read it
alike."""
SIZE_ADVICE = (
    f"Write a side ({', '.join(MeasuredSide)}), a length and its unit ({', '.join(_METRES)}), as in"
    " height=42cm or height=42+-0.5cm; or the pixels of two points on the photo and the length"
    " between them, as in points=812,340:812,1210=30cm."
)


@dataclass(frozen=True, kw_only=True)
class KnownSide:
    """The real length of one extent."""

    side: MeasuredSide
    metres: float
    tolerance_m: float = 0.0
    """One standard deviation of what the user measured."""


@dataclass(frozen=True, kw_only=True)
class KnownLength:
    """The real length between two points that a photo shows."""

    first_px: tuple[float, float]
    """x, y in the photo as the camera has it; x to the right, y down."""
    second_px: tuple[float, float]
    metres: float
    tolerance_m: float = 0.0


Size = KnownSide | KnownLength


@dataclass(frozen=True, kw_only=True, eq=False)
class PhotoEvidence:
    """What the photo says about how well sizes in it are known."""

    camera: Camera
    edge_px: float
    """One standard deviation of where the object's outline runs."""
    focal_error: float
    """One standard deviation of the focal length, as a share."""


@dataclass(frozen=True, kw_only=True)
class ErrorTerm:
    """One reason why a size is not exact."""

    name: str
    relative: float
    """One standard deviation, as a share of the size."""


@dataclass(frozen=True, kw_only=True)
class MeasuredScale:
    """The factor that gives a model its real size, and how sure it is."""

    factor: float
    stated: str
    """What the user said, as in `height 0.42 m`."""
    terms: tuple[ErrorTerm, ...]

    @property
    def relative_error(self) -> float:
        """One standard deviation of all terms together, as a share."""
        return float(np.sqrt(sum(term.relative**2 for term in self.terms)))

    @property
    def text(self) -> str:
        """One line for reports and files."""
        if not self.terms:
            return f"{self.stated} (no photo: error unknown)"
        reasons = ", ".join(f"{term.name} {100 * term.relative:.2f} %" for term in self.terms)
        return f"{self.stated} ± {100 * self.relative_error:.2f} % ({reasons})"


def parse_size(text: str) -> Size:
    """Read a size such as `height=42cm` or `points=812,340:812,1210=30cm`.

    Raises:
        InputError: It is not written like that, or is 0.
    """
    compact = text.replace(" ", "").lower()
    side, points = _SIDE.fullmatch(compact), _POINTS.fullmatch(compact)
    found = side or points
    if found is None:
        raise InputError(f"A size was wanted, got {text!r}.", advice=SIZE_ADVICE)
    *lead, number, tolerance, unit = found.groups()
    metres = float(number) * _METRES[unit]
    if metres <= 0:
        raise InputError(f"A size above 0 was wanted, got {text!r}.", advice=SIZE_ADVICE)
    spread = float(tolerance or 0) * _METRES[unit]
    if side:
        return KnownSide(side=MeasuredSide(lead[0]), metres=metres, tolerance_m=spread)
    x0, y0, x1, y1 = (float(value) for value in lead)
    return KnownLength(first_px=(x0, y0), second_px=(x1, y1), metres=metres, tolerance_m=spread)


def scale_for(model: Model, size: Size, *, evidence: PhotoEvidence | None = None) -> MeasuredScale:
    """Return the factor that gives a model a real size.

    The error bar adds up what the user's measure leaves open, where the outline runs in the photo,
    and, for what reaches into depth, how well the focal length is known: a wrong one moves a point
    by as much as its depth differs, over the camera's distance.

    Args:
        model: In the frame of the camera.
        size: What is known.
        evidence: The photo it was made from; None leaves the error open.

    Raises:
        InputError: A point misses the object, no photo is at hand, or an extent is 0.
    """
    if isinstance(size, KnownSide):
        return _scale_for_side(model, size, evidence)
    if evidence is None:
        raise InputError(
            "A length between two points needs the photo's camera, and a file has none.",
            advice="Give the project's folder instead of the file, or use --size height=...",
        )
    return _scale_for_length(model, size, evidence)


def _scale_for_side(model: Model, size: KnownSide, evidence: PhotoEvidence | None) -> MeasuredScale:
    """Scale by an extent of the bounds."""
    low, high = bounds_of(model)
    extent = high - low
    axis = {MeasuredSide.WIDTH: 0, MeasuredSide.HEIGHT: 1, MeasuredSide.DEPTH: 2}.get(
        size.side, int(extent.argmax())
    )
    if not extent[axis] > 0:
        raise InputError(
            f"The model has no {size.side.value}: it is flat.", advice="Give another extent."
        )
    terms = _tolerance(size)
    if evidence is not None:
        ends = np.stack([(low + high) / 2] * 2)
        ends[0, axis], ends[1, axis] = low[axis], high[axis]
        terms += _photo_terms(ends, evidence)
    return MeasuredScale(
        factor=size.metres / float(extent[axis]),
        stated=f"{size.side.value} {size.metres:.6g} m",
        terms=terms,
    )


def _scale_for_length(model: Model, size: KnownLength, evidence: PhotoEvidence) -> MeasuredScale:
    """Scale by the distance between two points of the surface."""
    mesh = join_meshes([part.mesh for part in model.parts], attributes=()).mesh
    ends = _on_surface(mesh, evidence.camera, np.array([size.first_px, size.second_px]))
    length = float(np.linalg.norm(ends[1] - ends[0]))
    if length < 1e-9:
        raise InputError("The two points are one and the same.", advice="Choose others.")
    return MeasuredScale(
        factor=size.metres / length,
        stated=f"{size.metres:.6g} m between two points of the photo",
        terms=_tolerance(size) + _photo_terms(ends, evidence),
    )


def _on_surface(
    mesh: Mesh, camera: Camera, pixels: Float64[np.ndarray, "n 2"]
) -> Float64[np.ndarray, "n 3"]:
    """Return the points of the surface that pixels show."""
    directions = camera.rays_in_world(pixels)
    origins = np.repeat(camera.position[None], len(pixels), axis=0)
    hits = Raycaster(mesh.positions, mesh.triangles).first_hits(origins, directions)
    if not hits.found.all():
        x, y = pixels[int(np.argmin(hits.found))]
        raise InputError(
            f"The point ({x:g}, {y:g}) does not lie on the object.",
            advice="Choose points well inside the outline; x runs to the right, y down.",
        )
    return origins + directions * hits.distance[:, None]


def _tolerance(size: Size) -> tuple[ErrorTerm, ...]:
    """Return what the user's own measure leaves open."""
    if size.tolerance_m == 0:
        return ()
    return (ErrorTerm(name="measure", relative=size.tolerance_m / size.metres),)


def _photo_terms(
    ends: Float64[np.ndarray, "2 3"], evidence: PhotoEvidence
) -> tuple[ErrorTerm, ...]:
    """Propagate the outline's and the lens's uncertainty to the length between two points."""
    camera = evidence.camera
    pixels, depths = camera.project(ends)
    length = float(np.linalg.norm(ends[1] - ends[0]))
    across = float(np.linalg.norm(pixels[1] - pixels[0]))
    along = abs(float(depths[1] - depths[0]))
    # Only the share of the length that lies across the view is measured in pixels; what lies
    # along it was inferred with the same pixels, so it is taken to be no better.
    seen = max(across, length * camera.focal_px / float(depths.mean()) * 0.25)
    return (
        ErrorTerm(name="outline", relative=float(np.sqrt(2)) * evidence.edge_px / max(seen, 1.0)),
        ErrorTerm(name="lens", relative=evidence.focal_error * along / float(depths.mean())),
    )
