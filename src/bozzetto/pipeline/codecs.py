"""How values are kept: arrays in `.npz` files, pictures as PNG, the rest as JSON.

All ways are exact, so a run that resumes goes on with the very values of the first run. A mesh is
written and read by one pair of functions, whatever holds it.
"""

import dataclasses
import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import cv2
import numpy as np
from jaxtyping import UInt8

from bozzetto.asset.asset import Asset
from bozzetto.asset.material import Material, TexelProvenance
from bozzetto.asset.mesh import Mesh
from bozzetto.asset.reconstruction import PosedPhoto, Reason, Reconstruction, Scale
from bozzetto.asset.seen import SeenMaps
from bozzetto.findings import Finding
from bozzetto.formats.pictures.texture_images import (
    normals_from_texels,
    texels_from_normals,
    texels_from_unit,
    unit_from_texels,
)
from bozzetto.imaging.color import linear_from_srgb8, srgb8_from_linear
from bozzetto.plans.stage import Files
from bozzetto.records import text_from, value_from_text
from bozzetto.views.camera_record import CameraRecord, camera_of_record, record_of_camera
from bozzetto.views.mask import Mask

Record = TypeVar("Record")
Value = TypeVar("Value")

_SEEN_ARRAYS = ("normals", "albedo", "roughness", "metallic")
_FAST_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)


def json_bytes(value: object) -> bytes:
    """Encode a record as a JSON file."""
    return text_from(value).encode()


def npz_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Encode arrays as an `.npz` file; the same arrays give the same bytes."""
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def arrays_from(data: bytes) -> dict[str, np.ndarray]:
    """Decode an `.npz` file.

    Raises:
        ValueError: It is damaged.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (zipfile.BadZipFile, EOFError, KeyError) as error:
        raise ValueError("The arrays are damaged.") from error


def encode_mesh(mesh: Mesh) -> bytes:
    """Encode all arrays of a mesh, quads included, as an `.npz` file."""
    return npz_bytes(_present(mesh))


def decode_mesh(data: bytes) -> Mesh:
    """Decode what `encode_mesh` made.

    Raises:
        ValueError: It is damaged.
    """
    return _built(Mesh, data)


def png_bytes(picture: UInt8[np.ndarray, "h w *c"]) -> bytes:
    """Encode a grey or RGB picture as PNG, quickly rather than small."""
    return encode_picture(picture, suffix=".png", options=_FAST_PNG)


def encode_picture(
    picture: UInt8[np.ndarray, "h w *c"], *, suffix: str, options: tuple[int, ...] = ()
) -> bytes:
    """Encode a grey or sRGB picture in the format that a suffix such as `.png` names."""
    pixels = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(suffix, pixels, options)
    return encoded.tobytes()


