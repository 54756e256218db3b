"""Blender's side of `benchmarks.refine_blender`; runs in a Python that has bpy.

python refine_blender_child.py DENSE.npz BAKED.npz FACES SIZE CAGE
"""

import sys
import time

import bpy
import numpy as np


def main() -> None:
    """Reduce, lay out, bake."""
    source, target = sys.argv[1:3]
    faces, size, cage = int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with np.load(source) as arrays:
        dense = a_dense_object(arrays["positions"], arrays["triangles"], arrays["colors"])
    marks = [time.process_time()]
    low = reduced(dense, faces)
    marks.append(time.process_time())
    lay_out(low)
    marks.append(time.process_time())
    color, normal = (
        bake(dense, low, kind=kind, size=size, cage=cage) for kind in ("EMIT", "NORMAL")
    )
    marks.append(time.process_time())
    corners, uvs = triangles_of(low.data)
    normal = normal * 2 - 1
    normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-6)
    np.savez(target, corners=corners, uvs=uvs, color=color, normal=normal, cpu=np.diff(marks))


def a_dense_object(positions, triangles, colors):
    """Make the dense surface glow in its vertices' colours."""
    mesh = bpy.data.meshes.new("dense")
    mesh.from_pydata(positions.tolist(), [], triangles.tolist())
    attribute = mesh.color_attributes.new("paint", "FLOAT_COLOR", "POINT")
    attribute.data.foreach_set(
        "color", np.c_[colors, np.ones(len(colors))].astype(np.float32).ravel()
    )
    mesh.shade_smooth()
    material = bpy.data.materials.new("glow")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    paint, glow = nodes.new("ShaderNodeVertexColor"), nodes.new("ShaderNodeEmission")
    paint.layer_name = "paint"
    links.new(paint.outputs["Color"], glow.inputs["Color"])
    links.new(glow.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    mesh.materials.append(material)
    return linked("dense", mesh)


def reduced(dense, faces):
    """Return a copy with so many triangles."""
    modifier = dense.modifiers.new("decimate", "DECIMATE")
    modifier.ratio = faces / len(dense.data.polygons)
    mesh = bpy.data.meshes.new_from_object(
        dense.evaluated_get(bpy.context.evaluated_depsgraph_get())
    )
    dense.modifiers.remove(modifier)
    mesh.materials.clear()
    mesh.shade_smooth()
    return linked("low", mesh)


def lay_out(low):
    """Unwrap as an artist in a hurry would."""
    only(low)
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.uv.smart_project(island_margin=0.004)
    bpy.ops.object.mode_set(mode="OBJECT")


def bake(dense, low, *, kind, size, cage):
    """Bake the dense surface onto a picture; rows from the top."""
    picture = bpy.data.images.new(kind, size, size, float_buffer=True, is_data=True)
    material = bpy.data.materials.new(kind)
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = picture
    material.node_tree.nodes.active = node
    low.data.materials.clear()
    low.data.materials.append(material)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 1
    settings = scene.render.bake
    settings.use_selected_to_active, settings.cage_extrusion, settings.margin = True, cage, 16
    only(low)
    dense.select_set(True)
    bpy.ops.object.bake(type=kind)
    pixels = np.empty(size * size * 4, np.float32)
    picture.pixels.foreach_get(pixels)
    return pixels.reshape(size, size, 4)[::-1, :, :3].copy()


def triangles_of(mesh):
    """Return positions and uvs (origin at the top left) of every triangle's corners."""
    mesh.calc_loop_triangles()
    count = len(mesh.loop_triangles)
    vertices, loops = np.empty(count * 3, np.int32), np.empty(count * 3, np.int32)
    mesh.loop_triangles.foreach_get("vertices", vertices)
    mesh.loop_triangles.foreach_get("loops", loops)
    positions = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", positions)
    uvs = np.empty(len(mesh.loops) * 2, np.float32)
    mesh.uv_layers.active.data.foreach_get("uv", uvs)
    uvs = uvs.reshape(-1, 2)[loops] * np.array([1, -1], np.float32) + np.array([0, 1], np.float32)
    return positions.reshape(-1, 3)[vertices].reshape(-1, 3, 3), uvs.reshape(-1, 3, 2)


def linked(name, mesh):
    """Put a mesh into the scene."""
    shape = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(shape)
    return shape


def only(shape):
    """Select one object alone and make it the active one."""
    bpy.ops.object.select_all(action="DESELECT")
    shape.select_set(True)
    bpy.context.view_layer.objects.active = shape


if __name__ == "__main__":
    main()
