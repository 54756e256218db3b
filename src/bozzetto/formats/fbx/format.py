"""Write and read binary FBX 7.4: meshes, materials, pictures, skeletons, skins, clips.

Files are in metres with `UnitScaleFactor` 100 unless asked otherwise, +y up, front +z. No date or
machine stands in a file, so the same model gives the same bytes.
"""

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
from jaxtyping import Float64

from bozzetto.asset.model import AlphaMode, Model, Part, Picture
from bozzetto.findings import Finding
from bozzetto.formats.base import Format, FormatCard, NamedFile, Reading, Source, Written
from bozzetto.formats.checks import check_model, surfaces_of
from bozzetto.formats.fbx.nodes import encode_fbx, group, node
from bozzetto.formats.fbx.reading import read_fbx
from bozzetto.formats.fbx.write_header import head_and_foot
from bozzetto.formats.fbx.write_objects import (
    FbxObjects,
    add_material,
    geometry,
    label,
    matrix_values,
    prop,
    properties,
    video,
)
from bozzetto.formats.fbx.write_rig import WrittenJoints, add_clip, add_joints, add_skin
from bozzetto.formats.names import slug
from bozzetto.formats.notes import Notes
from bozzetto.formats.pictures.grey_maps import Separated, separated
from bozzetto.formats.pictures.picture_files import picture_files

_NO_JOINTS = WrittenJoints(ids=(), file_from_joint=np.zeros((0, 4, 4)))


@dataclass(frozen=True, kw_only=True)
class FbxOptions:
    """How to write FBX."""

    metres_per_unit: float = 1.0
    """The file's unit, kept as `UnitScaleFactor`: 1 metres, 0.01 centimetres."""
    embed_pictures: bool = True
    """Put pictures inside; otherwise they stand beside."""

    def __post_init__(self) -> None:
        """Refuse units that are none."""
        if not 0 < self.metres_per_unit < 1e6:
            raise ValueError(f"metres_per_unit must be above 0, got {self.metres_per_unit}.")


_DEFAULT = FbxOptions()


def write_fbx(model: Model, *, options: FbxOptions = _DEFAULT) -> Written:
    """Encode a model.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
    """
    check_model(model, kind="FBX")
    split = separated(model)
    scale = 1 / options.metres_per_unit
    objects = FbxObjects()
    materials, files = _materials(objects, split, options)
    joints = _NO_JOINTS
    if model.skeleton is not None:
        joints = add_joints(objects, model.skeleton, units_per_metre=scale)
    meshes: list[np.int64] = []
    for part in split.model.parts:
        made = _mesh(objects, part, joints, scale=scale)
        objects.connect(materials[id(part.surface)], made)
        meshes.append(made)
    if joints.ids:
        _add_bind_pose(objects, meshes, joints)
        for clip in model.clips:
            add_clip(objects, clip, joints, units_per_metre=scale)
    creator = f"bozzetto {version('bozzetto')}"
    head, foot = head_and_foot(
        split.model, objects, creator=creator, metres_per_unit=options.metres_per_unit
    )
    body = (
        group("Objects", *objects.objects),
        group("Connections", *objects.connections),
    )
    name = f"{slug(model.name)}.fbx"
    data = encode_fbx((*head, *body, *foot))
    beside = () if options.embed_pictures else files
    return Written(
        main=name,
        files=(NamedFile(name=name, data=data), *beside),
        findings=_findings(model, split),
    )


def _materials(
    objects: FbxObjects, split: Separated, options: FbxOptions
) -> tuple[dict[int, np.int64], tuple[NamedFile, ...]]:
    """Append materials and pictures; return ids by the surface's `id`, and the pictures' files."""
    files = picture_files(split.pictures)
    videos: dict[int, np.int64] = {}

    def picture(used: Picture) -> np.int64:
        if id(used) not in videos:
            file = files[id(used)]
            content = used.data if options.embed_pictures else None
            videos[id(used)] = video(objects, name=used.name, file=file.name, content=content)
        return videos[id(used)]

    made = {
        id(surface): add_material(objects, surface, split.maps[id(surface)], picture=picture)
        for surface in surfaces_of(split.model)
    }
    return made, tuple(files.values())


def _mesh(objects: FbxObjects, part: Part, joints: WrittenJoints, *, scale: float) -> np.int64:
    """Append a part and return the id of its node."""
    described, points = geometry(part, units_per_metre=scale)
    shape = objects.add("Geometry", label(part.name, "Geometry"), "Mesh", *described)
    made = objects.add(
        "Model",
        label(part.name, "Model"),
        "Mesh",
        node("Version", 232),
        properties(prop("InheritType", "enum", 1), prop("DefaultAttributeIndex", "int", 0)),
        node("Shading", True),
        node("Culling", "CullingOff" if part.surface.double_sided else "CullingOnCCW"),
    )
    objects.connect(made, np.int64(0))
    objects.connect(shape, made)
    add_skin(objects, part, points, geometry=shape, joints=joints)
    return made


def _add_bind_pose(objects: FbxObjects, meshes: list[np.int64], joints: WrittenJoints) -> None:
    """Append where meshes and joints stood when they were bound."""
    places: list[tuple[np.int64, Float64[np.ndarray, "4 4"]]] = [(m, np.eye(4)) for m in meshes]
    places += list(zip(joints.ids, joints.file_from_joint, strict=True))
    poses = [
        group("PoseNode", node("Node", number), node("Matrix", matrix_values(matrix)))
        for number, matrix in places
    ]
    objects.add(
        "Pose",
        label("bind", "Pose"),
        "BindPose",
        node("Type", "BindPose"),
        node("Version", 100),
        node("NbPoseNodes", len(poses)),
        *poses,
    )


def _findings(model: Model, split: Separated) -> tuple[Finding, ...]:
    """Say what FBX could not hold."""
    notes = Notes(subject=model.name)
    textured = (s for s in surfaces_of(model) if s.base_color is not None)
    if any(surface.alpha_mode is not AlphaMode.OPAQUE for surface in textured):
        notes.tell("fbx.alpha", "Alpha stays in the colour picture; FBX links only one factor.")
    return (*split.findings, *notes.findings)


class FbxFormat:
    """FBX as the registry knows it."""

    @property
    def card(self) -> FormatCard:
        """What this format is."""
        return FormatCard(
            name="fbx",
            suffix=".fbx",
            media_type="application/vnd.autodesk.fbx",
            summary="FBX 7.4 binary: Unity, Unreal, Maya and Blender, with skeletons and clips.",
            quads=True,
        )

    def write(self, model: Model) -> Written:
        """Encode in metres with pictures inside."""
        return write_fbx(model)

    def read(self, source: Source) -> Reading:
        """Decode any binary FBX 7."""
        return read_fbx(source)


def build() -> Format:
    """Make the format for the registry."""
    return FbxFormat()
