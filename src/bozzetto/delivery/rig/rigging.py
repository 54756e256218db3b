"""Rig a project's asset or any file, write it, and prove how it deforms.

Beside the model: `NAME.joints.json` (change it and give it back), `NAME.rig.json` (confidence,
stress, findings) and `NAME.rig.png` (rest and stress poses). Letters: h w rows and columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from bozzetto.asset.model import Model
from bozzetto.delivery.export.exporting import load_deliverable
from bozzetto.delivery.open_model import format_of, open_model
from bozzetto.delivery.rig.vrm import encode_vrm
from bozzetto.delivery.source_frame import AS_READ, SourceFrame
from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.formats.base import NamedFile, Written
from bozzetto.formats.registry import load_format
from bozzetto.formats.storing import store
from bozzetto.geometry.measure.crossings import crossing_edges
from bozzetto.qa.connectivity import weld_corners, welded_positions
from bozzetto.records import text_from
from bozzetto.rigging.blazepose import BlazePose
from bozzetto.rigging.bvh import read_bvh
from bozzetto.rigging.canonical import RestPose
from bozzetto.rigging.corrections import corrected, corrections_from_json, joints_to_json
from bozzetto.rigging.figure import figure_of
from bozzetto.rigging.motion import Motion
from bozzetto.rigging.retarget import captured_from_clip, motion_from_captured
from bozzetto.rigging.rig import Rigged, RigOptions, bind_found, find, with_motions
from bozzetto.rigging.sheet import rig_sheet
from bozzetto.rigging.stress import PoseStress, poses_of, stress, stressed, verdicts

_CUTS_COUNTED_TO = 60_000
"""Triangles up to which self-intersections are counted in every pose."""


@dataclass(frozen=True, kw_only=True)
class RigOrder:
    """What to rig, how, and where to put it."""

    source: Path
    """A finished project's folder, or a model file."""
    output: Path
    """The model to write; its suffix names the format."""
    options: RigOptions = field(default_factory=RigOptions)
    joints: Path | None = None
    """Joints that a person moved."""
    motions: tuple[Path, ...] = ()
    """BVH files, or models with clips, to put on the figure."""
    frame: SourceFrame = AS_READ
    """The unit and up axis of a source that says neither."""


@dataclass(frozen=True, kw_only=True)
class JointReport:
    """One joint of the result."""

    role: str
    name: str
    confidence: float
    passed: bool | None
    """Whether all stress poses that turn it passed; None where none does."""


@dataclass(frozen=True, kw_only=True)
class PoseReport:
    """One stress pose."""

    stress: PoseStress
    passed: bool
    new_self_intersections: int | None
    """Triangles that cut others in the pose and not at rest; None on meshes too large to count."""


