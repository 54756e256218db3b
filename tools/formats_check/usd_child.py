"""Print as JSON what OpenUSD finds in a file: UsdSkel's points, its validators, ARKit's rules."""

import hashlib
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
from pxr import Ar, Gf, Sdf, Usd, UsdGeom, UsdShade, UsdSkel, UsdValidation, Vt

_ALLOWED = (".usd", ".usda", ".usdc", ".png", ".jpg", ".jpeg")


def main(path: str, frame: str) -> None:
    """Read everything and bend by UsdSkel."""
    stage = Usd.Stage.Open(path)
    code = Usd.TimeCode(int(frame))
    cache = UsdSkel.Cache()
    meshes = [prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh)]
    roots = [UsdSkel.Root(prim) for prim in stage.Traverse() if prim.IsA(UsdSkel.Root)]
    for root in roots:
        cache.Populate(root, Usd.TraverseInstanceProxies())
    points, triangles, heights = [], 0, []
    for prim in meshes:
        mesh = UsdGeom.Mesh(prim)
        place = UsdGeom.Imageable(mesh).ComputeLocalToWorldTransform(Usd.TimeCode.Default())
        heights += [place.Transform(Gf.Vec3d(point))[1] for point in mesh.GetPointsAttr().Get()]
        triangles += sum(count - 2 for count in mesh.GetFaceVertexCountsAttr().Get())
        points += _posed(cache, mesh, code)
    skeletons = [UsdSkel.Skeleton(p) for p in stage.Traverse() if p.IsA(UsdSkel.Skeleton)]
    rate = stage.GetTimeCodesPerSecond()
    clips = []
    for prim in stage.Traverse():
        if prim.IsA(UsdSkel.Animation):
            times = UsdSkel.Animation(prim).GetRotationsAttr().GetTimeSamples()
            clips.append((prim.GetDisplayName(), (times[-1] - times[0]) / rate))
    scale = UsdGeom.GetStageMetersPerUnit(stage)
    answer = {
        "triangles": triangles,
        "rest_heights": [min(heights) * scale, max(heights) * scale],
        "points": [[float(v) * scale for v in point] for point in points],
        "names": [prim.GetDisplayName() or prim.GetName() for prim in meshes],
        "materials": [p.GetDisplayName() for p in stage.Traverse() if p.IsA(UsdShade.Material)],
        "pictures": _pictures(stage),
        "joints": [str(n) for s in skeletons for n in s.GetJointNamesAttr().Get()],
        "clips": clips,
        "complaints": _validated(stage) + _arkit(Path(path), stage),
    }
    print(json.dumps(answer))


def _posed(cache: UsdSkel.Cache, mesh: UsdGeom.Mesh, code: Usd.TimeCode) -> list:
    """Return a mesh's points in the world, bent by its skeleton."""
    points = Vt.Vec3fArray(mesh.GetPointsAttr().Get())
    world = UsdGeom.Imageable(mesh).ComputeLocalToWorldTransform(code)
    query = cache.GetSkinningQuery(mesh.GetPrim())
    if query and query.HasJointInfluences():
        skeleton = UsdSkel.BindingAPI(mesh.GetPrim()).GetInheritedSkeleton()
        skel_query = cache.GetSkelQuery(skeleton)
        poses = skel_query.ComputeSkinningTransforms(code)
        if not query.ComputeSkinnedPoints(poses, points, code):
            raise RuntimeError(f"UsdSkel cannot bend {mesh.GetPath()}.")
        world = UsdGeom.Imageable(skeleton).ComputeLocalToWorldTransform(code)
    return [world.Transform(Gf.Vec3d(point)) for point in points]


def _pictures(stage: Usd.Stage) -> list[str]:
    """Hash the files of all textures, opened as OpenUSD resolves them."""
    hashes = []
    for prim in stage.Traverse():
        shader = UsdShade.Shader(prim)
        if shader and shader.GetIdAttr().Get() == "UsdUVTexture":
            asset = shader.GetInput("file").Get()
            opened = Ar.GetResolver().OpenAsset(Ar.ResolvedPath(asset.resolvedPath))
            hashes.append(hashlib.sha256(bytes(opened.GetBuffer())).hexdigest())
    return sorted(set(hashes))


def _validated(stage: Usd.Stage) -> list[str]:
    """Run every validator of OpenUSD."""
    registry = UsdValidation.ValidationRegistry()
    context = UsdValidation.ValidationContext(registry.GetOrLoadAllValidators())
    return [f"{e.GetName()}: {e.GetMessage()}" for e in context.Validate(stage)]


def _arkit(path: Path, stage: Usd.Stage) -> list[str]:
    """Check what Quick Look asks of a file."""
    wrong = []
    if path.suffix == ".usdz":
        wrong += _package(path)
    if not stage.GetDefaultPrim():
        wrong.append("no defaultPrim")
    if UsdGeom.GetStageUpAxis(stage) != "Y":
        wrong.append("upAxis is not Y")
    if not stage.HasAuthoredMetadata("metersPerUnit"):
        wrong.append("no metersPerUnit")
    for prim in stage.Traverse():
        where = prim.GetPath()
        if prim.IsA(UsdGeom.PointInstancer):
            wrong.append(f"{where} is a PointInstancer")
        if prim.IsA(UsdGeom.Mesh):
            wrong += [f"{where}: {text}" for text in _mesh(UsdGeom.Mesh(prim))]
        shader = UsdShade.Shader(prim)
        if shader and not str(shader.GetIdAttr().Get()).startswith(
            ("UsdPreviewSurface", "UsdUVTexture", "UsdPrimvarReader", "UsdTransform2d")
        ):
            wrong.append(f"{where} is a shader that AR viewers do not know")
    return wrong


def _mesh(mesh: UsdGeom.Mesh) -> list[str]:
    """Check one mesh."""
    wrong = []
    if mesh.GetSubdivisionSchemeAttr().Get() != "none":
        wrong.append("is subdivided")
    extent = mesh.GetExtentAttr().Get()
    points = np.array(mesh.GetPointsAttr().Get())
    if extent is None or not np.allclose(extent, [points.min(0), points.max(0)], atol=1e-6):
        wrong.append("its extent is not that of its points")
    if not UsdShade.MaterialBindingAPI(mesh).ComputeBoundMaterial()[0]:
        wrong.append("has no material")
    if not mesh.GetPrim().HasAttribute("primvars:st"):
        wrong.append("has no uvs")
    return wrong


def _package(path: Path) -> list[str]:
    """Check the container."""
    wrong = []
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if not entries[0].filename.endswith(".usdc"):
            wrong.append("the first file is not a .usdc layer")
        for entry in entries:
            head = entry.header_offset
            name = int.from_bytes(data[head + 26 : head + 28], "little")
            extra = int.from_bytes(data[head + 28 : head + 30], "little")
            if entry.compress_type != zipfile.ZIP_STORED:
                wrong.append(f"{entry.filename} is compressed")
            if (head + 30 + name + extra) % 64:
                wrong.append(f"{entry.filename} is not aligned to 64 bytes")
            if not entry.filename.endswith(_ALLOWED):
                wrong.append(f"{entry.filename} is of a kind that is not allowed")
    layer = Sdf.Layer.FindOrOpen(str(path))
    if layer.GetCompositionAssetDependencies():
        wrong.append("it refers to other layers")
    return wrong


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
