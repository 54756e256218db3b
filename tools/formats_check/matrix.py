"""Write every format for every subject and open each file with every reader."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from bozzetto.asset.model import Model
from bozzetto.formats.base import Source, Written
from bozzetto.formats.fbx.format import FbxOptions, write_fbx
from bozzetto.formats.pictures.grey_maps import separated
from bozzetto.formats.registry import load_format
from bozzetto.formats.stl import StlOptions, write_stl
from bozzetto.formats.storing import store
from tools.formats_check import readers
from tools.formats_check.facts import FRAME, Facts, Verdict, expected_points, picture_hash, verdicts
from tools.formats_check.subjects import a_biped, a_cube

Reader = Callable[[Path], Facts]
_LOSSY = "glb-web"
"""Compresses pictures anew, so their bytes differ."""
_LEFT_OUT_BY_BLENDER = {"fbx": "_metallic", "obj": "_normal"}
"""Its new FBX importer takes metallic from Maya's and 3ds Max's own materials only, and its OBJ
importer takes normal maps only from `map_Bump`, which others take for heights."""
_AS_ONE = ("stl", "ply")
"""Formats that keep neither names nor materials nor parts."""
_VARIANTS: dict[str, tuple[str, Callable[[Model], Written]]] = {
    "fbx-cm": ("fbx", partial(write_fbx, options=FbxOptions(metres_per_unit=0.01))),
    "stl-mm": ("stl", partial(write_stl, options=StlOptions(for_slicers=True))),
}
"""Formats written with other options than the recommended ones, as some targets want them."""
_HARMLESS = (
    # three.js shows neither map; Blender, ufbx and engines read both.
    "map is not supported in three.js, skipping texture. ShininessExponent",
    "map is not supported in three.js, skipping texture. ReflectionFactor",
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one reader says of one file."""

    format: str
    subject: str
    reader: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()
    absent: str = ""
    """Why the reader did not run; empty where it did."""

    @property
    def passed(self) -> bool:
        """All cells pass and nothing was complained about."""
        every = all(verdict.passed for verdict in self.verdicts.values())
        return bool(self.verdicts) and every and not self.complaints and not self.absent


def run(folder: Path, *, formats: tuple[str, ...] = ()) -> list[Row]:
    """Return the matrix of all formats, or of some."""
    rows: list[Row] = []
    for subject, model in (("static", a_cube()), ("skinned", a_biped())):
        for name, opened in table().items():
            if formats and name not in formats:
                continue
            written = _written(model, name)
            path = store(written, folder=folder / subject / name)
            rows += check(model, written, path, readers=opened, name=name, subject=subject)
    return rows


def check(
    model: Model,
    written: Written,
    path: Path,
    *,
    readers: dict[str, Reader],
    name: str,
    subject: str = "skinned",
) -> list[Row]:
    """Return what our own reader and others say of one written model."""
    rows = [_own(model, written, name=name, subject=subject)]
    for label, reader in readers.items():
        rows.append(_row(model, path, reader, name=name, subject=subject, label=label))
    return rows


def _written(model: Model, name: str) -> Written:
    """Write a format, or a variant of one."""
    if name in _VARIANTS:
        return _VARIANTS[name][1](model)
    return load_format(name).write(model)


def _plain(name: str) -> str:
    """Return the format that a variant is of."""
    return _VARIANTS[name][0] if name in _VARIANTS else name


def table() -> dict[str, dict[str, Reader]]:
    """Return the readers of every format and variant, by name."""
    three = partial(readers.three, frame=FRAME)
    blender = partial(readers.blender, frame=FRAME)
    ufbx, usd = partial(readers.ufbx, frame=FRAME), partial(readers.openusd, frame=FRAME)
    khronos: dict[str, Reader] = {"three.js": three, "khronos": _khronos, "blender": blender}
    return {
        "glb": khronos,
        "glb-web": {"three.js": three, "khronos": _khronos},
        "gltf": khronos,
        "fbx": {"ufbx": ufbx, "three.js": three, "blender": blender},
        "fbx-cm": {"ufbx": ufbx, "blender": blender},
        "usda": {"openusd": usd, "blender": blender},
        "usdc": {"openusd": usd, "blender": blender},
        "usdz": {"openusd": usd, "three.js": three, "blender": blender},
        "obj": {"trimesh": readers.trimesh, "three.js": three, "blender": blender},
        "stl": {"trimesh": readers.trimesh, "three.js": three, "blender": blender},
        "stl-mm": {"trimesh": readers.trimesh_of_slicers},
        "ply": {"trimesh": readers.trimesh, "three.js": three, "blender": blender},
        "3mf": {"lib3mf": readers.lib3mf},
    }


