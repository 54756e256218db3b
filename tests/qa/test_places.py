import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.mesh import Origin
from bozzetto.findings import Finding, Region, Severity
from bozzetto.qa.places import look_at, photo_findings
from tests.build import a_front_camera, a_sphere


def a_ball(*, invented=None):
    """A sphere about its middle; the vertices that `invented` chooses are made up."""
    mesh = a_sphere(subdivisions=3, radius=0.5)
    middle = (mesh.positions.min(axis=0) + mesh.positions.max(axis=0)) / 2
    mesh = dataclasses.replace(mesh, positions=mesh.positions - middle)
    origin = np.full(len(mesh.positions), Origin.OBSERVED, np.uint8)
    if invented is not None:
        origin[invented(mesh.positions)] = Origin.INFERRED
    return dataclasses.replace(mesh, origin=origin)


def without(mesh, triangles):
    return dataclasses.replace(mesh, triangles=np.delete(mesh.triangles, triangles, axis=0))


def advice(*, subject="a.png", where=None):
    return Finding(
        code="photo.light.clipped",
        severity=Severity.WARNING,
        message="Too bright.",
        subject=subject,
        where=where,
    )


def test_a_closed_ball_that_photos_show_all_of_is_not_remarked_on():
    assert look_at(a_ball()) == ()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_what_no_photo_shows_is_pointed_at_from_where_it_faces(axis):
    (found,) = look_at(a_ball(invented=lambda p: p[:, axis] < -0.1))
    assert found.code == "surface.unseen"
    assert 0.25 < found.measured < 0.45
    expected = -np.eye(3)[axis]
    np.testing.assert_allclose(found.place.facing, expected, atol=0.05)
    assert found.place.position[axis] < -0.4


def test_specks_that_no_photo_shows_are_not_worth_a_look():
    assert look_at(a_ball(invented=lambda p: p[:, 1] > p[:, 1].max() - 0.004)) == ()


def test_the_larger_of_two_patches_comes_first():
    both = look_at(a_ball(invented=lambda p: (p[:, 0] < -0.1) | (p[:, 0] > 0.3)))
    assert [found.code for found in both] == ["surface.unseen"] * 2
    assert both[0].measured > both[1].measured
    assert both[0].place.position[0] < 0 < both[1].place.position[0]


@settings(max_examples=15)
@given(triangle=st.integers(0, 1279))
def test_a_missing_face_is_found_where_it_is_missing(triangle):
    mesh = a_ball()
    middle = mesh.positions[mesh.triangles[triangle]].mean(axis=0)
    (found,) = look_at(without(mesh, triangle))
    assert (found.code, found.measured) == ("surface.open", 3)
    assert np.linalg.norm(np.array(found.place.position) - middle) < 0.15


def test_an_edge_with_three_faces_is_named():
    mesh = a_ball()
    fin = np.append(mesh.positions, [[0.0, 3.0, 0.0]], axis=0).astype(np.float32)
    a, b, _ = mesh.triangles[5]
    torn = dataclasses.replace(
        mesh,
        positions=fin,
        normals=None,
        origin=None,
        triangles=np.append(mesh.triangles, [[a, b, len(fin) - 1]], axis=0).astype(np.int32),
    )
    codes = {found.code: found.measured for found in look_at(torn)}
    assert codes["surface.torn"] == 3  # Seen from each of its three faces.
    assert codes["surface.open"] == 2


def test_a_region_of_a_photo_is_found_on_the_side_that_the_camera_sees():
    camera = a_front_camera(width=128, height=96)
    mesh = a_sphere(subdivisions=3, radius=0.5)
    # The photo is twice as large as the picture that the camera was fitted to.
    seen = advice(where=Region(x0=118, y0=86, x1=138, y1=106))
    elsewhere = advice(where=Region(x0=0, y0=0, x1=4, y1=4))
    other = advice(subject="b.png", where=seen.where)
    found = photo_findings(
        [seen, elsewhere, other, advice()], mesh, cameras=[camera], photos=[("a.png", 256, 192)]
    )
    assert [one.place is None for one in found] == [False, True, True, True]
    hit = np.array(found[0].place.position)
    direction = hit - camera.position
    through, _ = camera.project(hit[None].astype(np.float64))
    np.testing.assert_allclose(through[0], [64, 48], atol=3)
    assert np.dot(found[0].place.facing, direction) < 0
