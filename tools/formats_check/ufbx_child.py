"""Print as JSON what ufbx finds in an FBX file: one file per process, or it may crash."""

import hashlib
import json
import os
import sys

import ufbx


def main(path: str, frame: str) -> None:
    """Evaluate the first clip at a frame and read meshes, materials, pictures, joints, clips."""
    rest = ufbx.load_file(path)
    # Before any mesh is touched: later, reading them crashes ufbx 0.0.5.
    pictures = [hashlib.sha256(bytes(video.content)).hexdigest() for video in list(rest.videos)]
    stacks = list(rest.anim_stacks)
    scene = rest
    if stacks:
        scene = rest.evaluate(stacks[0].anim, int(frame) / 30, evaluate_skinning=True)
    points, triangles, names, heights = [], 0, [], []
    metres = rest.settings.unit_meters
    nodes = list(scene.nodes)
    meshes = [node.mesh for node in nodes]
    for node, mesh in zip(nodes, meshes, strict=True):
        if mesh is None:
            continue
        names.append(node.name)
        triangles += mesh.num_triangles
        skinned = mesh.skinned_position
        world = node.geometry_to_world
        heights += [_moved(world, point)[1] * metres for point in mesh.vertices]
        for point in skinned.values:
            place = _moved(world, point) if mesh.skinned_is_local else tuple(point)
            points.append([value * metres for value in place])
    answer = {
        "triangles": triangles,
        "points": points,
        "rest_heights": [min(heights), max(heights)],
        "names": names,
        "materials": [material.name for material in rest.materials],
        "pictures": pictures,
        "joints": [node.name for node in rest.nodes if node.bone is not None],
        "clips": [(stack.name, stack.time_end - stack.time_begin) for stack in stacks],
        "complaints": [f"{w.description}" for w in rest.metadata.warnings],
    }
    print(json.dumps(answer), flush=True)
    os._exit(0)  # It may crash while it cleans up.


def _moved(matrix, point):
    """Apply an affine transform, whose columns are c0 to c3."""
    columns = list(zip(matrix.c0, matrix.c1, matrix.c2, matrix.c3, strict=True))
    return tuple(a * point[0] + b * point[1] + c * point[2] + d for a, b, c, d in columns)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
