"""Meshes that become one keep what any of them had."""

from dataclasses import replace

import numpy as np
import pytest

from bozzetto.asset.mesh import VERTEX_ATTRIBUTES, Mesh
from bozzetto.asset.model import Part
from bozzetto.geometry.join import join_meshes
from bozzetto.geometry.submesh import keep_part_triangles, keep_triangles, take_vertices
from tests.models import a_box, a_figure, a_surface
from tests.textured import a_globe

BOX_QUADS = np.arange(12, dtype=np.int32).reshape(6, 2)


def a_full_mesh():
    """A globe with every attribute."""
    globe = a_globe(columns=8, rows=4)
    colors = np.random.default_rng(0).random(globe.positions.shape, np.float32)
    return replace(globe, colors=colors)


def a_quad_box():
    """A box of six quads."""
    return replace(a_box(), quads=BOX_QUADS)


def test_the_list_of_attributes_is_all_that_a_mesh_has_per_vertex():
    fields = set(Mesh.__dataclass_fields__)
    assert {one.name for one in VERTEX_ATTRIBUTES} == fields - {"positions", "triangles", "quads"}


@pytest.mark.parametrize("attribute", VERTEX_ATTRIBUTES, ids=lambda one: one.name)
def test_every_attribute_is_taken_and_joined(attribute):
    mesh = a_full_mesh()
    values = mesh.attribute(attribute.name)
    last = keep_triangles(mesh, np.array([mesh.num_triangles - 1]))
    corners = np.sort(mesh.triangles[-1])
    np.testing.assert_array_equal(last.attribute(attribute.name), values[corners])
    both = join_meshes([mesh, mesh]).mesh
    np.testing.assert_array_equal(both.attribute(attribute.name), np.concatenate([values] * 2))


def test_missing_colours_are_white_and_that_is_said():
    plain = a_box()
    colored = replace(plain, colors=np.full((24, 3), 0.25, np.float32))
    joined = join_meshes([plain, colored])
    assert joined.filled == ("colors",)
    assert joined.mesh.colors[:24].tolist() == [[1, 1, 1]] * 24
    assert joined.mesh.colors[24:].tolist() == [[0.25, 0.25, 0.25]] * 24


def test_missing_normals_follow_from_the_shape():
    globe = a_full_mesh()
    joined = join_meshes([globe, replace(globe, normals=None)])
    normals = joined.mesh.normals
    np.testing.assert_array_equal(normals[: globe.num_vertices], globe.normals)
    agree = (normals[globe.num_vertices :] * globe.normals).sum(axis=1)
    assert np.median(agree) > 0.9
    assert "normals" not in joined.filled + joined.dropped


def test_what_no_value_could_stand_for_is_dropped_and_that_is_said():
    joined = join_meshes([a_full_mesh(), a_box()])
    assert joined.dropped == ("tangents", "confidence", "origin")
    assert joined.mesh.confidence is None


def test_attributes_that_nobody_wants_are_left_out_without_a_word():
    joined = join_meshes([a_full_mesh(), a_box()], attributes=("uvs",))
    assert (joined.filled, joined.dropped, joined.mesh.normals) == ((), (), None)
    assert joined.mesh.uvs is not None


def test_quads_stay_quads_when_meshes_become_one():
    joined = join_meshes([a_box(), a_quad_box(), a_quad_box()]).mesh
    assert joined.num_quads == 12
    np.testing.assert_array_equal(
        joined.positions[joined.quad_corners[:6]], a_box().positions[a_quad_box().quad_corners]
    )


def test_quads_that_stay_whole_are_kept_and_renumbered():
    box = a_quad_box()
    rest = keep_triangles(box, np.arange(1, 12))  # Half of the first quad goes.
    assert (rest.num_triangles, rest.num_quads) == (11, 5)
    np.testing.assert_array_equal(
        rest.positions[rest.quad_corners], box.positions[box.quad_corners[1:]]
    )


def test_triangles_may_be_chosen_by_a_mask_or_by_indices():
    mesh, mask = a_full_mesh(), np.arange(48) % 3 == 0
    first, second = keep_triangles(mesh, mask), keep_triangles(mesh, np.flatnonzero(mask))
    np.testing.assert_array_equal(first.triangles, second.triangles)
    np.testing.assert_array_equal(first.colors, second.colors)


def test_a_vertex_may_be_taken_twice():
    mesh = a_full_mesh()
    taken = take_vertices(mesh, np.array([3, 3, 5]), np.array([[0, 1, 2]], np.int32))
    np.testing.assert_array_equal(taken.colors, mesh.colors[[3, 3, 5]])


def test_skins_follow_the_vertices_that_stay():
    (body,) = a_figure().parts
    part = keep_part_triangles(body, np.arange(10, 12))
    assert part.mesh.num_vertices == len(part.skin.joints) == 4
    np.testing.assert_array_equal(part.skin.joints, body.skin.joints[20:])
    bare = Part(name="b", mesh=a_box(), surface=a_surface())
    assert keep_part_triangles(bare, np.arange(3)).skin is None
