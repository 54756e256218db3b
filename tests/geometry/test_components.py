import numpy as np
import pytest

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.components import ComponentOptions, drop_small_components, label_components
from bozzetto.geometry.measure.watertight import enclosed_volume, is_closed_manifold
from tests.build import a_sphere


def joined(*parts):
    """One mesh of several (mesh, scale, offset) parts; colours number the parts."""
    positions, triangles, colors, start = [], [], [], 0
    for number, (mesh, scale, offset) in enumerate(parts):
        positions.append((mesh.positions * scale + offset).astype(np.float32))
        triangles.append(mesh.triangles + start)
        colors.append(np.full((mesh.num_vertices, 3), number, np.float32))
        start += mesh.num_vertices
    return Mesh(
        positions=np.concatenate(positions),
        triangles=np.concatenate(triangles).astype(np.int32),
        colors=np.concatenate(colors),
    )


def test_drops_crumbs_and_keeps_what_is_large_enough():
    ball = a_sphere(subdivisions=2)
    mesh = joined((ball, 0.02, 3), (ball, 1, 0), (ball, 0.3, [2, 0, 0]))
    cleaned, dropped = drop_small_components(mesh)
    assert dropped == 1
    assert set(np.unique(cleaned.colors)) == {1.0, 2.0}
    assert is_closed_manifold(cleaned)


def test_drops_the_wall_of_a_hollow_inside():
    ball = a_sphere(subdivisions=2)
    wall = Mesh(positions=ball.positions, triangles=ball.triangles[:, ::-1].copy())
    cleaned, dropped = drop_small_components(joined((ball, 1, 0), (wall, 0.5, [0, 0.2, 0])))
    assert dropped == 1
    assert enclosed_volume(cleaned.positions, cleaned.triangles) == pytest.approx(
        enclosed_volume(ball.positions, ball.triangles)
    )


def test_always_keeps_the_largest_part_and_returns_a_clean_mesh_as_it_is():
    ball = a_sphere(subdivisions=1)
    mesh = joined((ball, 1, 0), (ball, 0.9, 3))
    cleaned, dropped = drop_small_components(mesh, options=ComponentOptions(min_share=2.0))
    assert (dropped, cleaned.num_triangles) == (1, ball.num_triangles)
    same, dropped = drop_small_components(ball)
    assert (dropped, same) == (0, ball)


def test_labels_number_the_parts():
    ball = a_sphere(subdivisions=1)
    labels = label_components(joined((ball, 1, 0), (ball, 1, 3), (ball, 1, 6)))
    np.testing.assert_array_equal(labels, np.repeat([0, 1, 2], ball.num_triangles))
