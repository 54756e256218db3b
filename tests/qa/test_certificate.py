from dataclasses import replace

import numpy as np
import pytest

from bozzetto.geometry.remesh.quads import mesh_of_quads
from bozzetto.qa.certificate import certify
from tests.build import a_sphere
from tests.geometry.quad_shapes import a_quad_box, a_quad_ring


def test_a_regular_ring_of_quads_is_all_quads_and_all_regular():
    ring = mesh_of_quads(*a_quad_ring())
    certificate = certify(ring, reference=ring)
    assert (certificate.quads, certificate.quads_percent) == (128, 100.0)
    assert certificate.irregular_vertices_percent == 0
    assert (certificate.inverted_triangles, certificate.self_intersections) == (0, 0)
    assert certificate.hausdorff_m == pytest.approx(0, abs=1e-5)


def test_a_box_of_quads_has_eight_irregular_corners():
    box = mesh_of_quads(*a_quad_box(cells=3))
    certificate = certify(box, reference=box)
    assert certificate.irregular_vertices_percent == pytest.approx(100 * 8 / 56, abs=1e-3)


def test_an_icosphere_has_twelve_vertices_without_six_edges():
    ball = a_sphere(subdivisions=2)
    certificate = certify(ball, reference=ball)
    assert (certificate.quads, certificate.quads_percent) == (0, 0)
    assert certificate.irregular_vertices_percent == pytest.approx(100 * 12 / 162, abs=1e-3)


def test_distances_are_those_between_the_surfaces():
    box = mesh_of_quads(*a_quad_box())
    positions = box.positions.copy()
    corner = int((positions @ np.ones(3)).argmax())
    positions[corner] *= 1.2
    certificate = certify(replace(box, positions=positions), reference=box)
    assert certificate.outward_max_m == pytest.approx(0.1 * np.sqrt(3), abs=1e-4)
    assert certificate.hausdorff_percent == pytest.approx(10, abs=0.01)
    # An error of 0.1732 m is one pixel high where 1080 lines show 187.06 m.
    assert certificate.switch_distance_m == pytest.approx(187.06 / 2 / np.tan(np.pi / 6), abs=0.2)


def test_seams_do_not_make_vertices_irregular():
    ring = mesh_of_quads(*a_quad_ring())
    corners = ring.triangles.reshape(-1, 6)[:, [0, 1, 2, 5]]
    apart = mesh_of_quads(
        ring.positions[corners.reshape(-1)], np.arange(512, dtype=np.int32).reshape(-1, 4)
    )
    assert certify(apart, reference=ring).irregular_vertices_percent == 0


def test_a_triangle_that_faces_inward_counts():
    ball = a_sphere()
    triangles = ball.triangles.copy()
    triangles[7] = triangles[7, ::-1]
    assert certify(replace(ball, triangles=triangles), reference=ball).inverted_triangles == 1
