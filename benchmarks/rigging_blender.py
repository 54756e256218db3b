"""Blender's automatic weights on our skeleton; run by `benchmarks.rigging` in Blender's Python.

`python rigging_blender.py IN.npz OUT.npz`: in: positions, triangles, heads, tails, parents (y up);
out: weights v x b; rows of zeros where Blender found none. Uses bpy (GPL) in a process of its own.
"""

import sys

import bpy
import numpy as np


def main(source: str, target: str) -> None:
    """Bind and write the weights."""
    data = np.load(source)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    mesh = bpy.data.meshes.new("body")
    mesh.from_pydata(data["positions"].tolist(), [], data["triangles"].tolist())
    body = bpy.data.objects.new("body", mesh)
    armature = bpy.data.armatures.new("rig")
    rig = bpy.data.objects.new("rig", armature)
    for thing in (body, rig):
        bpy.context.collection.objects.link(thing)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    bones = []
    for index, (head, tail) in enumerate(zip(data["heads"], data["tails"], strict=True)):
        bone = armature.edit_bones.new(f"b{index}")
        bone.head, bone.tail = head.tolist(), tail.tolist()
        bones.append(bone)
    for bone, parent in zip(bones, data["parents"].tolist(), strict=True):
        if parent >= 0:
            bone.parent = bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    body.select_set(True)
    rig.select_set(True)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.parent_set(type="ARMATURE_AUTO")
    weights = np.zeros((len(mesh.vertices), len(data["heads"])))
    names = {group.index: int(group.name[1:]) for group in body.vertex_groups}
    for vertex in mesh.vertices:
        for group in vertex.groups:
            weights[vertex.index, names[group.group]] = group.weight
    np.savez_compressed(target, weights=weights)


if __name__ == "__main__":
    main(*sys.argv[-2:])
