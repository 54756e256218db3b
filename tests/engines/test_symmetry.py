import numpy as np
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.engines.symmetry import mirror_agreement


def a_body(*, bump=0.0, turn_deg=0.0):
    """A box with a ball on one side, away from every mirror plane."""
    parts = [trimesh.creation.box(extents=(0.5, 1, 0.3))]
    if bump:
        ball = trimesh.creation.icosphere(subdivisions=3, radius=bump)
        ball.apply_translation([0.3, 0.3, 0.25])
        parts.append(ball)
    body = trimesh.util.concatenate(parts).subdivide_to_size(0.02)
    body.apply_transform(trimesh.transformations.rotation_matrix(np.radians(turn_deg), [0, 1, 0]))
    return Mesh(
        positions=np.asarray(body.vertices, np.float32),
        triangles=np.asarray(body.faces, np.int32),
    )


def test_a_box_agrees_with_its_mirror_image_however_it_is_turned():
    assert mirror_agreement(a_body()) > 0.95
    assert mirror_agreement(a_body(turn_deg=30)) > 0.95


def test_a_bump_on_one_side_breaks_the_symmetry():
    assert mirror_agreement(a_body(bump=0.15)) < 0.8
    assert mirror_agreement(a_body(bump=0.3)) < 0.8
