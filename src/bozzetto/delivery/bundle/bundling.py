"""One folder with all that a client needs of an asset: every format, pictures, records, hashes.

Every model file is read back and compared with what it was written from; the report says how.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from bozzetto.asset.model import Model
from bozzetto.delivery.bundle.readme import readme_text
from bozzetto.delivery.export.exporting import (
    Deliverable,
    ExportedFile,
    Placing,
    put,
    write_checked,
)
from bozzetto.delivery.inspect.model_pictures import draw_textured, whole_mesh
from bozzetto.delivery.naming import Naming, rename_model, safe_stem
from bozzetto.delivery.pictures import JPEG, PNG, PictureRules, change_pictures
from bozzetto.delivery.placing import Placement, place_model
from bozzetto.delivery.provenance import Provenance, with_provenance
from bozzetto.delivery.sizing import MeasuredScale, scale_for
from bozzetto.findings import Finding, Severity
from bozzetto.formats.base import NamedFile
from bozzetto.formats.registry import format_names
from bozzetto.qa.rendering.base import Picture as Rgba
from bozzetto.qa.rendering.base import Renderer
from bozzetto.qa.rendering.cameras import SIX_SIDES, orbit_camera, side_cameras, turntable_cameras
from bozzetto.qa.rendering.registry import choose_renderer
from bozzetto.records import text_from

_PAPER = (246, 246, 245)
_WEB = PictureRules(longest_px=1024, media_types=(JPEG, PNG), power_of_two=True)


@dataclass(frozen=True, kw_only=True)
class BundleOptions:
    """What goes into a bundle, and how large its pictures are."""

    formats: tuple[str, ...] = ("usdz", "fbx", "obj")
    """Beside GLB."""
    poster_px: int = 1200
    view_px: int = 800
    turntable_px: int = 512
    turntable_frames: int = 36
    """Evenly round the object."""
    turntable_seconds: float = 6.0


_AS_IT_IS = Placing()
_DEFAULTS = BundleOptions()


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """What a bundle holds."""

    name: str
    folder: Path
    files: tuple[ExportedFile, ...]
    """Model files, as read back."""
    pictures: tuple[str, ...]
    records: tuple[str, ...]
    size: str
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether every model file read back is what was written."""
        return all(file.comparison.passed for file in self.files)


def bundle(
    deliverable: Deliverable,
    *,
    folder: Path,
    placing: Placing = _AS_IT_IS,
    options: BundleOptions = _DEFAULTS,
) -> Bundle:
    """Write everything about an asset into one folder.

    Raises:
        InputError: The size cannot be given.
        FormatError: A file cannot be written.
        ResourceError: The folder cannot be written to.
    """
    name = safe_stem(deliverable.name)
    levels, provenance, scale = _ready(deliverable, placing, name=name)
    files, beside, findings = _write_models(levels, name=name, folder=folder, options=options)
    renderer, noticed = choose_renderer()
    pictures = draw_pictures(levels[0], renderer=renderer, name=name, options=options)
    shown = put(pictures, folder=folder)
    made = Bundle(
        name=name,
        folder=folder,
        files=files,
        pictures=shown,
        records=("README.md", "SHA256SUMS", "bundle.json", f"{name}.provenance.json"),
        size=provenance.size if scale is None else scale.text,
        findings=tuple(dict.fromkeys((*findings, *noticed))),
    )
    records = (
        NamedFile(name=f"{name}.provenance.json", data=text_from(provenance).encode()),
        NamedFile(name="bundle.json", data=text_from(replace(made, folder=Path())).encode()),
        NamedFile(name="README.md", data=readme_text(made, provenance).encode()),
    )
    listed = (*(file.path for file in files), *beside, *shown, *put(records, folder=folder))
    put((NamedFile(name="SHA256SUMS", data=_sums(folder, listed)),), folder=folder)
    return made


