"""A model as a USD layer.

Prims are made by type and attribute names, as the schemas list them, so that the file holds what
stands here and nothing else. Matrices of USD act on rows: ours are transposed. Letters: v vertices,
j joints, k frames.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float32, Float64
from pxr import Gf, Sdf, Usd, Vt

from bozzetto.asset.model import Model, Part
from bozzetto.asset.skeleton import Clip, Skeleton
from bozzetto.formats.meshes.joining import lone_triangles, with_normals
from bozzetto.formats.meshes.uv_origin import flipped
from bozzetto.formats.names import slug, unique_names
from bozzetto.formats.notes import Notes
from bozzetto.formats.usd.materials import define_material
from bozzetto.formats.usd.prims import identifier, put, put_uniform, relate

TYPES = Sdf.ValueTypeNames


def usd_layer(model: Model, *, files: Mapping[int, str], notes: Notes) -> Sdf.Layer:
    """Describe a model in a layer of its own.

    Args:
        model: Checked, with PNG and JPEG pictures only.
        files: Of pictures, by the picture's `id`.
        notes: Collects what USD cannot hold.
    """
    layer = Sdf.Layer.CreateAnonymous(".usda")
    stage = Usd.Stage.Open(layer)
    stage.SetMetadata("metersPerUnit", 1.0)
    stage.SetMetadata("upAxis", "Y")
    root_name = identifier(slug(model.name))
    root = stage.DefinePrim(f"/{root_name}", "Xform" if model.skeleton is None else "SkelRoot")
    root.SetMetadata("kind", "component")
    root.SetMetadata("displayName", model.name)
    stage.SetDefaultPrim(root)
    if model.metadata:
        layer.customLayerData = {"bozzetto": dict(model.metadata)}
    if model.skeleton is not None:
        _set_extent(root, np.concatenate([part.mesh.positions for part in model.parts]))
        _define_skeleton(stage, root, skeleton=model.skeleton, clips=model.clips)
        if len(model.clips) > 1:
            notes.tell(
                "usd.clips", "All clips are in the file; players of USD show only the first."
            )
    materials = _materials(stage, root, model, files=files)
    names = unique_names(identifier(part.name) for part in model.parts)
    for part, name in zip(model.parts, names, strict=True):
        prim = stage.DefinePrim(root.GetPath().AppendChild(name), "Mesh")
        prim.SetMetadata("displayName", part.name)
        _fill_mesh(prim, part)
        prim.ApplyAPI("MaterialBindingAPI")
        relate(prim, "material:binding", materials[id(part.surface)])
        if part.skin is not None:
            _bind(prim, part, skeleton=root.GetPath().AppendChild("Skeleton"))
    return layer


def _materials(
    stage: Usd.Stage, root: Usd.Prim, model: Model, *, files: Mapping[int, str]
) -> dict[int, Sdf.Path]:
    """Define all materials; return their paths by the surface's `id`."""
    surfaces = list({id(part.surface): part.surface for part in model.parts}.values())
    names = unique_names(identifier(surface.name) for surface in surfaces)
    scope = root.GetPath().AppendChild("Materials")
    stage.DefinePrim(scope, "Scope")
    paths: dict[int, Sdf.Path] = {}
    for surface, name in zip(surfaces, names, strict=True):
        paths[id(surface)] = scope.AppendChild(name)
        define_material(stage, paths[id(surface)], surface, files=files)
    return paths


def _fill_mesh(prim: Usd.Prim, part: Part) -> None:
    """Author the arrays of a mesh; quads stay quads."""
    mesh = part.mesh
    quads, triangles = mesh.quad_corners, lone_triangles(mesh)
    counts = np.repeat([4, 3], [len(quads), len(triangles)]).astype(np.int32)
    corners = np.concatenate([quads.reshape(-1), triangles.reshape(-1)]).astype(np.int32)
    put_uniform(prim, "subdivisionScheme", value="none", kind=TYPES.Token)
    put_uniform(prim, "doubleSided", value=part.surface.double_sided, kind=TYPES.Bool)
    put(prim, "faceVertexCounts", value=Vt.IntArray.FromNumpy(counts), kind=TYPES.IntArray)
    put(prim, "faceVertexIndices", value=Vt.IntArray.FromNumpy(corners), kind=TYPES.IntArray)
    put(prim, "points", value=_vectors(mesh.positions), kind=TYPES.Point3fArray)
    _set_extent(prim, mesh.positions)
    normals = put(prim, "normals", value=_vectors(with_normals(mesh)), kind=TYPES.Normal3fArray)
    normals.SetMetadata("interpolation", "vertex")
    if mesh.uvs is not None:
        upward = flipped(mesh.uvs)
        st = put(
            prim, "primvars:st", value=Vt.Vec2fArray.FromNumpy(upward), kind=TYPES.TexCoord2fArray
        )
        st.SetMetadata("interpolation", "vertex")
    if mesh.colors is not None:
        shown = put(
            prim, "primvars:displayColor", value=_vectors(mesh.colors), kind=TYPES.Color3fArray
        )
        shown.SetMetadata("interpolation", "vertex")


