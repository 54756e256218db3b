"""All figures of one prediction for one photograph."""

from dataclasses import dataclass

import numpy as np

from benchmarks.quality.features import FeatureNet
from benchmarks.quality.frustum import ViewFrame, crop_of, view_frame
from benchmarks.quality.pictures import (
    ColorError,
    Picture,
    color_error,
    predicted_pictures,
    true_pictures,
)
from benchmarks.quality.scene import NUM_POINTS, InputView
from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.geometry.compare.alignment import Level, align, level_of, refine_by_icp
from bozzetto.geometry.compare.distance import (
    Matches,
    PointCloud,
    SurfaceDistance,
    match,
    summarize,
)
from bozzetto.geometry.compare.similarity import Similarity
from bozzetto.geometry.compare.solid import Solid, grid_points, volume_iou
from bozzetto.geometry.raycast import Raycaster
from bozzetto.geometry.sampling import sample_surface
from bozzetto.views.camera import Camera

_CELLS = 64
_NAN = float("nan")


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedView:
    """A photograph with everything of its truth that all predictions are held against."""

    view: InputView
    frame: ViewFrame
    pictures: tuple[Picture, ...]
    net: FeatureNet | None


@dataclass(frozen=True, kw_only=True)
class CameraError:
    """How far the predicted camera is from the true one, absolute."""

    elevation_deg: float
    up_deg: float
    """Angle between both up directions, seen by the camera: elevation and roll."""
    fov_deg: float
    """Of the angle that the object's crop spans."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """One prediction, measured."""

    levels: dict[str, SurfaceDistance]
    """By alignment: those of `Level`, `camera` (through both cameras) and `camera+fit`
    (then shifted and scaled, not turned)."""
    visible: SurfaceDistance
    """The part of the surface in the photograph, at `camera+fit`."""
    hidden: SurfaceDistance
    """The rest."""
    rotation: tuple[float, ...]
    """Nine numbers by rows, found at `so3+icp`."""
    iou_aligned: float
    """Volume, at `so3+icp+scale`."""
    iou_view: float
    """Volume, in the (u, v, w) frame of the photograph; nothing fitted but the mean depth."""
    silhouette_iou: float
    """Of the prediction seen by its own camera, with the photograph's alpha."""
    color: ColorError
    camera: CameraError


def prepare(view: InputView, *, net: FeatureNet | None = None) -> PreparedView:
    """Work out what depends on the photograph only."""
    frame = view_frame(view.camera, view.thing.caster, crop=crop_of(view.foreground.alpha))
    if frame is None:
        raise ValueError(f"{view.foreground.name} does not show its object.")
    return PreparedView(view=view, frame=frame, pictures=true_pictures(view), net=net)


def evaluate(prepared: PreparedView, draft: Reconstruction) -> Scores:
    """Measure one prediction.

    Args:
        prepared: The photograph and its truth.
        draft: The prediction; the first of its cameras is the photograph's.
    """
    view, camera = prepared.view, draft.cameras[0]
    caster = Raycaster(draft.mesh.positions, draft.mesh.triangles)
    sample = sample_surface(draft.mesh, count=NUM_POINTS, seed=1)
    prediction = PointCloud(sample.points, sample.normals)
    alignments = align(prediction, view.truth)
    levels = {str(one.level): summarize(one.matches) for one in alignments}
    frame = view_frame(camera, caster, crop=crop_of(view.foreground.alpha))
    by_camera, fitted = _through_cameras(prepared, frame, prediction)
    levels["camera"] = summarize(by_camera[1])
    levels["camera+fit"] = summarize(fitted[1])
    free = level_of(alignments, Level.SO3_ICP_SCALE).onto_truth
    rotation = level_of(alignments, Level.SO3_ICP).onto_truth.rotation
    pictures = predicted_pictures(view, draft.mesh, caster, onto_truth=fitted[0])
    solid = Solid(draft.mesh)
    return Scores(
        levels=levels,
        visible=summarize(fitted[1].part(view.is_visible)),
        hidden=summarize(fitted[1].part(~view.is_visible)),
        rotation=tuple(float(value) for value in rotation.ravel()),
        iou_aligned=_aligned_iou(view, solid, onto_truth=free),
        iou_view=0.0 if frame is None else _view_iou(prepared, frame, solid),
        silhouette_iou=silhouette_iou(caster, camera, view),
        color=color_error(pictures, prepared.pictures, net=prepared.net),
        camera=_camera_error(prepared.frame, frame),
    )


def _through_cameras(
    prepared: PreparedView, frame: ViewFrame | None, prediction: PointCloud
) -> tuple[tuple[Similarity, Matches], tuple[Similarity, Matches]]:
    """Place a prediction where its camera says; then shift and scale it, which no photo tells.

    It is never turned: sides are not mistaken for each other. A prediction that its own camera does
    not see is left where it is.
    """
    view = prepared.view
    onto = Similarity.identity() if frame is None else frame.onto(prepared.frame)
    onto = view.truth_from_object @ onto
    placed = onto, match(prediction, view.truth, onto_truth=onto)
    fitted = refine_by_icp(prediction, view.truth, start=onto, with_scale=True, with_rotation=False)
    matches = match(prediction, view.truth, onto_truth=fitted)
    return placed, (fitted, matches) if matches.chamfer() < placed[1].chamfer() else placed


def _aligned_iou(view: InputView, solid: Solid, *, onto_truth: Similarity) -> float:
    """Compare volumes on a grid about the truth."""
    points = grid_points(_CELLS, half=1.1)
    wanted = view.thing.contains(view.truth_from_object.inverse().apply(points))
    return volume_iou(solid.contains(onto_truth.inverse().apply(points)), wanted)


def _view_iou(prepared: PreparedView, frame: ViewFrame, solid: Solid) -> float:
    """Compare volumes cell by cell of the photograph's own volume."""
    wanted = prepared.view.thing.contains(prepared.frame.points(_CELLS))
    return volume_iou(solid.contains(frame.points(_CELLS)), wanted)


def silhouette_iou(caster: Raycaster, camera: Camera, view: InputView) -> float:
    """Compare what the predicted camera sees with the photograph's silhouette, pixel by pixel."""
    alpha = view.foreground.alpha
    return volume_iou(silhouette_of(caster, camera), (alpha > 0.5).ravel())


def silhouette_of(caster: Raycaster, camera: Camera) -> np.ndarray:
    """Return which pixels' centres see the shape, row by row."""
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    rays = camera.rays_in_world(np.stack([x.ravel(), y.ravel()], axis=1))
    return caster.is_blocked(np.broadcast_to(camera.position, rays.shape), rays)


def _camera_error(wanted: ViewFrame, found: ViewFrame | None) -> CameraError:
    """Compare cameras; NaN where the predicted one does not see its own shape."""
    if found is None:
        return CameraError(elevation_deg=_NAN, up_deg=_NAN, fov_deg=_NAN)
    cosine = float(np.clip(wanted.up @ found.up, -1, 1))
    return CameraError(
        elevation_deg=abs(wanted.elevation_deg - found.elevation_deg),
        up_deg=float(np.degrees(np.arccos(cosine))),
        fov_deg=abs(wanted.fov_deg - found.fov_deg),
    )
