"""Look into any mesh file a person brings: what is in it, how big, how sound.

Reads GLB, glTF, OBJ, PLY and STL through trimesh and reports on all geometries of the scene,
placed as the scene places them. Letters: v vertices, t triangles.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh
from jaxtyping import Float64
from PIL import Image
from trimesh.visual.material import PBRMaterial, SimpleMaterial
from trimesh.visual.texture import TextureVisuals

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import InputError
from bozzetto.findings import Finding, Severity
from bozzetto.qa.topology import TopologyFacts, measure_topology
from bozzetto.qa.uv import UvFacts, measure_uv

SUFFIXES = (".glb", ".gltf", ".obj", ".ply", ".stl")
MAX_BYTES = 2 << 30
_MAX_TRIANGLES = 20_000_000
_DEFAULT_TEXTURE_PX = 1024  # Texel facts need a size where the file has uvs but no texture.
_PLAUSIBLE_SIZE_M = (0.005, 50.0)
_METRIC = (".glb", ".gltf")  # The only formats here that fix a unit.


@dataclass(frozen=True, kw_only=True)
class TextureNote:
    """A texture found in a file."""

    material: str
    role: str
    """As in `baseColorTexture`."""
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a mesh file holds; all figures are of the whole scene."""

    file_name: str
    file_bytes: int
    geometries: int
    """Meshes as placed: one that is placed twice counts twice."""
    materials: tuple[str, ...]
    textures: tuple[TextureNote, ...]
    topology: TopologyFacts
    uv: UvFacts | None
    """None where no geometry with triangles has uvs."""
    lowest_y: float
    """0 for an object that stands on the ground."""
    unit_note: str
    """What the numbers of `topology.size_m` really are."""
    findings: tuple[Finding, ...]


def inspect_file(path: Path) -> Inspection:
    """Report what a mesh file holds.

    Args:
        path: A GLB, glTF, OBJ, PLY or STL file, with the files it refers to beside it.

    Raises:
        InputError: The file cannot be read, is of another kind, is damaged or holds no triangles.
    """
    size = _check_file(path)
    parts = _load_parts(path)
    mesh = _joined(parts, name=path.name)
    textures = tuple(note for part in parts for note in _textures(part))
    unit = "metres, as glTF says" if _is_metric(path) else "unknown: the format has no unit"
    low, high = mesh.bounds
    topology = measure_topology(mesh)
    return Inspection(
        file_name=path.name,
        file_bytes=size,
        geometries=len(parts),
        materials=tuple(dict.fromkeys(filter(None, map(_material_name, parts)))),
        textures=tuple(dict.fromkeys(textures)),
        topology=topology,
        uv=_uv_facts(parts, textures),
        lowest_y=float(low[1]),
        unit_note=unit,
        findings=_findings(path, topology, lowest_y=float(low[1]), height=float(high[1] - low[1])),
    )


def _check_file(path: Path) -> int:
    """Return the file's size, after refusing what cannot be a mesh file."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"{path.name} is not of a kind that can be inspected.",
            advice=f"Bring one of: {', '.join(SUFFIXES)}.",
        )
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be read: {error.strerror or error}.",
            advice="Check the path and the permissions.",
        ) from None
    if size == 0:
        raise InputError(f"{path.name} is empty.", advice="Export it again.")
    if size > MAX_BYTES:
        raise InputError(f"{path.name} has {size >> 20} MiB; the limit is {MAX_BYTES >> 20}.")
    return size


def _load_parts(path: Path) -> list[trimesh.Trimesh]:
    """Read the file and return its meshes, placed in the scene."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of damaged files; what matters is found below.
            scene = trimesh.load_scene(path, process=False)
            parts = [
                part
                for part in scene.dump(concatenate=False)
                if isinstance(part, trimesh.Trimesh) and len(part.faces) > 0
            ]
    except Exception as error:  # The readers meet any bytes with any exception.
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise InputError(
            f"{path.name} is damaged or not what its name says: {reason}.",
            advice="Open it in another program and export it again.",
        ) from None
    if not parts:
        raise InputError(f"{path.name} holds no triangles.", advice="Bring a mesh, not points.")
    if sum(len(part.faces) for part in parts) > _MAX_TRIANGLES:
        raise InputError(f"{path.name} has more than {_MAX_TRIANGLES:,} triangles.")
    return parts


def _joined(parts: list[trimesh.Trimesh], *, name: str) -> Mesh:
    """Join the meshes of a scene to one."""
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    faces = [part.faces + start for part, start in zip(parts, starts, strict=True)]
    try:
        return Mesh(
            positions=np.concatenate([part.vertices for part in parts]).astype(np.float32),
            triangles=np.concatenate(faces).astype(np.int32),
        )
    except ValueError as error:
        raise InputError(f"{name} is damaged: {error}", advice="Export it again.") from None


