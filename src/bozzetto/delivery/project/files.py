"""What a finished project holds for delivery: its levels, report, masks and photos' cameras.

Letters: h w rows and columns.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from jaxtyping import Float32

from bozzetto.asset.model import Model
from bozzetto.delivery.open_model import open_model
from bozzetto.delivery.project.report_record import CamerasRecord, ReportRecord, read_known
from bozzetto.delivery.sizing import PhotoEvidence
from bozzetto.errors import ProjectError
from bozzetto.pipeline.approval import read_drafts
from bozzetto.pipeline.options import MAX_LODS
from bozzetto.pipeline.photo_to_asset import level_name
from bozzetto.pipeline.records import camera_of_record, read_json
from bozzetto.pipeline.store import MANIFEST, Project, open_project, stage_folder
from bozzetto.records import Json

_EXIF_FOCAL_ERROR = 0.03
_GUESSED_FOCAL_ERROR = 0.35
"""Phones' lenses spread from 24 to 77 mm; a guess in the middle is off by about a third."""
_LEAST_EDGE_PX = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class FinishedProject:
    """A finished project, ready for delivery."""

    root: Path
    report: ReportRecord
    options: str
    """All settings, as JSON."""
    levels: tuple[Model, ...]
    """Of detail, the finest first, as their GLBs hold them."""
    paths: tuple[Path, ...]
    mask_sha256: tuple[str, ...]
    """Of the masks' files, one for each photo."""
    evidence: PhotoEvidence | None
    """Of the first photo; None where its camera is not on record."""


def is_project(path: Path) -> bool:
    """Tell whether a path is a project's folder."""
    return (path / MANIFEST).is_file()


def read_finished(root: Path) -> FinishedProject:
    """Read a finished project.

    Raises:
        ProjectError: It is no project, or not finished yet.
    """
    project = open_project(root)
    path = project.path("report.json")
    if not path.is_file():
        raise ProjectError(
            f"The project {root} has no finished asset yet.",
            advice=f"Finish it: `bozzetto refine {root}`.",
        )
    report = read_known(ReportRecord, path)
    names = [f"{level_name(report.name, level)}.glb" for level in range(MAX_LODS)]
    paths = tuple(project.path(name) for name in names if project.path(name).is_file())
    masks = tuple(
        stage_folder(project, "masks", digest) / "mask.png" for digest in read_drafts(project).masks
    )
    return FinishedProject(
        root=root,
        report=report,
        options=_options(path),
        levels=tuple(open_model(path).model for path in paths),
        paths=paths,
        mask_sha256=tuple(_sha256(mask) for mask in masks if mask.is_file()),
        evidence=_evidence(project, report, masks),
    )


def mask_edge_px(alpha: Float32[np.ndarray, "h w"]) -> float:
    """Return how many pixels wide the soft band of a mask's outline is, halved.

    The band's area over the outline's length; taken for one standard deviation of the outline.
    """
    soft = (alpha > 0.05) & (alpha < 0.95)
    inside = (alpha >= 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    length = sum(cv2.arcLength(outline, True) for outline in outlines)
    return max(float(soft.sum()) / max(length, 1.0) / 2, _LEAST_EDGE_PX)


def _evidence(
    project: Project, report: ReportRecord, masks: tuple[Path, ...]
) -> PhotoEvidence | None:
    """Find the camera that was fitted to the first photo, and how sharp its mask is."""
    wanted = report.files[0].sha256 if report.files else ""
    for folder in sorted(project.path("assets").glob("*")):
        glb = folder / "asset.glb"
        if glb.is_file() and _sha256(glb) == wanted:
            cameras = read_known(CamerasRecord, folder / "asset.json").cameras
            break
    else:
        return None
    picture = cv2.imread(str(masks[0]), cv2.IMREAD_GRAYSCALE) if masks else None
    if not cameras or picture is None:
        return None
    known = report.inputs[0].focal_px is not None
    return PhotoEvidence(
        camera=camera_of_record(cameras[0]),
        edge_px=mask_edge_px(picture.astype(np.float32) / np.float32(255)),
        focal_error=_EXIF_FOCAL_ERROR if known else _GUESSED_FOCAL_ERROR,
    )


def _options(path: Path) -> str:
    """Return the report's settings as they stand there."""
    report = read_json(path)
    settings = cast("dict[str, Json]", report).get("options") if isinstance(report, dict) else None
    return json.dumps(settings, sort_keys=True, separators=(",", ":"))


def _sha256(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
