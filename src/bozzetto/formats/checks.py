"""What no writer lets through: NaN, values out of range, broken pictures, empty models.

Every message names the part and the value, so that a person finds the place. Letters: n rows.
"""

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Picture, Surface
from bozzetto.asset.skeleton import Clip
from bozzetto.errors import FormatError
from bozzetto.formats.pictures.soundness import is_sound

MAX_COORDINATE = 1e6
"""Metres; beyond it float32 is coarser than a tenth of a metre."""
_UNIT_TOLERANCE = 5e-4
_SIGNATURES = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/webp": b"RIFF",
    "image/ktx2": b"\xabKTX 20\xbb",
}


def check_model(model: Model, *, kind: str) -> None:
    """Refuse what would make a broken file.

    Args:
        model: What is about to be written.
        kind: The format's name, for messages.

    Raises:
        FormatError: Something is missing, NaN or out of range.
    """
    if not model.parts:
        raise FormatError(f"{model.name}: there is nothing to write as {kind}.")
    for part in model.parts:
        check_mesh(part.mesh, place=f"{model.name}: {part.name}", kind=kind)
    for surface in surfaces_of(model):
        _check_surface(surface, place=f"{model.name}: {surface.name}")
    for picture in model.pictures:
        _check_picture(picture, place=f"{model.name}: {picture.name}")
    for clip in model.clips:
        _check_clip(clip, place=f"{model.name}: {clip.name}")


def surfaces_of(model: Model) -> tuple[Surface, ...]:
    """All materials, each once, in the order of their first use."""
    return tuple({id(part.surface): part.surface for part in model.parts}.values())


def check_mesh(mesh: Mesh, *, place: str, kind: str) -> None:
    """Refuse what validators would.

    Raises:
        FormatError: No triangles, NaN, or directions that are not unit.
    """
    if mesh.num_triangles == 0:
        raise FormatError(f"{place}: a mesh without triangles cannot be written as {kind}.")
    if np.abs(mesh.positions).max() > MAX_COORDINATE:
        raise FormatError(
            f"{place}: positions must stay within {MAX_COORDINATE:g} m, "
            f"got {np.abs(mesh.positions).max():g}."
        )
    if mesh.uvs is not None:
        check_finite(mesh.uvs, place=f"{place}: uvs")
    if mesh.colors is not None:
        _check_range(mesh.colors, place=f"{place}: vertex colours")
    if mesh.confidence is not None:
        _check_range(mesh.confidence[:, None], place=f"{place}: confidence")
    for label, vectors in (("normals", mesh.normals), ("tangents", mesh.tangents)):
        if vectors is not None:
            _check_unit(vectors[:, :3], place=f"{place}: {label}")


def check_finite(
    values: Float32[np.ndarray, "n ..."] | Float64[np.ndarray, "n ..."], *, place: str
) -> None:
    """Refuse NaN and infinity, naming the first row that has them."""
    bad = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    if bad.any():
        raise FormatError(f"{place} must be finite, got NaN or infinity in row {bad.argmax()}.")


def _check_range(values: Float32[np.ndarray, "n c"], *, place: str) -> None:
    """Refuse what leaves 0 to 1."""
    check_finite(values, place=place)
    if values.min(initial=0) < 0 or values.max(initial=0) > 1:
        row = int(((values < 0) | (values > 1)).any(axis=1).argmax())
        raise FormatError(f"{place} must be 0 to 1, got {values[row].tolist()} in row {row}.")


def _check_unit(vectors: Float32[np.ndarray, "n 3"], *, place: str) -> None:
    """Refuse directions of another length than 1."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    off = np.abs(lengths - 1)
    if not (off < _UNIT_TOLERANCE).all():
        row = int(np.argmax(np.where(np.isnan(off), np.inf, off)))
        raise FormatError(f"{place} must have unit length, got one of {lengths[row]:g}.")


def _check_surface(surface: Surface, *, place: str) -> None:
    """Refuse factors out of range."""
    factors = (
        ("base_color_factor", surface.base_color_factor),
        ("metallic_factor", (surface.metallic_factor,)),
        ("roughness_factor", (surface.roughness_factor,)),
        ("emissive_factor", surface.emissive_factor),
        ("occlusion_strength", (surface.occlusion_strength,)),
        ("alpha_cutoff", (surface.alpha_cutoff,)),
    )
    for label, values in factors:
        if not all(0 <= value <= 1 for value in values):
            raise FormatError(f"{place}: {label} must be 0 to 1, got {values}.")
    if not np.isfinite(surface.normal_scale):
        raise FormatError(f"{place}: normal_scale must be finite, got {surface.normal_scale}.")


def _check_picture(picture: Picture, *, place: str) -> None:
    """Refuse pictures that are not what they say."""
    signature = _SIGNATURES.get(picture.media_type)
    if signature is None:
        raise FormatError(
            f"{place}: pictures must be of {', '.join(_SIGNATURES)}, got {picture.media_type!r}."
        )
    if not picture.data.startswith(signature):
        raise FormatError(f"{place}: the picture is not {picture.media_type}, as it says.")
    if not is_sound(picture.data):
        raise FormatError(
            f"{place}: the picture is damaged and cannot be decoded.",
            advice="Export the source again with sound PNG or JPEG textures.",
        )


def _check_clip(clip: Clip, *, place: str) -> None:
    """Refuse motion without numbers."""
    check_finite(clip.rotations, place=f"{place}: rotations")
    check_finite(clip.translations, place=f"{place}: translations")
    if not clip.frames_per_second > 0:
        raise FormatError(f"{place}: frames_per_second must be above 0.")