def _uv_facts(parts: list[trimesh.Trimesh], textures: tuple[TextureNote, ...]) -> UvFacts | None:
    """Measure the texture coordinates of all meshes that have them."""
    unwrapped: list[tuple[trimesh.Trimesh, Float64[np.ndarray, "_ c"]]] = []
    for part in parts:
        uv = part.visual.uv if isinstance(part.visual, TextureVisuals) else None
        if uv is not None and len(uv) == len(part.vertices) and np.isfinite(uv).all():
            unwrapped.append((part, uv))
    if not unwrapped:
        return None
    mesh = _joined([part for part, _ in unwrapped], name="")
    # trimesh turns v upward; ours points down, as glTF's.
    uvs = np.concatenate([uv[:, :2] for _, uv in unwrapped]).astype(np.float32)
    uvs = uvs * np.array([1, -1], np.float32) + np.array([0, 1], np.float32)
    size = max((max(note.width, note.height) for note in textures), default=_DEFAULT_TEXTURE_PX)
    mesh = Mesh(positions=mesh.positions, triangles=mesh.triangles, uvs=uvs)
    return measure_uv(mesh, size)


def _material_name(part: trimesh.Trimesh) -> str:
    """Return the name of a mesh's material; empty where it has none."""
    if not isinstance(part.visual, TextureVisuals):
        return ""
    return part.visual.material.name or "unnamed"


def _textures(part: trimesh.Trimesh) -> list[TextureNote]:
    """List the textures of a mesh's material."""
    if not isinstance(part.visual, TextureVisuals):
        return []
    material = part.visual.material
    pictures: dict[str, object] = {}
    if isinstance(material, PBRMaterial):
        pictures = {
            "baseColorTexture": material.baseColorTexture,
            "metallicRoughnessTexture": material.metallicRoughnessTexture,
            "normalTexture": material.normalTexture,
            "occlusionTexture": material.occlusionTexture,
            "emissiveTexture": material.emissiveTexture,
        }
    elif isinstance(material, SimpleMaterial):
        pictures = {"image": material.image}
    return [
        TextureNote(
            material=_material_name(part), role=role, width=picture.width, height=picture.height
        )
        for role, picture in pictures.items()
        if isinstance(picture, Image.Image)
    ]


def _is_metric(path: Path) -> bool:
    """Tell whether the format fixes the unit."""
    return path.suffix.lower() in _METRIC


def _findings(
    path: Path, facts: TopologyFacts, *, lowest_y: float, height: float
) -> tuple[Finding, ...]:
    """Judge what a person should know before using the file."""
    checks = (
        (
            not facts.watertight,
            "asset.topology.open",
            Severity.INFO,
            f"The surface is open: {facts.border_edges} edges have one side only.",
            "Fine for display; close it for printing or physics.",
        ),
        (
            not facts.manifold,
            "asset.topology.non-manifold",
            Severity.WARNING,
            "Some edges or vertices join more surfaces than a solid has.",
            "Clean it up before sculpting, printing or baking.",
        ),
        (
            facts.degenerate_triangles > 0,
            "asset.topology.degenerate",
            Severity.WARNING,
            f"{facts.degenerate_triangles} triangles have no area.",
            "Merge close vertices and remove empty triangles.",
        ),
        (
            facts.inverted_pieces > 0,
            "asset.topology.inverted",
            Severity.WARNING,
            f"{facts.inverted_pieces} closed pieces are inside out.",
            "Flip their normals.",
        ),
        (
            facts.interior_shells > 0,
            "asset.topology.interior",
            Severity.INFO,
            f"{facts.interior_shells} closed pieces lie hidden inside others.",
            "Remove them to save triangles.",
        ),
        (
            _is_metric(path)
            and not _PLAUSIBLE_SIZE_M[0] < max(facts.size_m) < _PLAUSIBLE_SIZE_M[1],
            "asset.size.implausible",
            Severity.WARNING,
            f"The object is {max(facts.size_m):.4g} m large.",
            "Check the unit: centimetres written as metres make it 100 times too large.",
        ),
        (
            abs(lowest_y) > 0.02 * max(height, 1e-9),
            "asset.origin.ground",
            Severity.INFO,
            f"The lowest point is at y = {lowest_y:.4g}, not on the ground.",
            "Move it so that it stands on y = 0.",
        ),
    )
    return tuple(
        Finding(code=code, severity=severity, message=message, fix=fix, subject=path.name)
        for applies, code, severity, message, fix in checks
        if applies
    )
