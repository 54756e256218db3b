"""The shape of a refined asset, kept on its own: textures can be made again without it.

What only concerns colour or files is left out of its key, so another light, file format or lock
finds the shape and its UV layout where the first run put them.
"""

import dataclasses
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bozzetto.asset.draft import Draft
from bozzetto.asset.mesh import Mesh
from bozzetto.findings import Finding
from bozzetto.pipeline.draft_to_asset import Sculpted, Shaped, shape_draft
from bozzetto.pipeline.options import RefineOptions
from bozzetto.pipeline.records import (
    damaged,
    read_record,
)
from bozzetto.pipeline.retopology import SymmetryFacts
from bozzetto.pipeline.stage import Codec, Outcome, Session, StageKey, run_stage
from bozzetto.progress import StageStep, Step
from bozzetto.records import text_from
from bozzetto.sculpting.sculpt import OutlineFacts
from bozzetto.views.camera_record import CameraRecord, camera_of_record, record_of_camera

SHAPE_VERSION = 5
_COLOUR_ONLY = ("delight", "image_format", "provenance_attributes", "confidence_map")


def shape_stage(
    session: Session,
    draft: Draft,
    sculpted: Callable[[Step], Sculpted],
    *,
    inputs: tuple[str, ...],
    options: RefineOptions,
    label: str,
) -> Outcome[Shaped]:
    """Make or find the finished surface of one level of detail, laid out and without textures.

    Args:
        session: Of the project.
        draft: The approved one.
        sculpted: Makes what all levels are made from; asked only if the level is not there.
        inputs: Digests of all that went in.
        options: Of this level.
        label: The stage's name for people.
    """
    defaults = RefineOptions()
    plain = {name: getattr(defaults, name) for name in _COLOUR_ONLY}
    key = StageKey(
        stage="shapes",
        version=SHAPE_VERSION,
        inputs=inputs,
        options=dataclasses.replace(options, **plain),
    )

    def tell(step: str) -> None:
        session.progress(StageStep(stage=label, step=step))

    def make() -> Shaped:
        return shape_draft(draft, sculpted(tell), options=options, step=tell)

    return run_stage(session, key, make, codec=_SHAPED, label=label)


@dataclass(frozen=True, kw_only=True)
class _Record:
    """All of a shape but its meshes."""

    findings: tuple[Finding, ...]
    symmetry: SymmetryFacts
    outlines: tuple[OutlineFacts, ...]
    cameras: tuple[CameraRecord, ...]


def _write(shaped: Shaped, folder: Path) -> None:
    """Write `mesh.npz`, `dense.npz` and `shape.json`."""
    _write_mesh(shaped.mesh, folder / "mesh.npz")
    _write_mesh(shaped.dense, folder / "dense.npz")
    record = _Record(
        findings=shaped.findings,
        symmetry=shaped.symmetry,
        outlines=shaped.outlines,
        cameras=tuple(record_of_camera(camera) for camera in shaped.cameras),
    )
    (folder / "shape.json").write_text(text_from(record), "utf-8")


def _read(folder: Path) -> Shaped:
    """Read what `_write` wrote."""
    record = read_record(_Record, folder / "shape.json")
    return Shaped(
        mesh=_read_mesh(folder / "mesh.npz"),
        dense=_read_mesh(folder / "dense.npz"),
        findings=record.findings,
        symmetry=record.symmetry,
        outlines=record.outlines,
        cameras=tuple(camera_of_record(camera) for camera in record.cameras),
    )


def _write_mesh(mesh: Mesh, path: Path) -> None:
    """Write all arrays of a mesh."""
    arrays = {field.name: getattr(mesh, field.name) for field in dataclasses.fields(mesh)}
    with path.open("wb") as file:
        np.savez(
            file,
            allow_pickle=False,
            **{name: values for name, values in arrays.items() if values is not None},
        )


def _read_mesh(path: Path) -> Mesh:
    """Read what `_write_mesh` wrote."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return Mesh(**{name: arrays[name] for name in arrays.files})
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise damaged(path) from error


_SHAPED = Codec(write=_write, read=_read)