def draw_pictures(
    model: Model, *, renderer: Renderer, name: str, options: BundleOptions
) -> tuple[NamedFile, ...]:
    """Draw the poster, the six views and the turntable."""
    mesh = whole_mesh(model)
    poster = orbit_camera(mesh, size_px=options.poster_px, azimuth_deg=35.0, elevation_deg=20.0)
    sides = side_cameras(mesh, size_px=options.view_px)
    turn = turntable_cameras(mesh, size_px=options.turntable_px, count=options.turntable_frames)
    cameras = [poster, *(side.camera for side in sides), *(step.camera for step in turn)]
    first, *rest = draw_textured(model, renderer=renderer, cameras=cameras)
    views, frames = rest[: len(SIX_SIDES)], rest[len(SIX_SIDES) :]
    return (
        NamedFile(name=f"{name}_poster.png", data=_still(first)),
        *(
            NamedFile(name=f"{name}_view_{side}.png", data=_still(view))
            for side, view in zip(SIX_SIDES, views, strict=True)
        ),
        NamedFile(
            name=f"{name}_turntable.webp",
            data=_animation(frames, seconds=options.turntable_seconds),
        ),
    )


def _ready(
    deliverable: Deliverable, placing: Placing, *, name: str
) -> tuple[list[Model], Provenance, MeasuredScale | None]:
    """Place, name and sign all levels."""
    scale = None
    if placing.size is not None:
        scale = scale_for(deliverable.levels[0], placing.size, evidence=deliverable.evidence)
    placement = Placement(scale=1.0 if scale is None else scale.factor, pivot=placing.pivot)
    provenance = deliverable.provenance
    if scale is not None:
        provenance = replace(provenance, size=scale.text)
    levels = [
        rename_model(place_model(level, placement=placement), name=name, naming=Naming())
        for level in deliverable.levels
    ]
    return [with_provenance(level, provenance, scale=scale) for level in levels], provenance, scale


def _write_models(
    levels: Sequence[Model], *, name: str, folder: Path, options: BundleOptions
) -> tuple[tuple[ExportedFile, ...], tuple[str, ...], tuple[Finding, ...]]:
    """Write all model files; a format that is missing here becomes a finding."""
    full = levels[0]
    known = format_names()
    jobs = [
        (replace(full, name=name), "glb", 0),
        (replace(change_pictures(full, rules=_WEB), name=f"{name}-web"), "glb-web", 0),
    ]
    jobs.extend((replace(full, name=name), kind, 0) for kind in options.formats if kind in known)
    jobs.extend(
        (replace(level, name=f"{name}_lod{number}"), "glb", number)
        for number, level in enumerate(levels)
        if number
    )
    files: list[ExportedFile] = []
    beside: list[str] = []
    findings = [_missing(kind) for kind in options.formats if kind not in known]
    for model, kind, level in jobs:
        file, others, noticed = write_checked(model, kind, level=level, folder=folder)
        files.append(file)
        beside.extend(others)
        findings.extend(noticed)
    return tuple(files), tuple(dict.fromkeys(beside)), tuple(findings)


def _missing(kind: str) -> Finding:
    """Say that a format is not to be had here."""
    return Finding(
        code="bundle.format.missing",
        severity=Severity.WARNING,
        message=f"The format {kind} is not installed here, so the bundle lacks it.",
        fix="Install it, and bundle again.",
        subject=kind,
    )


def _still(picture: Rgba) -> bytes:
    """Encode a picture over a paper white."""
    stream = BytesIO()
    Image.fromarray(_over_paper(picture)).save(stream, "PNG", compress_level=6)
    return stream.getvalue()


def _animation(frames: Sequence[Rgba], *, seconds: float) -> bytes:
    """Encode frames as an animated WebP that repeats for ever."""
    images = [Image.fromarray(_over_paper(frame)) for frame in frames]
    stream = BytesIO()
    images[0].save(
        stream,
        "WEBP",
        save_all=True,
        append_images=images[1:],
        duration=round(1000 * seconds / len(images)),
        loop=0,
        quality=80,
        method=4,
    )
    return stream.getvalue()


def _over_paper(picture: Rgba) -> UInt8[np.ndarray, "h w 3"]:
    """Lay a picture over a paper white."""
    alpha = picture[..., 3:].astype(np.float32) / 255
    paper = np.array(_PAPER, np.float32)
    return np.round(picture[..., :3] * alpha + paper * (1 - alpha)).astype(np.uint8)


def _sums(folder: Path, names: Sequence[str]) -> bytes:
    """Return the hashes of files in the form of `sha256sum`."""
    lines = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in sorted(set(names))
    ]
    return "".join(lines).encode()
