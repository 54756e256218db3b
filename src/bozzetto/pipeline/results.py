"""What the stages of `photo_to_asset` give, and how each result is kept."""

from dataclasses import dataclass

from bozzetto.asset.asset import Asset
from bozzetto.findings import Finding
from bozzetto.formats.gltf.glb import read_glb
from bozzetto.pipeline.codecs import (
    decode_asset,
    decode_asset_extras,
    decode_mask_files,
    decode_mesh,
    decode_reconstruction,
    encode_asset,
    encode_mask,
    encode_mesh,
    encode_reconstruction,
    json_bytes,
)
from bozzetto.pipeline.draft_to_asset import LightFacts, Refined, Sculpted, Shaped
from bozzetto.pipeline.masking import Masked
from bozzetto.pipeline.retopology import SymmetryFacts
from bozzetto.plans.stage import Codec, Files
from bozzetto.records import value_from_text
from bozzetto.sculpting.outline import OutlineError
from bozzetto.sculpting.sculpt import OutlineFacts


@dataclass(frozen=True, kw_only=True, eq=False)
class Advice:
    """What was said of a photograph, and a picture of each finding over it."""

    findings: tuple[Finding, ...]
    overlays: dict[str, bytes]
    """JPEG, by the finding's code."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AssetFile:
    """A level of detail as its file holds it: everything after this looks at what users get."""

    glb: bytes
    refined: Refined
    """Its asset is read back from the GLB, with what the format cannot hold."""


def _encode_masked(masked: Masked) -> Files:
    files = encode_mask(masked.mask, masked.findings)
    return {**files, "photo.json": json_bytes(_Findings(findings=masked.file_findings))}


def _decode_masked(files: Files) -> Masked:
    mask, findings = decode_mask_files(files)
    noticed = value_from_text(_Findings, files["photo.json"]).findings
    return Masked(mask=mask, findings=findings, file_findings=noticed)


@dataclass(frozen=True, kw_only=True)
class _Findings:
    """A list of findings as a file holds it."""

    findings: tuple[Finding, ...]


def _encode_advice(advice: Advice) -> Files:
    record = _Findings(findings=advice.findings)
    overlays = {f"{code}.jpg": data for code, data in advice.overlays.items()}
    return {"findings.json": json_bytes(record), **overlays}


def _decode_advice(files: Files) -> Advice:
    findings = value_from_text(_Findings, files["findings.json"]).findings
    overlays = {finding.code: files[f"{finding.code}.jpg"] for finding in findings}
    return Advice(findings=findings, overlays=overlays)


@dataclass(frozen=True, kw_only=True)
class _SculptedRecord:
    """All of a sculpted surface but its mesh."""

    outlines: tuple[OutlineError, ...]
    findings: tuple[Finding, ...]


def _encode_sculpted(sculpted: Sculpted) -> Files:
    record = _SculptedRecord(outlines=sculpted.outlines, findings=sculpted.findings)
    return {"mesh.npz": encode_mesh(sculpted.mesh), "sculpted.json": json_bytes(record)}


def _decode_sculpted(files: Files) -> Sculpted:
    record = value_from_text(_SculptedRecord, files["sculpted.json"])
    return Sculpted(
        mesh=decode_mesh(files["mesh.npz"]), outlines=record.outlines, findings=record.findings
    )


@dataclass(frozen=True, kw_only=True)
class _ShapedRecord:
    """All of a shape but its meshes."""

    findings: tuple[Finding, ...]
    symmetry: SymmetryFacts
    outlines: tuple[OutlineFacts, ...]
    height_m: float
    """How far the surface was lowered to stand on the ground; its cameras move along."""


def _encode_shaped(shaped: Shaped) -> Files:
    record = _ShapedRecord(
        findings=shaped.findings,
        symmetry=shaped.symmetry,
        outlines=shaped.outlines,
        height_m=shaped.height_m,
    )
    return {
        "mesh.npz": encode_mesh(shaped.mesh),
        "dense.npz": encode_mesh(shaped.dense),
        "shape.json": json_bytes(record),
    }


def _decode_shaped(files: Files) -> Shaped:
    record = value_from_text(_ShapedRecord, files["shape.json"])
    return Shaped(
        mesh=decode_mesh(files["mesh.npz"]),
        dense=decode_mesh(files["dense.npz"]),
        findings=record.findings,
        symmetry=record.symmetry,
        outlines=record.outlines,
        height_m=record.height_m,
    )


@dataclass(frozen=True, kw_only=True)
class _RefinedRecord:
    """All of a refined asset but the asset."""

    share_observed: float
    share_mirrored: float
    share_inferred: float
    findings: tuple[Finding, ...]
    symmetry: SymmetryFacts
    outlines: tuple[OutlineFacts, ...]
    lights: tuple[LightFacts, ...]


def _encode_refined(refined: Refined) -> Files:
    record = _RefinedRecord(
        share_observed=refined.share_observed,
        share_mirrored=refined.share_mirrored,
        share_inferred=refined.share_inferred,
        findings=refined.findings,
        symmetry=refined.symmetry,
        outlines=refined.outlines,
        lights=refined.lights,
    )
    return {**encode_asset(refined.asset), "refined.json": json_bytes(record)}


def _decode_refined(files: Files) -> Refined:
    return _refined_with(decode_asset(files), files)


def _refined_with(asset: Asset, files: Files) -> Refined:
    """Put a refined asset together."""
    record = value_from_text(_RefinedRecord, files["refined.json"])
    return Refined(
        asset=asset,
        findings=record.findings,
        share_observed=record.share_observed,
        share_mirrored=record.share_mirrored,
        share_inferred=record.share_inferred,
        symmetry=record.symmetry,
        outlines=record.outlines,
        lights=record.lights,
    )


def _encode_asset_file(file: AssetFile) -> Files:
    """Keep the GLB, and beside it what the format cannot hold.

    The vertices' provenance is not in the GLB, because some viewers refuse custom attributes; quads
    are not, because glTF knows triangles only; the photos' light concerns nobody else.
    """
    kept = _encode_refined(file.refined)
    maps = ("base_color.png", "normal.png", "orm.png")
    return {"asset.glb": file.glb, **{name: kept[name] for name in kept if name not in maps}}


def _decode_asset_file(files: Files) -> AssetFile:
    """Read a level the way a user's program would, from its GLB."""
    glb = files["asset.glb"]
    asset = read_glb(glb, name="asset.glb")
    return AssetFile(glb=glb, refined=_refined_with(decode_asset_extras(asset, files), files))


MASKED = Codec(encode=_encode_masked, decode=_decode_masked)
ADVICE = Codec(encode=_encode_advice, decode=_decode_advice)
RECONSTRUCTION = Codec(encode=encode_reconstruction, decode=decode_reconstruction)
SCULPTED = Codec(encode=_encode_sculpted, decode=_decode_sculpted)
SHAPED = Codec(encode=_encode_shaped, decode=_decode_shaped)
REFINED = Codec(encode=_encode_refined, decode=_decode_refined)
ASSET_FILE = Codec(encode=_encode_asset_file, decode=_decode_asset_file)