def _set_extent(prim: Usd.Prim, positions: Float32[np.ndarray, "v 3"]) -> None:
    """Author the box around points."""
    box = np.stack([positions.min(axis=0), positions.max(axis=0)])
    put(prim, "extent", value=_vectors(box), kind=TYPES.Float3Array)


def _vectors(values: Float32[np.ndarray, "v 3"]) -> object:
    """Return an array of vectors as USD holds it."""
    return Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(values))


def _matrices(values: Float64[np.ndarray, "j 4 4"]) -> object:
    """Return matrices as USD holds them."""
    return Vt.Matrix4dArray.FromNumpy(np.ascontiguousarray(np.swapaxes(values, 1, 2)))


def joint_paths(skeleton: Skeleton) -> list[str]:
    """Return each joint's path through its parents."""
    names = unique_names(identifier(name) for name in skeleton.names)
    paths: list[str] = []
    for name, parent in zip(names, skeleton.parents.tolist(), strict=True):
        paths.append(name if parent < 0 else f"{paths[parent]}/{name}")
    return paths


def _define_skeleton(
    stage: Usd.Stage, root: Usd.Prim, *, skeleton: Skeleton, clips: tuple[Clip, ...]
) -> None:
    """Define the skeleton and its clips; the first clip plays."""
    prim = stage.DefinePrim(root.GetPath().AppendChild("Skeleton"), "Skeleton")
    prim.ApplyAPI("SkelBindingAPI")
    joints = Vt.TokenArray(joint_paths(skeleton))
    put_uniform(prim, "joints", value=joints, kind=TYPES.TokenArray)
    put_uniform(
        prim, "jointNames", value=Vt.TokenArray(list(skeleton.names)), kind=TYPES.TokenArray
    )
    bind, rest = _matrices(skeleton.asset_from_joint), _matrices(skeleton.parent_from_joint)
    put_uniform(prim, "bindTransforms", value=bind, kind=TYPES.Matrix4dArray)
    put_uniform(prim, "restTransforms", value=rest, kind=TYPES.Matrix4dArray)
    if not clips:
        return
    rate = clips[0].frames_per_second
    stage.SetMetadata("timeCodesPerSecond", rate)
    stage.SetMetadata("framesPerSecond", rate)
    stage.SetMetadata("startTimeCode", 0.0)
    stage.SetMetadata("endTimeCode", float(clips[0].num_frames - 1))
    scope = root.GetPath().AppendChild("Animations")
    stage.DefinePrim(scope, "Scope")
    names = unique_names(identifier(clip.name) for clip in clips)
    for clip, name in zip(clips, names, strict=True):
        made = stage.DefinePrim(scope.AppendChild(name), "SkelAnimation")
        made.SetMetadata("displayName", clip.name)
        _fill_clip(made, clip, joints, codes_per_frame=rate / clip.frames_per_second)
    relate(prim, "skel:animationSource", scope.AppendChild(names[0]))


def _fill_clip(prim: Usd.Prim, clip: Clip, joints: object, *, codes_per_frame: float) -> None:
    """Author the poses of all frames."""
    prim.SetCustomDataByKey("bozzetto:framesPerSecond", clip.frames_per_second)
    prim.SetCustomDataByKey("bozzetto:loops", clip.loops)
    put_uniform(prim, "joints", value=joints, kind=TYPES.TokenArray)
    moved = prim.CreateAttribute("translations", TYPES.Float3Array, False)
    turned = prim.CreateAttribute("rotations", TYPES.QuatfArray, False)
    unit = np.ones((clip.rotations.shape[1], 3), np.float16)
    put(prim, "scales", value=Vt.Vec3hArray.FromNumpy(unit), kind=TYPES.Half3Array)
    for frame in range(clip.num_frames):
        code = Usd.TimeCode(frame * codes_per_frame)
        moved.Set(_vectors(clip.translations[frame]), code)
        quaternions = np.ascontiguousarray(clip.rotations[frame])
        turned.Set(Vt.QuatfArray.FromNumpy(quaternions), code)


def _bind(prim: Usd.Prim, part: Part, *, skeleton: Sdf.Path) -> None:
    """Author the weights of a mesh."""
    if part.skin is None:
        return
    prim.ApplyAPI("SkelBindingAPI")
    relate(prim, "skel:skeleton", skeleton)
    put(prim, "primvars:skel:geomBindTransform", value=Gf.Matrix4d(1), kind=TYPES.Matrix4d)
    flat = np.ascontiguousarray(part.skin.joints.reshape(-1).astype(np.int32))
    joints = put(
        prim, "primvars:skel:jointIndices", value=Vt.IntArray.FromNumpy(flat), kind=TYPES.IntArray
    )
    flat_weights = np.ascontiguousarray(part.skin.weights.reshape(-1))
    weights = put(
        prim,
        "primvars:skel:jointWeights",
        value=Vt.FloatArray.FromNumpy(flat_weights),
        kind=TYPES.FloatArray,
    )
    for attribute in (joints, weights):
        attribute.SetMetadata("interpolation", "vertex")
        attribute.SetMetadata("elementSize", 4)
