"""Everything that is measured on a model from any file: parts, materials, pictures, skin, clips.

Large files are measured in part, and the facts say so in `shortcuts`. Letters: t triangles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bozzetto.asset.mesh import Mesh
from bozzetto.asset.model import Model, Part, Surface
from bozzetto.geometry.join import join_meshes
from bozzetto.qa.orientation import Orientation, judge_orientation
from bozzetto.qa.picture_facts import PictureFacts, measure_picture
from bozzetto.qa.skin_facts import ClipFacts, SkinFacts, measure_clip, measure_skin
from bozzetto.qa.topology import TopologyFacts, measure_topology
from bozzetto.qa.uv import UvFacts, measure_uv

MAP_NAMES = ("base_color", "metallic_roughness", "normal", "occlusion", "emissive")
"""Fields of `Surface` that hold pictures."""


@dataclass(frozen=True, kw_only=True)
class FactLimits:
    """Above which sizes a model is measured in part."""

    topology_triangles: int = 1_000_000
    """Of what is measured for soundness at once; parts above it, and the whole, are left out."""
    uv_triangles: int = 300_000
    """Of one material's layout; a larger one is sampled."""
    parts: int = 64
    """Parts that get facts of their own, the largest first."""
    layouts: int = 16
    """Materials whose layout is measured, those with the most triangles first."""


@dataclass(frozen=True, kw_only=True)
class PartFacts:
    """What is true of one part."""

    name: str
    material: str
    triangles: int
    vertices: int
    has_normals: bool
    has_uvs: bool
    has_tangents: bool
    has_colors: bool
    skinned: bool
    topology: TopologyFacts | None
    """None where the part is too large, or the file has too many parts."""


@dataclass(frozen=True, kw_only=True)
class MaterialFacts:
    """What is true of one material."""

    name: str
    parts: int
    triangles: int
    maps: tuple[str, ...]
    """Names of the maps that it has."""
    base_color_factor: tuple[float, float, float, float]
    metallic_factor: float
    roughness_factor: float
    alpha_mode: str
    double_sided: bool
    texture_px: int
    """Longest side of its pictures; 0 without any."""
    uv: UvFacts | None
    """Of all its parts together; None where they have no texture coordinates."""


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What is true of a model."""

    name: str
    parts: tuple[PartFacts, ...]
    num_parts: int
    """All of them: each is one draw call."""
    triangles: int
    vertices: int
    topology: TopologyFacts | None
    """Of all parts together, seams closed; None where there are too many triangles."""
    materials: tuple[MaterialFacts, ...]
    pictures: tuple[PictureFacts, ...]
    skin: SkinFacts | None
    clips: tuple[ClipFacts, ...]
    low: tuple[float, float, float]
    """Lowest corner of the bounds, metres."""
    high: tuple[float, float, float]
    orientation: Orientation
    shortcuts: tuple[str, ...]
    """Sentences about what was measured in part only."""

    @property
    def size_m(self) -> tuple[float, float, float]:
        """Extent along x, y, z in metres."""
        x, y, z = (high - low for low, high in zip(self.low, self.high, strict=True))
        return (x, y, z)


def measure_model(model: Model, *, limits: FactLimits = FactLimits()) -> ModelFacts:
    """Measure a model of at least one triangle.

    Raises:
        ValueError: There are no triangles.
    """
    parts = sorted(model.parts, key=lambda part: -part.mesh.num_triangles)
    if not parts or parts[0].mesh.num_triangles == 0:
        raise ValueError("measure_model needs at least one triangle.")
    whole = join_meshes([part.mesh for part in parts], attributes=()).mesh
    low, high = _bounds(whole)
    small = whole.num_triangles <= limits.topology_triangles
    groups = _by_surface(parts)
    return ModelFacts(
        name=model.name,
        parts=tuple(
            _part_facts(part, limits, measured=k < limits.parts and len(parts) > 1)
            for k, part in enumerate(parts)
        ),
        num_parts=len(parts),
        triangles=whole.num_triangles,
        vertices=whole.num_vertices,
        topology=measure_topology(whole) if small else None,
        materials=tuple(
            _material_facts(surface, users, limits, measured=k < limits.layouts)
            for k, (surface, users) in enumerate(groups)
        ),
        pictures=picture_facts(model),
        skin=measure_skin(model),
        clips=()
        if model.skeleton is None
        else tuple(measure_clip(clip, model.skeleton) for clip in model.clips),
        low=low,
        high=high,
        orientation=judge_orientation(whole, model.skeleton),
        shortcuts=_shortcuts(parts, groups, limits),
    )


def picture_facts(model: Model) -> tuple[PictureFacts, ...]:
    """Measure every picture once, with all that it is used for."""
    roles: dict[int, dict[str, None]] = {}
    for part in model.parts:
        for role in MAP_NAMES:
            picture = getattr(part.surface, role)
            if picture is not None:
                roles.setdefault(id(picture), {})[role] = None
    return tuple(
        measure_picture(picture, roles=tuple(roles.get(id(picture), {"transmission": None})))
        for picture in model.pictures
    )


def _bounds(mesh: Mesh) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return the corners of what triangles use."""
    used = mesh.positions[mesh.triangles.reshape(-1)]
    (a, b, c), (d, e, f) = used.min(axis=0).tolist(), used.max(axis=0).tolist()
    return (a, b, c), (d, e, f)