def picture_from(data: bytes, *, grey: bool = False) -> UInt8[np.ndarray, "h w *c"]:
    """Decode a picture to grey or RGB.

    Raises:
        ValueError: It is damaged.
    """
    mode = cv2.IMREAD_GRAYSCALE if grey else cv2.IMREAD_COLOR
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), mode)
    except cv2.error as error:
        raise ValueError("A picture is damaged.") from error
    if pixels is None:
        raise ValueError("A picture is damaged.")
    return np.asarray(pixels if grey else cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


@dataclass(frozen=True, kw_only=True)
class _MaskRecord:
    """All of a mask but its alpha, and what was noticed while making it."""

    source: str
    confidence: float
    findings: tuple[Finding, ...]


def encode_mask(mask: Mask, findings: tuple[Finding, ...]) -> Files:
    """Encode a mask as `mask.png` (8 bits, white is object) and `mask.json`."""
    record = _MaskRecord(source=mask.source, confidence=mask.confidence, findings=findings)
    pixels = np.round(mask.alpha * 255).astype(np.uint8)
    return {"mask.png": encode_picture(pixels, suffix=".png"), "mask.json": json_bytes(record)}


def decode_mask_files(files: Files) -> tuple[Mask, tuple[Finding, ...]]:
    """Decode what `encode_mask` made."""
    record = value_from_text(_MaskRecord, files["mask.json"])
    alpha = picture_from(files["mask.png"], grey=True).astype(np.float32) / np.float32(255)
    mask = Mask(alpha=alpha, source=record.source, confidence=record.confidence)
    return mask, record.findings


def to_eight_bits(mask: Mask) -> Mask:
    """Round a mask to the 256 steps that its file holds, so that file and value are one."""
    alpha = np.round(mask.alpha * np.float32(255)) / np.float32(255)
    return Mask(alpha=alpha, source=mask.source, confidence=mask.confidence)


@dataclass(frozen=True, kw_only=True)
class _SeenRecord:
    """All of a photo's maps but their arrays."""

    corner_px: tuple[float, float]
    pixel_px: float


@dataclass(frozen=True, kw_only=True)
class _PosedRecord:
    """One photo of a reconstruction."""

    photo_id: str
    camera: CameraRecord | None
    seen: _SeenRecord | None


@dataclass(frozen=True, kw_only=True)
class _ReconstructionRecord:
    """All of a reconstruction but its arrays."""

    engine: str
    variant: str
    seed: int
    posed: tuple[_PosedRecord, ...]
    scale: Scale
    resolved_detail: float
    reasons: tuple[Reason, ...]
    findings: tuple[Finding, ...]


def encode_reconstruction(draft: Reconstruction) -> Files:
    """Encode as `mesh.npz`, `reconstruction.json` and, where the engine made maps, `seen_K.npz`."""
    record = _ReconstructionRecord(
        engine=draft.engine,
        variant=draft.variant,
        seed=draft.seed,
        posed=tuple(
            _PosedRecord(
                photo_id=posed.photo_id,
                camera=None if posed.camera is None else record_of_camera(posed.camera),
                seen=posed.seen
                and _SeenRecord(corner_px=posed.seen.corner_px, pixel_px=posed.seen.pixel_px),
            )
            for posed in draft.posed
        ),
        scale=draft.scale,
        resolved_detail=draft.resolved_detail,
        reasons=draft.reasons,
        findings=draft.findings,
    )
    files = {"mesh.npz": encode_mesh(draft.mesh), "reconstruction.json": json_bytes(record)}
    for index, posed in enumerate(draft.posed):
        if posed.seen is not None:
            maps = {name: getattr(posed.seen, name) for name in _SEEN_ARRAYS}
            files[f"seen_{index}.npz"] = npz_bytes(maps)
    return files


def decode_reconstruction(files: Files) -> Reconstruction:
    """Decode what `encode_reconstruction` made."""
    record = value_from_text(_ReconstructionRecord, files["reconstruction.json"])

    def posed(index: int, one: _PosedRecord) -> PosedPhoto:
        return PosedPhoto(
            photo_id=one.photo_id,
            camera=None if one.camera is None else camera_of_record(one.camera),
            seen=one.seen
            and SeenMaps(
                corner_px=one.seen.corner_px,
                pixel_px=one.seen.pixel_px,
                **arrays_from(files[f"seen_{index}.npz"]),
            ),
        )

    return Reconstruction(
        mesh=decode_mesh(files["mesh.npz"]),
        posed=tuple(posed(index, one) for index, one in enumerate(record.posed)),
        engine=record.engine,
        variant=record.variant,
        seed=record.seed,
        scale=record.scale,
        resolved_detail=record.resolved_detail,
        reasons=record.reasons,
        findings=record.findings,
    )


def digest_of_shape(draft: Reconstruction) -> str:
    """Return the SHA-256 of a draft's mesh: what an approval is an approval of."""
    digest = hashlib.sha256()
    for name, values in _present(draft.mesh).items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


@dataclass(frozen=True, kw_only=True)
class _AssetRecord:
    """All of an asset but its arrays."""

    name: str
    material: str
    cameras: tuple[CameraRecord, ...]


def encode_asset(asset: Asset) -> Files:
    """Encode an asset, its textures at the 8 bits per channel that every file holds."""
    material, provenance = asset.material, asset.provenance
    record = _AssetRecord(
        name=asset.name,
        material=material.name,
        cameras=tuple(record_of_camera(camera) for camera in asset.cameras),
    )
    lights = {f"light_{k}": light for k, light in enumerate(asset.photo_light)}
    return {
        "asset.json": json_bytes(record),
        "mesh.npz": encode_mesh(asset.mesh),
        "light.npz": npz_bytes(lights),
        "base_color.png": png_bytes(srgb8_from_linear(material.base_color)),
        "normal.png": png_bytes(texels_from_normals(material.normal)),
        "orm.png": png_bytes(texels_from_unit(material.orm)),
        "origin.png": png_bytes(provenance.origin),
        "confidence.png": png_bytes(np.round(provenance.confidence * 255).astype(np.uint8)),
    }


def decode_asset(files: Files) -> Asset:
    """Decode what `encode_asset` made; its textures are the ones that a file would hold."""
    record = value_from_text(_AssetRecord, files["asset.json"])
    lights = arrays_from(files["light.npz"])
    return Asset(
        name=record.name,
        mesh=decode_mesh(files["mesh.npz"]),
        material=Material(
            name=record.material,
            base_color=linear_from_srgb8(picture_from(files["base_color.png"])),
            normal=normals_from_texels(picture_from(files["normal.png"])),
            orm=unit_from_texels(picture_from(files["orm.png"])),
        ),
        provenance=_provenance(files),
        cameras=tuple(camera_of_record(camera) for camera in record.cameras),
        photo_light=tuple(lights[f"light_{k}"] for k in range(len(lights))),
    )


def decode_asset_extras(asset: Asset, files: Files) -> Asset:
    """Add to an asset that was read from its file what the file cannot hold."""
    record = value_from_text(_AssetRecord, files["asset.json"])
    lights = arrays_from(files["light.npz"])
    vertices = decode_mesh(files["mesh.npz"])
    return replace(
        asset,
        mesh=replace(
            asset.mesh,
            confidence=vertices.confidence,
            origin=vertices.origin,
            quads=vertices.quads,
        ),
        provenance=_provenance(files),
        cameras=tuple(camera_of_record(camera) for camera in record.cameras),
        photo_light=tuple(lights[f"light_{k}"] for k in range(len(lights))),
    )


def _provenance(files: Files) -> TexelProvenance:
    """Decode where texels come from."""
    confidence = picture_from(files["confidence.png"], grey=True)
    return TexelProvenance(
        origin=picture_from(files["origin.png"], grey=True),
        confidence=confidence.astype(np.float32) / np.float32(255),
    )


def _present(mesh: Mesh) -> dict[str, np.ndarray]:
    """Return the arrays that a mesh has, by name."""
    arrays = {field.name: getattr(mesh, field.name) for field in dataclasses.fields(mesh)}
    return {name: values for name, values in arrays.items() if values is not None}


def _built(kind: Callable[..., Value], data: bytes) -> Value:
    """Build a value from the arrays of a file, by their names."""
    try:
        return kind(**arrays_from(data))
    except TypeError as error:
        raise ValueError("The arrays are not those of this value.") from error
