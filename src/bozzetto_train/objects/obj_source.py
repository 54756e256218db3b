"""Read Wavefront OBJ files with their MTL materials and pictures into `ObjectModel`.

Letters: n numbered rows of the file, c corners of polygons.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int32

from bozzetto.errors import FormatError
from bozzetto.formats.meshes.polygons import cut_polygons
from bozzetto_train.objects.assembly import Part
from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.model import Material
from bozzetto_train.objects.mtl import MtlMaterial, read_materials

_NONE = -1
_CUT_OUT_SHARE = 0.15  # More holes than this and rays would see cards instead of leaves.
_DEFAULT = MtlMaterial(material=Material(base_color=np.full(3, 0.6, np.float32)))


def read_obj_parts(path: Path, *, owner: str) -> tuple[Part, ...]:
    """Read one OBJ file as parts in the file's own frame and scale, one per material.

    Args:
        path: The file; its MTL and pictures stand beside it.
        owner: The object's name, for messages.

    Raises:
        ObjectError: The file cannot be read.
    """
    try:
        text = path.read_text(encoding="latin-1")
        rows = _collect(text)
        materials = read_materials(path.parent, rows.libraries, owner=owner)
        table = _Vertices.from_rows(rows)
        used = [(materials.get(name, _DEFAULT), faces) for name, faces in rows.faces.items()]
        parts = [(own, _part(table, faces, own.material)) for own, faces in used if faces]
    except (OSError, ValueError, IndexError, FormatError) as error:
        raise ObjectError(f"{owner} cannot be read: {error}") from None
    for own, part in parts:
        if _share_of_holes(part, own) > _CUT_OUT_SHARE:
            raise ObjectError(f"{owner} has a surface whose picture is a cut-out.")
    return tuple(part for _, part in parts)


@dataclass(kw_only=True)
class _Rows:
    """The lines of a file, sorted by what they say."""

    places: list[str] = field(default_factory=list[str])
    uvs: list[str] = field(default_factory=list[str])
    normals: list[str] = field(default_factory=list[str])
    faces: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    libraries: list[str] = field(default_factory=list[str])


def _collect(text: str) -> _Rows:
    rows = _Rows()
    current = rows.faces.setdefault("", [])
    for line in text.replace("\\\n", " ").splitlines():
        key, _, rest = line.partition(" ")
        match key:
            case "v":
                rows.places.append(rest)
            case "f":
                current.append(rest)
            case "vt":
                rows.uvs.append(rest)
            case "vn":
                rows.normals.append(rest)
            case "usemtl":
                current = rows.faces.setdefault(rest.strip(), [])
            case "mtllib":
                rows.libraries.append(rest.strip())
            case _:
                pass
    return rows


@dataclass(frozen=True, kw_only=True, eq=False)
class _Vertices:
    """The three lists that faces point into."""

    places: Float32[np.ndarray, "n 3"]
    uvs: Float32[np.ndarray, "m 2"]
    normals: Float32[np.ndarray, "k 3"]

    @staticmethod
    def from_rows(rows: _Rows) -> "_Vertices":
        uvs = _numbers(rows.uvs, width=2)
        uvs[:, 1] = 1 - uvs[:, 1]  # OBJ counts from the bottom left.
        return _Vertices(
            places=_numbers(rows.places, width=3), uvs=uvs, normals=_numbers(rows.normals, width=3)
        )


def _numbers(lines: list[str], *, width: int) -> Float32[np.ndarray, "n c"]:
    """Parse rows of numbers; surplus columns are dropped."""
    if not lines:
        return np.zeros((0, width), np.float32)
    values = np.array(" ".join(lines).split(), np.float64)
    columns, rest = divmod(len(values), len(lines))
    if rest or columns < width:
        values = np.array([[float(word) for word in line.split()[:width]] for line in lines])
        columns = width
    return values.reshape(len(lines), columns)[:, :width].astype(np.float32)


def _part(table: _Vertices, faces: list[str], material: Material) -> Part:
    """Build the part of one material, one vertex per distinct corner."""
    corners, sizes = _corners(table, faces)
    keys, index = np.unique(corners, axis=0, return_inverse=True)
    positions = table.places[keys[:, 0]]
    triangles, _ = cut_polygons(sizes, index.reshape(-1).astype(np.int32), positions)
    with_uvs = len(table.uvs) and bool((keys[:, 1] >= 0).all())
    with_normals = len(table.normals) and bool((keys[:, 2] >= 0).all())
    return Part(
        positions=positions,
        triangles=triangles,
        material=material,
        uvs=table.uvs[keys[:, 1]] if with_uvs else None,
        normals=table.normals[keys[:, 2]] if with_normals else None,
    )


def _corners(
    table: _Vertices, faces: list[str]
) -> tuple[Int32[np.ndarray, "c 3"], Int32[np.ndarray, " p"]]:
    """Return (place, uv, normal) of every corner, `_NONE` where absent, and polygon sizes."""
    split = [face.split() for face in faces]
    sizes = np.array([len(words) for words in split], np.int32)
    words = [word for face in split for word in face]
    slashes = words[0].count("/")
    counts = (len(table.places), len(table.uvs), len(table.normals))
    try:
        raw = _regular(words, slashes)
    except ValueError:
        raw = np.array([_irregular(word) for word in words], np.int64)
    for column, count in enumerate(counts):
        own = raw[:, column]
        own[:] = np.where(own > 0, own - 1, np.where(own < 0, own + count, _NONE))
        if own.max(initial=-1) >= count:
            raise ValueError("a face names a vertex that does not exist.")
    return raw.astype(np.int32), sizes


def _regular(words: list[str], slashes: int) -> np.ndarray:
    """Parse corners that all look like the first one; fails with ValueError otherwise."""
    joined = " ".join(words)
    raw = np.zeros((len(words), 3), np.int64)
    if "//" in joined:
        values = np.array(joined.replace("//", " ").split(), np.int64).reshape(len(words), 2)
        raw[:, (0, 2)] = values
        return raw
    values = np.array(joined.replace("/", " ").split(), np.int64)
    raw[:, : slashes + 1] = values.reshape(len(words), slashes + 1)
    return raw


def _irregular(word: str) -> list[int]:
    """Parse one corner such as `3//7`."""
    fields = [*word.split("/"), "", ""][:3]
    return [int(value) if value else 0 for value in fields]


def _share_of_holes(part: Part, own: MtlMaterial) -> float:
    """Estimate how much of a part's surface its picture leaves transparent."""
    if own.holes is None or part.uvs is None:
        return 0.0
    corners = part.uvs[part.triangles]
    weights = np.random.default_rng(0).dirichlet((1, 1, 1), (4, len(corners)))
    at = np.mod((weights[..., None] * corners).sum(axis=2).reshape(-1, 2), 1.0)
    a, b, c = (part.positions[part.triangles[:, k]].astype(np.float64) for k in range(3))
    area = np.tile(np.linalg.norm(np.cross(b - a, c - a), axis=1), 4)
    height, width = own.holes.shape
    row = (at[:, 1] * height).astype(int) % height
    column = (at[:, 0] * width).astype(int) % width
    return float((own.holes[row, column] * area).sum() / max(area.sum(), 1e-12))