def _khronos(path: Path) -> Facts:
    """Only complaints count; the numbers are three.js's."""
    facts = readers.three(path, frame=FRAME)
    complaints = tuple(line for line in readers.khronos(path) if not _expected(line))
    return Facts(
        triangles=facts.triangles,
        points=facts.points,
        rest_heights=facts.rest_heights,
        complaints=complaints,
    )


def _expected(line: str) -> bool:
    """Tell whether the validator only says what is known.

    It does not know the extensions that hold our texts, meshopt and WebP, and notes uvs and
    tangents of parts without pictures, which stay for those who paint them later.
    """
    known = ("KHR_xmp_json_ld", "EXT_meshopt_compression", "EXT_texture_webp")
    unused = line.startswith(("UNUSED_OBJECT", "UNUSED_MESH_TANGENT"))
    spare = unused and any(semantic in line for semantic in ("TEXCOORD", "TANGENT"))
    return spare or any(name in line for name in known)


def _own(model: Model, written: Written, *, name: str, subject: str) -> Row:
    """Compare what our own reader gives back."""
    name, variant = _plain(name), name
    card = load_format(name).card
    reading = load_format(name).read(Source.of(written))
    back = reading.model
    parted = name not in _AS_ONE
    pictures = frozenset(picture_hash(p.data) for p in back.pictures) if card.textures else None
    grey = name in ("fbx", "obj")
    facts = Facts(
        triangles=sum(part.mesh.num_triangles for part in back.parts),
        points=expected_points(back, moving=card.skins),
        rest_heights=_heights(back),
        names=tuple(part.name for part in back.parts) if parted else None,
        materials=tuple(part.surface.name for part in back.parts) if parted else None,
        pictures=None if grey or name == _LOSSY else pictures,
        joints=None if back.skeleton is None else back.skeleton.names,
        clips=tuple((clip.name, clip.seconds) for clip in back.clips) if card.skins else None,
    )
    found = verdicts(model, facts, moving=card.skins, pictures=_pictures(model, name=name))
    return Row(format=variant, subject=subject, reader="bozzetto", verdicts=found)


def _heights(model: Model) -> tuple[float, float]:
    """Return the lowest and highest point at rest."""
    heights = [part.mesh.positions[:, 1] for part in model.parts]
    return float(min(h.min() for h in heights)), float(max(h.max() for h in heights))


def _row(model: Model, path: Path, reader: Reader, *, name: str, subject: str, label: str) -> Row:
    """Open a file with a reader and compare."""
    name, variant = _plain(name), name
    moving = load_format(name).card.skins
    try:
        facts = reader(path)
    except readers.Absent as reason:
        return Row(format=variant, subject=subject, reader=label, absent=str(reason))
    except Exception as error:
        complaint = (f"{type(error).__name__}: {str(error)[:1500]}",)
        return Row(format=variant, subject=subject, reader=label, complaints=complaint)
    if name in _AS_ONE:
        facts = Facts(
            triangles=facts.triangles,
            points=facts.points,
            rest_heights=facts.rest_heights,
            vertices=facts.vertices,
        )
    if name == _LOSSY:
        facts = replace(facts, pictures=None)
    pictures = _pictures(model, name=name, reader=label)
    complaints = tuple(
        line for line in facts.complaints if not any(known in line for known in _HARMLESS)
    )
    return Row(
        format=variant,
        subject=subject,
        reader=label,
        verdicts=verdicts(model, facts, moving=moving, pictures=pictures),
        complaints=complaints,
    )


def _pictures(model: Model, *, name: str, reader: str = "") -> frozenset[str]:
    """Hash the pictures that a reader should find in a file of a format."""
    if name == "obj" or name == "fbx":
        split = separated(model)
        shown = split.pictures
        if reader == "three.js":  # It opens neither roughness nor metallic of these formats.
            shown = split.model.pictures
        left_out = _LEFT_OUT_BY_BLENDER[name] if reader == "blender" else "-"
        shown = tuple(picture for picture in shown if not picture.name.endswith(left_out))
        return frozenset(picture_hash(picture.data) for picture in shown)
    return frozenset(picture_hash(picture.data) for picture in model.pictures)
