"""Read USD stages of any maker: meshes, preview materials, skeletons, skins and clips.

The file is opened from a folder of its own, with the layers that it names beside. Matrices of USD
act on rows: they are transposed. Letters: v vertices, n corners, j joints, k frames.
"""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import cast

import numpy as np
from jaxtyping import Float64
from pxr import Sdf, Tf, Usd, UsdGeom

from bozzetto.asset.model import Model, Part
from bozzetto.errors import FormatError
from bozzetto.formats.archives import unzipped
from bozzetto.formats.base import FilesInMemory, NamedFile, Neighbours, Reading, Source
from bozzetto.formats.meshes.cleaning import moved_mesh
from bozzetto.formats.meshes.far_origin import Offset, read_near_origin, shifted
from bozzetto.formats.names import unique_names
from bozzetto.formats.notes import Notes
from bozzetto.formats.usd.materials import UsdSurfaces
from bozzetto.formats.usd.read_meshes import read_pieces, skin_of
from bozzetto.formats.usd.read_skeletons import UsdRig, read_skeleton

_MAX_LAYERS = 200
_SUFFIXES = {b"PXR-USDC": ".usdc", b"#usda": ".usda"}


def read_usd_stage(source: Source) -> Reading:
    """Decode a USDA, USDC or USDZ.

    Raises:
        FormatError: It is damaged, or shows no triangles.
    """
    main, neighbours = _unpacked(source)
    with _on_disk(main, neighbours) as path:
        try:
            stage = Usd.Stage.Open(str(path))
        except Tf.ErrorException:
            raise FormatError(f"{source.name} cannot be opened as USD.") from None

        def read(offset: Offset) -> Reading:
            notes = Notes(subject=source.name)
            return _read(stage, source, neighbours=neighbours, notes=notes, offset=offset)

        return read_near_origin(read, subject=source.name)


def _unpacked(source: Source) -> tuple[NamedFile, Neighbours]:
    """Return the root layer and where to look for other files."""
    for magic, suffix in _SUFFIXES.items():
        if source.data.startswith(magic):
            return NamedFile(name=f"root{suffix}", data=source.data), source.neighbours
    if not source.data.startswith(b"PK\x03\x04"):
        raise FormatError(f"{source.name} is not a USD file.")
    files = unzipped(source.data, name=source.name)
    first = next(iter(files), "")
    if not first.endswith((".usd", ".usda", ".usdc")):
        raise FormatError(
            f"{source.name}: the first file of a USDZ must be a layer, not {first!r}."
        )
    packed = tuple(NamedFile(name=name, data=data) for name, data in files.items())
    return NamedFile(name=first, data=files[first]), FilesInMemory(files=packed)


