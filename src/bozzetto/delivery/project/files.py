"""What a finished project holds for delivery: its levels, report, masks and photos' cameras.

Letters: h w rows and columns.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float32

from bozzetto.asset.model import Model
from bozzetto.delivery.open_model import open_model
from bozzetto.delivery.sizing import PhotoEvidence
from bozzetto.errors import ProjectError
from bozzetto.pipeline.options import MAX_LODS, level_name
from bozzetto.pipeline.project import MANIFEST, Project, open_project, read_record
from bozzetto.pipeline.report import Report
from bozzetto.pipeline.stages import ASSET_STAGE, MASK_STAGE
from bozzetto.plans.results import find_result, read_result
from bozzetto.records import json_from

_EXIF_FOCAL_ERROR = 0.03
_GUESSED_FOCAL_ERROR = 0.35
"""Phones' lenses spread from 24 to 77 mm; a guess in the middle is off by about a third."""
_LEAST_EDGE_PX = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class FinishedProject:
    """A finished project, ready for delivery."""

    root: Path
    report: Report
    options: str
    """All settings, as JSON."""
    levels: tuple[Model, ...]
    """Of detail, the finest first, as their GLBs hold them."""
    paths: tuple[Path, ...]
    mask_sha256: tuple[str, ...]
    """Of the masks' files, one for each photo; empty where a file is gone."""
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
    report = read_record(Report, path)
    names = [f"{level_name(report.name, level)}.glb" for level in range(MAX_LODS)]
    paths = tuple(project.path(name) for name in names if project.path(name).is_file())
    return FinishedProject(
        root=root,
        report=report,
        options=json.dumps(json_from(report.options), sort_keys=True, separators=(",", ":")),
        levels=tuple(open_model(path).model for path in paths),
        paths=paths,
        mask_sha256=tuple(_mask_sha256(project, key) for key in report.keys.masks),
        evidence=_evidence(project, report),
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


def _evidence(project: Project, report: Report) -> PhotoEvidence | None:
    """Find the camera that was fitted to the first photo, and how sharp its mask is."""
    store, key = project.store, report.keys.assets[0]
    wanted = ((ASSET_STAGE, key), (MASK_STAGE, report.keys.masks[0]))
    if any(find_result(store, stage.collection, one) is None for stage, one in wanted):
        return None
    cameras = read_result(store, ASSET_STAGE, key).refined.asset.cameras
    if not cameras:
        return None
    known = report.inputs[0].focal_px is not None
    return PhotoEvidence(
        camera=cameras[0],
        edge_px=mask_edge_px(read_result(store, MASK_STAGE, report.keys.masks[0]).mask.alpha),
        focal_error=_EXIF_FOCAL_ERROR if known else _GUESSED_FOCAL_ERROR,
    )


def _mask_sha256(project: Project, key: str) -> str:
    """Return the hash of a mask's picture; empty where it is gone."""
    record = find_result(project.store, MASK_STAGE.collection, key)
    return "" if record is None else record.files["mask.png"].sha256
