"""Let Blender write the FBX files that tests read: `python blender_files.py FOLDER`, under bpy.

Renews tests/formats/files/blender_*.fbx, and blender.json: where Blender itself has the vertices.
"""

import json
import math
import sys
from pathlib import Path

import bpy


def main(folder: str) -> None:
    """Write a static scene and a skinned, moving one."""
    out = Path(folder).resolve()
    places = {"static": _static(out), **_skinned(out)}
    (out / "blender.json").write_text(json.dumps(places, separators=(",", ":")) + "\n")


def _static(out: Path) -> dict[str, list[list[float]]]:
    """A textured cube of 1 m, and a turned and stretched one that hangs on it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    picture = bpy.data.images.new("checks", 8, 8)
    picture.pixels = [
        value
        for y in range(8)
        for x in range(8)
        for value in (x / 7, y / 7, (x // 2 + y // 2) % 2, 1)
    ]
    picture.pack()
    bpy.ops.mesh.primitive_cube_add(size=1, location=(0, 0, 0.5))
    crate = bpy.context.object
    crate.name = "crate"
    crate.data.materials.append(_material("wood", (1, 1, 1), picture))
    bpy.ops.mesh.primitive_cube_add(size=0.5, location=(0.25, 0, 0.25))
    lid = bpy.context.object
    lid.name = "lid"
    lid.parent = crate
    lid.rotation_euler = (0, 0, math.radians(30))
    lid.scale = (1, 2, 0.5)
    lid.data.materials.append(_material("metal", (0.8, 0.1, 0.1), None))
    bpy.context.view_layer.update()
    places = {thing.name: _places(thing) for thing in (crate, lid)}
    bpy.ops.export_scene.fbx(
        filepath=str(out / "blender_static.fbx"), path_mode="COPY", embed_textures=True
    )
    return places


def _skinned(out: Path) -> dict[str, dict[str, list[list[float]]]]:
    """A tube of 1.7 m with two bones, whose upper one bends; its lids have corners in a row."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 30, 1, 21
    bpy.ops.mesh.primitive_cylinder_add(vertices=6, radius=0.2, depth=1.7, location=(0, 0, 0.85))
    tube = bpy.context.object
    tube.name = "tube"
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.subdivide(number_cuts=2)
    bpy.ops.object.mode_set(mode="OBJECT")
    tube.data.materials.append(_material("skin", (0.7, 0.5, 0.4), None))
    rig = bpy.data.objects.new("rig", bpy.data.armatures.new("rig"))
    scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    lower, upper = (rig.data.edit_bones.new(name) for name in ("lower", "upper"))
    lower.head, lower.tail = (0, 0, 0), (0, 0, 0.85)
    upper.head, upper.tail = (0, 0, 0.85), (0, 0, 1.7)
    upper.parent, upper.use_connect = lower, True
    bpy.ops.object.mode_set(mode="OBJECT")
    tube.parent = rig
    tube.modifiers.new("rig", "ARMATURE").object = rig
    groups = [tube.vertex_groups.new(name=name) for name in ("lower", "upper")]
    for vertex in tube.data.vertices:
        share = min(1, max(0, (vertex.co.z + 0.85) / 1.7))
        for weights, weight in zip(groups, (1 - share, share), strict=True):
            weights.add([vertex.index], weight, "REPLACE")
    bone = rig.pose.bones["upper"]
    bone.rotation_mode = "XYZ"
    for frame, degrees in ((1, 0), (11, 50), (21, 0)):
        bone.rotation_euler = (math.radians(degrees), 0, math.radians(degrees / 2))
        bone.keyframe_insert("rotation_euler", frame=frame)
    places = {}
    for label, frame in (("frame_10", 11), ("rest", 1)):
        scene.frame_set(frame)
        bpy.context.view_layer.update()
        places[label] = {"tube": _places(tube)}
    bpy.ops.export_scene.fbx(
        filepath=str(out / "blender_skinned.fbx"),
        bake_anim_use_all_actions=False,
        bake_anim_use_nla_strips=False,
        add_leaf_bones=False,
    )
    return places


def _material(name: str, color: tuple[float, float, float], picture) -> bpy.types.Material:
    """A Principled material, perhaps with a picture as its colour."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    shader = made.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*color, 1)
    shader.inputs["Roughness"].default_value = 0.4
    shader.inputs["Metallic"].default_value = 0.25
    if picture is not None:
        texture = made.node_tree.nodes.new("ShaderNodeTexImage")
        texture.image = picture
        made.node_tree.links.new(texture.outputs["Color"], shader.inputs["Base Color"])
    return made


def _places(thing: bpy.types.Object) -> list[list[float]]:
    """Where the vertices of an object are, +y up."""
    shown = thing.evaluated_get(bpy.context.evaluated_depsgraph_get())
    mesh = shown.to_mesh()
    points = [shown.matrix_world @ vertex.co for vertex in mesh.vertices]
    shown.to_mesh_clear()
    return [[round(x, 6), round(z, 6), round(-y, 6)] for x, y, z in points]


if __name__ == "__main__":
    main(sys.argv[1])