@contextmanager
def _on_disk(main: NamedFile, neighbours: Neighbours) -> Generator[Path]:
    """Put the root layer and the layers that it names into a folder for a while."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        pending, done = [main], set[str]()
        while pending and len(done) < _MAX_LAYERS:
            file = pending.pop()
            path = (root / file.name).resolve()
            if file.name in done or not path.is_relative_to(root):
                continue
            done.add(file.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
            beside = PurePosixPath(file.name).parent
            names = [str(beside / asset) for asset in _named_layers(path)]
            found = [(name, neighbours.find(name)) for name in names]
            pending += [NamedFile(name=n, data=data) for n, data in found if data is not None]
        yield root / main.name


def _named_layers(path: Path) -> list[str]:
    """Return the other layers that a layer composes."""
    try:
        layer = Sdf.Layer.FindOrOpen(str(path))
    except Tf.ErrorException:
        return []
    return [] if layer is None else list(layer.GetCompositionAssetDependencies())


@dataclass(kw_only=True, eq=False)
class _Stage:
    """What is needed to read prims; lives only inside one read."""

    name: str
    cache: UsdGeom.XformCache
    asset_from_stage: Float64[np.ndarray, "4 4"]
    surfaces: UsdSurfaces
    rig: UsdRig | None
    notes: Notes
    parts: list[Part] = field(default_factory=list[Part])

    def add(self, prim: Usd.Prim) -> None:
        """Read a mesh; one part for each of its materials."""
        world = _column(self.cache.GetLocalToWorldTransform(prim))
        pieces = read_pieces(prim, place=f"{self.name}: {prim.GetPath()}")
        for order, piece in enumerate(pieces):
            matrix = self.asset_from_stage @ world
            skin = None
            if self.rig is not None:
                bound = skin_of(prim, piece, self.rig, notes=self.notes)
                if bound is not None:
                    matrix, skin = self.asset_from_stage @ bound.stage_from_mesh, bound.skin
            name = _shown_name(prim) + (f"_{order}" if len(pieces) > 1 else "")
            self.parts.append(
                Part(
                    name=name,
                    mesh=moved_mesh(piece.mesh, asset_from_mesh=matrix),
                    surface=self.surfaces.surface(piece.prim, double_sided=piece.double_sided),
                    skin=skin,
                )
            )


def _read(
    stage: Usd.Stage, source: Source, *, neighbours: Neighbours, notes: Notes, offset: Offset
) -> Reading:
    """Walk through a stage, all coordinates less an offset."""
    cache = UsdGeom.XformCache(Usd.TimeCode.EarliestTime())
    frame = shifted(-offset) @ _asset_from_stage(stage, source, notes)
    prims = list(Usd.PrimRange.Stage(stage, Usd.TraverseInstanceProxies()))
    skeletons = [prim for prim in prims if prim.GetTypeName() == "Skeleton"]
    if len(skeletons) > 1:
        notes.warn("usd.skeletons", f"Of {len(skeletons)} skeletons the first is read.")
    rig = None
    if skeletons:
        world = _column(cache.GetLocalToWorldTransform(skeletons[0]))
        rig = read_skeleton(stage, skeletons[0], stage_from_skeleton=world, asset_from_stage=frame)
    reader = _Stage(
        name=source.name,
        cache=cache,
        asset_from_stage=frame,
        surfaces=UsdSurfaces(neighbours=neighbours, notes=notes),
        rig=rig,
        notes=notes,
    )
    for prim in prims:
        if prim.GetTypeName() == "Mesh" and _visible(prim):
            reader.add(prim)
    if not reader.parts:
        raise FormatError(f"{source.name} shows no triangles.")
    names = unique_names(part.name for part in reader.parts)
    parts = tuple(
        Part(name=name, mesh=part.mesh, surface=part.surface, skin=part.skin)
        for name, part in zip(names, reader.parts, strict=True)
    )
    default = stage.GetDefaultPrim()
    stem = source.name.rpartition(".")[0] or source.name
    model = Model(
        name=_shown_name(default) if default else stem,
        parts=parts,
        skeleton=None if rig is None else rig.skeleton,
        clips=() if rig is None else rig.clips,
        metadata=_metadata(stage),
    )
    return Reading(model=model, findings=notes.findings)


def _asset_from_stage(stage: Usd.Stage, source: Source, notes: Notes) -> Float64[np.ndarray, "4 4"]:
    """Turn the stage's up axis and unit to ours; a USD without a unit is in centimetres."""
    if not stage.HasAuthoredMetadata("metersPerUnit"):
        notes.tell("usd.unit", "The file says no unit; USD's own, centimetres, is assumed.")
    matrix = np.eye(4)
    if UsdGeom.GetStageUpAxis(stage) == "Z":
        matrix[:3, :3] = [[1, 0, 0], [0, 0, 1], [0, -1, 0]]
    metres = UsdGeom.GetStageMetersPerUnit(stage)
    if not metres > 0:
        raise FormatError(f"{source.name}: metersPerUnit must be above 0, got {metres}.")
    matrix[:3] *= metres
    return matrix


def _visible(prim: Usd.Prim) -> bool:
    """Tell whether a prim is shown: for rendering, and not hidden."""
    imageable = UsdGeom.Imageable(prim)
    hidden = imageable.ComputeVisibility(Usd.TimeCode.EarliestTime()) == "invisible"
    return not hidden and imageable.ComputePurpose() in ("default", "render")


def _shown_name(prim: Usd.Prim) -> str:
    """Return the name that people see."""
    shown = prim.GetMetadata("displayName")
    return shown if isinstance(shown, str) and shown else prim.GetName()


def _column(matrix: object) -> Float64[np.ndarray, "4 4"]:
    """Return a matrix that acts on columns."""
    return np.array(matrix, np.float64).T


def _metadata(stage: Usd.Stage) -> tuple[tuple[str, str], ...]:
    """Return the texts that our writer put into the layer."""
    data = stage.GetRootLayer().customLayerData.get("bozzetto", {})
    pairs = cast("dict[str, object]", data).items() if isinstance(data, dict) else ()
    return tuple((key, value) for key, value in pairs if isinstance(value, str))
