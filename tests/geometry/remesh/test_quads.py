from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.errors import InputError, ResourceError
from bozzetto.geometry.compare.hausdorff import measure_deviation
from bozzetto.geometry.isosurface import extract_isosurface
from bozzetto.geometry.measure.watertight import enclosed_volume, euler_number, is_closed_manifold
from bozzetto.geometry.remesh.quad_remeshers import QuadFaces
from bozzetto.geometry.remesh.quads import REMESHERS, QuadOptions, mesh_of_quads, quadrangulate
from tests.geometry.quad_shapes import a_quad_ring


@cache
def a_ring():
    """A dense ring: genus 1."""
    x, y, z = np.mgrid[-1:1:40j, -1:1:40j, -1:1:40j]
    positions, triangles = extract_isosurface(
        (0.25 - np.hypot(np.hypot(x, z) - 0.6, y)).astype(np.float32)
    )
    return Mesh(positions=(positions / 39 * 2 - 1).astype(np.float32), triangles=triangles)


def rings(request):
    """Stand in for a library: always somewhat fewer quads than asked for."""
    across = max(6, int(np.sqrt(request.num_quads / 2.4)))
    positions, faces = a_quad_ring(around=int(0.97 * request.num_quads) // across, across=across)
    return QuadFaces(positions=positions.astype(np.float32), faces=faces)


def few(request):
    """Stand in for a library that never gives more than 120 quads."""
    del request
    positions, faces = a_quad_ring(around=15, across=8)
    return QuadFaces(positions=positions.astype(np.float32), faces=faces)


def torn(request):
    """Stand in for a library that leaves a hole."""
    whole = rings(request)
    return QuadFaces(positions=whole.positions, faces=whole.faces[1:])


def short(request):
    """Stand in for a library that loses all on one side, closed and of the same genus."""
    whole = rings(request)
    flat = whole.positions * np.array([1, 1, 0.25], np.float32) - np.float32([0, 0, 0.4])
    return QuadFaces(positions=flat, faces=whole.faces)


def broken(request):
    """Stand in for a library that is not there."""
    raise ResourceError("it is not there")


@given(target=st.integers(150, 600))
@settings(max_examples=4)
def test_meets_the_number_to_the_last_quad(target):
    made = quadrangulate(
        a_ring(), options=QuadOptions(target_quads=target), remeshers=(("rings", rings),)
    )
    assert made.findings == ()
    assert (made.mesh.num_quads, made.mesh.num_triangles) == (target, 2 * target)
    assert is_closed_manifold(made.mesh)
    assert euler_number(made.mesh.triangles) == 0


def test_refuses_a_number_out_of_reach_and_names_one_that_is_not():
    with pytest.raises(InputError, match=r"500 quads .* nearest number reached is 120") as error:
        quadrangulate(a_ring(), options=QuadOptions(target_quads=500), remeshers=(("few", few),))
    assert "120" in error.value.advice


def test_makes_triangles_and_says_so_where_every_library_fails():
    made = quadrangulate(
        a_ring(),
        options=QuadOptions(target_quads=200),
        remeshers=(("torn", torn), ("broken", broken)),
    )
    assert made.mesh.num_quads == 0
    assert made.mesh.num_triangles == 400
    assert is_closed_manifold(made.mesh)
    codes = [finding.code for finding in made.findings]
    assert codes == ["refine.quads.fallback"] * 2 + ["refine.quads.triangles_instead"]
    assert "one triangle only" in made.findings[0].message


def test_a_library_that_loses_a_part_is_not_trusted():
    made = quadrangulate(
        a_ring(),
        options=QuadOptions(target_quads=400),
        remeshers=(("short", short), ("rings", rings)),
    )
    assert made.mesh.num_quads == 400
    assert [finding.code for finding in made.findings] == ["refine.quads.fallback"]
    assert "a part was lost" in made.findings[0].message


def test_refuses_fewer_quads_than_a_box_needs():
    with pytest.raises(InputError, match="At least 24"):
        quadrangulate(a_ring(), options=QuadOptions(target_quads=23))


@pytest.mark.slow
@pytest.mark.parametrize("remesher", REMESHERS, ids=lambda named: named[0])
def test_the_libraries_keep_shape_volume_and_number(remesher):
    pytest.importorskip("pyQuadriFlow")
    pytest.importorskip("pynanoinstantmeshes")
    ring = a_ring()
    made = quadrangulate(ring, options=QuadOptions(target_quads=500), remeshers=(remesher,))
    assert made.findings == ()
    assert made.mesh.num_quads == 500
    assert is_closed_manifold(made.mesh)
    assert measure_deviation(made.mesh, ring, samples=3000).percent_of_diagonal < 1.5
    assert enclosed_volume(made.mesh.positions, made.mesh.triangles) == pytest.approx(
        enclosed_volume(ring.positions, ring.triangles), rel=0.02
    )


def test_the_ring_of_the_tests_is_closed():
    assert is_closed_manifold(mesh_of_quads(*a_quad_ring()))