def _by_surface(parts: Sequence[Part]) -> list[tuple[Surface, list[Part]]]:
    """Group parts by material, the one with the most triangles first."""
    groups: dict[int, tuple[Surface, list[Part]]] = {}
    for part in parts:
        groups.setdefault(id(part.surface), (part.surface, []))[1].append(part)
    return sorted(groups.values(), key=lambda group: -_triangles(group[1]))


def _triangles(parts: Sequence[Part]) -> int:
    """Count the triangles of parts."""
    return sum(part.mesh.num_triangles for part in parts)


def _part_facts(part: Part, limits: FactLimits, *, measured: bool) -> PartFacts:
    """Measure one part; its soundness only where that is asked for."""
    mesh = part.mesh
    measured = measured and 0 < mesh.num_triangles <= limits.topology_triangles
    return PartFacts(
        name=part.name,
        material=part.surface.name,
        triangles=mesh.num_triangles,
        vertices=mesh.num_vertices,
        has_normals=mesh.normals is not None,
        has_uvs=mesh.uvs is not None,
        has_tangents=mesh.tangents is not None,
        has_colors=mesh.colors is not None,
        skinned=part.skin is not None,
        topology=measure_topology(mesh) if measured else None,
    )


def _material_facts(
    surface: Surface, parts: Sequence[Part], limits: FactLimits, *, measured: bool
) -> MaterialFacts:
    """Measure one material and the layout of all its parts together."""
    sides = [measure_picture(picture, roles=()).longest_px for picture in surface.pictures]
    size = max(sides, default=0)
    meshes = [part.mesh for part in parts if _has_layout(part.mesh)]
    layout = None
    if meshes and measured:
        whole = join_meshes(meshes, attributes=("uvs",)).mesh
        layout = measure_uv(_sampled(whole, limits.uv_triangles), size or 1024)
    return MaterialFacts(
        name=surface.name,
        parts=len(parts),
        triangles=_triangles(parts),
        maps=tuple(name for name in MAP_NAMES if getattr(surface, name) is not None),
        base_color_factor=surface.base_color_factor,
        metallic_factor=surface.metallic_factor,
        roughness_factor=surface.roughness_factor,
        alpha_mode=surface.alpha_mode.value,
        double_sided=surface.double_sided,
        texture_px=size,
        uv=layout,
    )


def _has_layout(mesh: Mesh) -> bool:
    """Tell whether a mesh has texture coordinates that mean something: finite, and not all one."""
    if mesh.uvs is None or mesh.num_triangles == 0 or not np.isfinite(mesh.uvs).all():
        return False
    used = mesh.uvs[mesh.triangles.reshape(-1)]
    return bool(np.abs(used).max() < 1e6) and bool((np.ptp(used, axis=0) > 1e-6).all())


def _sampled(mesh: Mesh, most: int) -> Mesh:
    """Return a mesh of at most so many triangles, drawn at random but the same each time."""
    if mesh.num_triangles <= most:
        return mesh
    chosen = np.random.default_rng(0).choice(mesh.num_triangles, most, replace=False)
    return replace(mesh, triangles=mesh.triangles[np.sort(chosen)], quads=None)


def _shortcuts(
    parts: Sequence[Part], groups: Sequence[tuple[Surface, list[Part]]], limits: FactLimits
) -> tuple[str, ...]:
    """Say what was measured in part only."""
    notes: list[str] = []
    total, most = _triangles(parts), limits.topology_triangles
    if total > most:
        notes.append(
            f"{total:,} triangles are more than {most:,}: the soundness of the whole was not "
            "measured, that of parts below the limit was."
        )
    if len(parts) > limits.parts:
        notes.append(
            f"Soundness was measured for the {limits.parts} largest of {len(parts)} parts."
        )
    if len(groups) > limits.layouts:
        notes.append(
            f"Layouts were measured for the {limits.layouts} largest of {len(groups)} materials."
        )
    if any(_triangles(users) > limits.uv_triangles for _, users in groups):
        notes.append(
            f"Layouts above {limits.uv_triangles:,} triangles were sampled: charts are then too "
            "many, coverage and overlap too small."
        )
    return tuple(notes)
