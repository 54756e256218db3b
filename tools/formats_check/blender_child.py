"""Print as JSON what Blender finds in a file, and save a picture of it if asked.

Usage: python blender_child.py FILE FRAME [PICTURE]; runs under an interpreter that has bpy.
"""

import hashlib
import json
import math
import sys
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector


def main(path: str, frame: str, picture: str = "") -> None:
    """Import into an empty scene and read what came."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 30
    _open(Path(path))
    bpy.context.scene.frame_set(1)
    moves = [a for a in bpy.data.actions if a.frame_range[1] - a.frame_range[0] > 0.5]
    first = min((a.frame_range[0] for a in moves), default=1)
    if moves and any(o.type == "ARMATURE" for o in bpy.data.objects):
        _play(sorted(moves, key=lambda a: "wave" not in a.name)[0])
    bpy.context.scene.frame_set(round(first) + int(frame))
    heights = _rest_heights()
    depsgraph = bpy.context.evaluated_depsgraph_get()
    points, triangles, names, materials = [], 0, [], set()
    for thing in _meshes():
        shown = thing.evaluated_get(depsgraph)
        mesh = shown.to_mesh()
        triangles += sum(len(polygon.vertices) - 2 for polygon in mesh.polygons)
        names.append(thing.name)
        materials |= {slot.material.name for slot in thing.material_slots if slot.material}
        for vertex in mesh.vertices:
            x, y, z = shown.matrix_world @ vertex.co
            points.append([x, z, -y])
        shown.to_mesh_clear()
    armatures = [thing for thing in bpy.data.objects if thing.type == "ARMATURE"]
    hashes = [_hash(image) for image in bpy.data.images if image.size[0] > 0]
    answer = {
        "triangles": triangles,
        "points": points,
        "rest_heights": heights,
        "names": names,
        "materials": sorted(materials),
        "pictures": sorted({found for found in hashes if found}) or None,
        "joints": [bone.name for thing in armatures for bone in thing.data.bones],
    }
    if picture:
        _render(picture, np.array(points))
    print(json.dumps(answer))


def _open(path: Path) -> None:
    """Call the importer of a file's kind; OBJ, STL and PLY are told the axes."""
    file = str(path)
    axes = {"forward_axis": "NEGATIVE_Z", "up_axis": "Y"}
    match path.suffix:
        case ".glb" | ".gltf":
            bpy.ops.import_scene.gltf(filepath=file)
        case ".fbx":
            bpy.ops.wm.fbx_import(filepath=file)
        case ".usda" | ".usdc" | ".usdz":
            bpy.ops.wm.usd_import(filepath=file, import_textures_mode="IMPORT_PACK")
        case ".obj":
            bpy.ops.wm.obj_import(filepath=file, **axes)
        case ".stl":
            bpy.ops.wm.stl_import(filepath=file, **axes)
        case ".ply":
            bpy.ops.wm.ply_import(filepath=file, **axes)
        case other:
            raise SystemExit(f"Blender has no importer for {other}.")


def _play(action: bpy.types.Action) -> None:
    """Let the armature play an action alone."""
    for thing in bpy.data.objects:
        if thing.type == "ARMATURE":
            data = thing.animation_data or thing.animation_data_create()
            for track in list(data.nla_tracks):
                data.nla_tracks.remove(track)
            data.action = action
            if hasattr(data, "action_slot") and action.slots:
                data.action_slot = action.slots[0]


def _meshes() -> list[bpy.types.Object]:
    """Return what has faces and is part of the model."""
    return [
        thing
        for thing in bpy.data.objects
        if thing.type == "MESH" and len(thing.data.polygons) > 0 and not _is_bone_shape(thing)
    ]


def _rest_heights() -> list[float]:
    """Return the lowest and highest place of all vertices in the rest pose."""
    rigs = [thing.data for thing in bpy.data.objects if thing.type == "ARMATURE"]
    for rig in rigs:
        rig.pose_position = "REST"
    bpy.context.view_layer.update()
    depsgraph = bpy.context.evaluated_depsgraph_get()
    heights = []
    for thing in _meshes():
        shown = thing.evaluated_get(depsgraph)
        mesh = shown.to_mesh()
        heights += [(shown.matrix_world @ vertex.co).z for vertex in mesh.vertices]
        shown.to_mesh_clear()
    for rig in rigs:
        rig.pose_position = "POSE"
    bpy.context.view_layer.update()
    return [min(heights), max(heights)]


def _is_bone_shape(thing: bpy.types.Object) -> bool:
    """Tell whether an object only shows a bone, as the glTF importer adds."""
    return any(c.name.startswith("glTF_not_exported") for c in thing.users_collection)


def _hash(image: bpy.types.Image) -> str:
    """Hash a picture's file; empty where Blender holds none."""
    if image.packed_file:
        return hashlib.sha256(bytes(image.packed_file.data)).hexdigest()
    file = Path(bpy.path.abspath(image.filepath))
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _render(picture: str, points: np.ndarray) -> None:
    """Render with a light and a camera in front, a little to the side."""
    scene = bpy.context.scene
    low, high = points.min(axis=0), points.max(axis=0)
    x, y, z = (low + high) / 2
    centre, size = Vector((x, -z, y)), float(np.linalg.norm(high - low))
    camera = bpy.data.objects.new("eye", bpy.data.cameras.new("eye"))
    camera.location = centre + Vector((0.7, -1.3, 0.5)).normalized() * size * 1.9
    camera.rotation_euler = (centre - camera.location).to_track_quat("-Z", "Y").to_euler()
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.data.energy = 3
    sun.rotation_euler = (math.radians(40), 0, math.radians(30))
    for thing in (camera, sun):
        scene.collection.objects.link(thing)
    scene.camera = camera
    scene.world = bpy.data.worlds.new("sky")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs[0].default_value = (0.6, 0.65, 0.7, 1)
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 8
    scene.cycles.use_denoising = False
    scene.render.resolution_x = scene.render.resolution_y = 320
    scene.render.filepath = picture
    bpy.ops.render.render(write_still=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
