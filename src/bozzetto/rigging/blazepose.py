"""BlazePose: find a person in a picture, and 33 landmarks on that person.

Bazarevsky et al. 2020, "BlazePose: On-device Real-time Body Pose tracking"; the networks are
MediaPipe's pose_detection and pose_landmark_full, as ONNX (`tools/convert_pose_networks.py`).
Letters: h w rows and columns, n candidates, l landmarks.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.onnx_sessions import OnnxSession, open_session

WEIGHTS = Path(__file__).parent / "weights"
LICENCE = "Apache-2.0"
NUM_LANDMARKS = 33

Picture = Float32[np.ndarray, "h w 3"]

_DETECTOR_PX, _LANDMARK_PX, _HEAT_PX = 224, 256, 64
_CROP_MARGIN = 1.25
_HEAT_RADIUS = 3
_HEAT_FLOOR = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class UprightCrop:
    """A turned square of a picture in which the person stands upright."""

    centre_px: Float64[np.ndarray, " 2"]
    """Between the hips."""
    side_px: float
    turn: float
    """Radians clockwise from upright to the person's own up."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Detection:
    """The likeliest person in a picture."""

    score: float
    """0 to 1; below 0.5 hardly ever a person."""
    crop: UprightCrop


@dataclass(frozen=True, kw_only=True, eq=False)
class Posture:
    """A person's landmarks in a picture."""

    points_px: Float64[np.ndarray, "l 2"]
    visibility: Float64[np.ndarray, " l"]
    """0 to 1: inside the picture and not hidden."""
    presence: float
    """0 to 1: whether the crop holds a person; high for many things, so no gate by itself."""
    crop: UprightCrop
    """What the landmarks themselves suggest as a better crop."""


class BlazePose:
    """Both networks, loaded. Build one, call it many times."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        self._detector = _load(folder / "pose_detection.onnx")
        self._landmarks = _load(folder / "pose_landmark_full.onnx")
        self._anchors = _anchors()

    def detect(self, srgb: Picture) -> Detection:
        """Find the likeliest person; the score tells whether it is one."""
        side = max(srgb.shape[:2])
        scale = _DETECTOR_PX / side
        offset = (np.array(srgb.shape[1::-1]) - side) / 2
        frame = _warp(
            srgb, _DETECTOR_PX, np.array([[scale, 0, 0], [0, scale, 0]]), shift=-offset * scale
        )
        boxes, scores = self._detector.run({"input_1": (frame * 2 - 1)[None]})
        best = int(scores[0, :, 0].argmax())
        points = boxes[0, best, 4:8].reshape(2, 2).astype(np.float64) / _DETECTOR_PX
        hips, reach = (points + self._anchors[best]) * side + offset
        return Detection(
            score=float(1 / (1 + np.exp(-np.clip(scores[0, best, 0], -100, 100)))),
            crop=_crop_between(hips, reach),
        )

    def find_landmarks(self, srgb: Picture, crop: UprightCrop) -> Posture:
        """Find the landmarks of the person in a crop."""
        scale = _LANDMARK_PX / crop.side_px
        cos, sin = np.cos(crop.turn) * scale, np.sin(crop.turn) * scale
        turn = np.array([[cos, sin], [-sin, cos]])
        shift = _LANDMARK_PX / 2 - turn @ crop.centre_px
        frame = _warp(srgb, _LANDMARK_PX, np.concatenate([turn, shift[:, None]], axis=1))
        raw, presence, heat = self._landmarks.run({"input_1": frame[None]})
        values = raw.reshape(-1, 5).astype(np.float64)
        in_crop = _sharpened(values[:, :2], _sigmoid(heat[0].astype(np.float64)))
        points = (in_crop - shift) @ np.linalg.inv(turn).T
        hips, reach = points[NUM_LANDMARKS], points[NUM_LANDMARKS + 1]
        return Posture(
            points_px=points[:NUM_LANDMARKS],
            visibility=_sigmoid(values[:NUM_LANDMARKS, 3]),
            presence=float(presence[0, 0]),
            crop=_crop_between(hips, reach),
        )


def upright_crop(centre_px: tuple[float, float], height_px: float) -> UprightCrop:
    """Make the crop of somebody who stands upright, from the outline alone."""
    return UprightCrop(
        centre_px=np.array(centre_px, np.float64), side_px=_CROP_MARGIN * height_px, turn=0.0
    )


def _crop_between(hips: Float64[np.ndarray, " 2"], reach: Float64[np.ndarray, " 2"]) -> UprightCrop:
    """Make a crop from the point between the hips and a point a body's radius above."""
    across, up = reach - hips
    return UprightCrop(
        centre_px=hips,
        side_px=max(2 * float(np.hypot(across, up)) * _CROP_MARGIN, 1.0),
        turn=float(np.arctan2(across, -up)),
    )


def _warp(
    srgb: Picture,
    size: int,
    matrix: Float64[np.ndarray, "2 _"],
    *,
    shift: Float64[np.ndarray, " 2"] | None = None,
) -> Float32[np.ndarray, "s s 3"]:
    """Sample a square; pixel centres lie at +0.5 on both sides."""
    whole = matrix.copy()
    if shift is not None:
        whole[:, 2] = shift
    whole[:, 2] += whole[:, :2] @ (0.5, 0.5) - 0.5
    inverse = cv2.invertAffineTransform(whole)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = (float(srgb[0, 0, 0]), float(srgb[0, 0, 1]), float(srgb[0, 0, 2]))
    frame = cv2.warpAffine(
        srgb, inverse, (size, size), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=border
    )
    return np.asarray(frame, np.float32)


def _sharpened(
    points: Float64[np.ndarray, "m 2"], heat: Float64[np.ndarray, "r r m"]
) -> Float64[np.ndarray, "m 2"]:
    """Move each landmark to the centre of mass of its heat nearby, where there is enough."""
    refined = points.copy()
    cell = _LANDMARK_PX / _HEAT_PX
    for index, (x, y) in enumerate(points / cell):
        column, row = int(x), int(y)
        if not (0 <= column < _HEAT_PX and 0 <= row < _HEAT_PX):
            continue
        top, left = max(row - _HEAT_RADIUS, 0), max(column - _HEAT_RADIUS, 0)
        window = heat[top : row + _HEAT_RADIUS + 1, left : column + _HEAT_RADIUS + 1, index]
        if window.max() < _HEAT_FLOOR:
            continue
        rows, columns = np.indices(window.shape)
        mass = window.sum()
        refined[index] = (
            ((columns * window).sum() / mass + left) * cell,
            ((rows * window).sum() / mass + top) * cell,
        )
    return refined


def _anchors() -> Float64[np.ndarray, "n 2"]:
    """Return the centres of the detector's cells, 0 to 1, two for each cell and layer."""
    centres: list[Float64[np.ndarray, "c 2"]] = []
    for stride, layers in ((8, 1), (16, 1), (32, 3)):
        cells = _DETECTOR_PX // stride
        rows, columns = np.indices((cells, cells)).reshape(2, -1) + 0.5
        grid = np.stack([columns, rows], axis=1) / cells
        centres.append(np.repeat(grid, 2 * layers, axis=0))
    return np.concatenate(centres)


def _sigmoid(values: Float64[np.ndarray, "*n"]) -> Float64[np.ndarray, "*n"]:
    return 1 / (1 + np.exp(-np.clip(values, -60, 60)))


def _load(path: Path) -> OnnxSession:
    """Open a network.

    Raises:
        ResourceError: The file is missing or damaged, or ONNX Runtime is not installed.
    """
    return open_session(path, what="the pose networks", advice="Install them again.")
