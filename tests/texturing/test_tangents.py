from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.closest import SurfacePoints
from bozzetto.texturing.tangents import surface_frames, tangent_from_world, vertex_tangents
from tests.texturing.scene import unwrapped_ball


def with_tangents(mesh):
    return replace(
        mesh,
        tangents=vertex_tangents(
            mesh.positions, mesh.triangles, normals=mesh.normals, uvs=mesh.uvs
        ),
    )


def a_square(*, mirrored=False):
    """A square that faces +z with its picture upright (+u right, v down), or mirrored."""
    positions = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
    uvs = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)
    if mirrored:
        uvs[:, 0] = 1 - uvs[:, 0]
    return Mesh(
        positions=positions,
        triangles=np.array([[0, 1, 2], [0, 2, 3]], np.int32),
        normals=np.tile(np.array([0, 0, 1], np.float32), (4, 1)),
        uvs=uvs,
    )


def test_an_upright_picture_has_its_tangent_to_the_right_and_its_bitangent_up():
    tangents = with_tangents(a_square()).tangents
    np.testing.assert_allclose(tangents, np.tile([1, 0, 0, 1], (4, 1)), atol=1e-6)


def test_a_mirrored_picture_turns_tangent_and_sign_so_that_the_bitangent_stays_up():
    tangents = with_tangents(a_square(mirrored=True)).tangents
    np.testing.assert_allclose(tangents, np.tile([-1, 0, 0, -1], (4, 1)), atol=1e-6)


def test_tangents_are_unit_and_orthogonal_to_the_normals_and_charts_are_not_mirrored():
    ball = with_tangents(unwrapped_ball())
    np.testing.assert_allclose(np.linalg.norm(ball.tangents[:, :3], axis=1), 1, atol=1e-5)
    dots = np.einsum("ij,ij->i", ball.tangents[:, :3], ball.normals)
    np.testing.assert_allclose(dots, 0, atol=1e-5)
    assert (ball.tangents[:, 3] == 1).all()


@given(seed=st.integers(0, 2**32 - 1))
def test_a_renderer_gets_back_exactly_the_direction_that_was_baked(seed):
    ball = with_tangents(unwrapped_ball())
    rng = np.random.default_rng(seed)
    at = SurfacePoints(
        triangle=rng.integers(0, ball.num_triangles, 50).astype(np.int32),
        barycentric=rng.dirichlet(np.ones(3), 50).astype(np.float32),
    )
    frames = surface_frames(ball, at=at)
    wanted = frames[:, 2] + rng.normal(0, 0.3, (50, 3)).astype(np.float32)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    baked = tangent_from_world(frames, wanted)
    shaded = np.einsum("nk,nkc->nc", baked, frames)
    shaded /= np.linalg.norm(shaded, axis=1, keepdims=True)
    np.testing.assert_allclose(shaded, wanted, atol=1e-4)


def test_a_vertex_without_texture_area_still_gets_a_unit_tangent():
    square = replace(a_square(), uvs=np.zeros((4, 2), np.float32))
    tangents = with_tangents(square).tangents
    np.testing.assert_allclose(np.linalg.norm(tangents[:, :3], axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(tangents[:, 2], 0, atol=1e-6)