@dataclass(frozen=True, kw_only=True)
class RigReport:
    """What was made of a file, for people and machines."""

    model: str
    skeleton: str
    vertices: int
    joints: tuple[JointReport, ...]
    clips: tuple[str, ...]
    poses: tuple[PoseReport, ...]
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether every stress pose passed."""
        return all(pose.passed for pose in self.poses)


def rig_file(request: RigOrder) -> RigReport:
    """Rig a figure and write it with its certificate.

    Raises:
        UnriggableError: It is not a figure that can be rigged.
        InputError: A file cannot be read, or names what there is not.
        FormatError: The wanted format cannot hold a skeleton.
    """
    is_vrm = request.output.suffix.lower() == ".vrm"
    writer = None if is_vrm else load_format(format_of(request.output))
    options = _as_vrm(request.options) if is_vrm else request.options
    motions = [motion for path in request.motions for motion in read_motions(path)]
    deliverable, notes = load_deliverable(request.source, frame=request.frame)
    model = deliverable.levels[0]
    found = find(model, network=BlazePose(), options=options)
    if request.joints is not None:
        wanted = corrections_from_json(_text(request.joints))
        moved = corrected(found.joints, wanted, middle=found.middle)
        found = replace(found, joints=moved)
    rigged = with_motions(bind_found(model, found, options=options), motions)
    report = _report(rigged, notes)
    sheet = rig_sheet(rigged)
    stem = request.output.stem
    named = replace(rigged, model=replace(rigged.model, name=stem))
    written = _vrm(named) if writer is None else writer.write(named.model)
    renamed = _with_main(written, request.output.name)
    report = replace(report, findings=(*report.findings, *written.findings))
    files = (
        *renamed.files,
        NamedFile(name=f"{stem}.joints.json", data=joints_to_json(found.joints).encode()),
        NamedFile(name=f"{stem}.rig.json", data=text_from(report).encode()),
        NamedFile(name=f"{stem}.rig.png", data=_png(sheet)),
    )
    store(replace(renamed, files=files), folder=request.output.parent)
    return report


def _as_vrm(options: RigOptions) -> RigOptions:
    """Name and stand a figure as VRM has it."""
    pose = RestPose.T if options.pose is RestPose.KEEP else options.pose
    return replace(options, dialect="vrm", pose=pose)


def _vrm(rigged: Rigged) -> Written:
    """Write a VRM file, which is a GLB that knows its bones."""
    name = f"{rigged.model.name}.vrm"
    return Written(main=name, files=(NamedFile(name=name, data=encode_vrm(rigged)),))


def read_motions(path: Path) -> list[Motion]:
    """Read the motions of a BVH file or of a model with clips.

    Raises:
        InputError: The file holds no motion, or of a skeleton that is not recognised.
    """
    if path.suffix.lower() == ".bvh":
        return [motion_from_captured(read_bvh(_text(path)), name=path.stem)]
    model: Model = open_model(path).model
    if model.skeleton is None or not model.clips:
        raise InputError(
            f"{path.name} holds no motion of a skeleton.", advice="Bring a BVH, GLB or FBX clip."
        )
    skeleton = model.skeleton
    return [
        motion_from_captured(captured_from_clip(skeleton, clip), name=clip.name)
        for clip in model.clips
    ]


def _report(rigged: Rigged, notes: Sequence[Finding]) -> RigReport:
    """Collect what a person should know."""
    results = stress(rigged)
    passed = verdicts(results)
    skeleton = rigged.model.skeleton
    assert skeleton is not None
    poses = tuple(
        PoseReport(stress=result, passed=result.passed, new_self_intersections=cuts)
        for result, cuts in zip(results, _new_cuts(rigged), strict=True)
    )
    joints = tuple(
        JointReport(
            role=role,
            name=name,
            confidence=_confidence(rigged, role),
            passed=passed.get(role),
        )
        for role, name in zip(rigged.roles, skeleton.names, strict=True)
    )
    return RigReport(
        model=rigged.model.name,
        skeleton=rigged.dialect.name,
        vertices=sum(part.mesh.num_vertices for part in rigged.model.parts),
        joints=joints,
        clips=tuple(clip.name for clip in rigged.model.clips),
        poses=poses,
        findings=(*notes, *rigged.findings, *_stress_findings(poses)),
    )


def _confidence(rigged: Rigged, role: str) -> float:
    if role not in rigged.joints:
        return 1.0
    return float(rigged.joints.confidence[rigged.joints.roles.index(role)])


def _new_cuts(rigged: Rigged) -> list[int | None]:
    """Count triangles that cut others only because of a pose."""
    mesh = figure_of(rigged.model).mesh
    if mesh.num_triangles > _CUTS_COUNTED_TO:
        return [None] * len(poses_of(rigged))
    corners, count = weld_corners(mesh)
    triangles = corners.astype(np.int32)

    def cuts_at(positions: Float32[np.ndarray, "v 3"]) -> int:
        welded = welded_positions(replace(mesh, positions=positions), corners, count=count)
        # What rays overlook beside shared corners they overlook at rest as well.
        return len(crossing_edges(welded, triangles))

    at_rest = cuts_at(mesh.positions)
    return [max(cuts_at(stressed(rigged, pose)) - at_rest, 0) for pose in poses_of(rigged)]


def _stress_findings(poses: Sequence[PoseReport]) -> list[Finding]:
    """Warn of poses that deform badly."""
    return [
        Finding(
            code="rig.stress.failed",
            severity=Severity.WARNING,
            message=f"In the pose {pose.stress.pose} edges stretch {pose.stress.stretch:.1f}-fold, "
            f"the volume changes by {pose.stress.volume_change:.0%} and pieces part by "
            f"{pose.stress.parting:.1%} of the height.",
            fix="Look at the pose in the sheet; move the joints in joints.json and rig again.",
            subject=pose.stress.pose,
        )
        for pose in poses
        if not pose.passed
    ]


def _with_main(written: Written, name: str) -> Written:
    """Give the main file the name that the user wants."""
    files = tuple(
        replace(file, name=name) if file.name == written.main else file for file in written.files
    )
    return replace(written, main=name, files=files)


def _text(path: Path) -> str:
    """Read a text file.

    Raises:
        InputError: It is not there, or is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.", advice="Check the path.") from error


def _png(picture: UInt8[np.ndarray, "h w 3"]) -> bytes:
    """Encode a picture."""
    return cv2.imencode(".png", picture[:, :, ::-1])[1].tobytes()
