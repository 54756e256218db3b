import numpy as np
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.geometry.raycast import Raycaster
from bozzetto.texturing.occlusion import OcclusionOptions, ambient_occlusion
from tests.build import a_sphere
from tests.texturing.scene import with_normals

RAW = OcclusionOptions(rays=200_000, smooth_iterations=0)


def openness(mesh, options=RAW):
    return ambient_occlusion(mesh, Raycaster(mesh.positions, mesh.triangles), options=options)


def test_a_ball_alone_sees_the_whole_sky():
    np.testing.assert_array_equal(openness(with_normals(a_sphere(subdivisions=4))), 1)


def test_the_inside_of_a_ball_sees_nothing():
    ball = a_sphere(subdivisions=3)
    inverted = Mesh(positions=ball.positions, triangles=ball.triangles[:, ::-1].copy())
    np.testing.assert_array_equal(openness(with_normals(inverted)), 0)


def test_floor_beneath_a_disc_sees_the_share_that_the_formula_gives():
    # A disc of radius r at height h covers r^2 / (r^2 + h^2) of the cosine-weighted sky.
    disc = trimesh.creation.cylinder(radius=1.0, height=0.01, sections=64)
    lid = np.asarray(disc.vertices)[:, [0, 2, 1]] + np.array([0, 1.0, 0])
    floor = np.array([[0, 0, 0], [0.001, 0, 0.001], [0.001, 0, -0.001]])
    count = len(lid)
    mesh = Mesh(
        positions=np.concatenate([lid, floor]).astype(np.float32),
        triangles=np.concatenate([disc.faces, [[count, count + 1, count + 2]]]).astype(np.int32),
        normals=np.tile(np.array([0, 1, 0], np.float32), (count + 3, 1)),
    )
    assert abs(openness(mesh)[count] - 0.5) < 0.03


def test_smoothing_takes_noise_off_and_the_same_seed_gives_the_same_bytes():
    ring = trimesh.creation.torus(0.5, 0.2, major_sections=64, minor_sections=32)
    mesh = with_normals(
        Mesh(
            positions=np.asarray(ring.vertices, np.float32),
            triangles=np.asarray(ring.faces, np.int32),
        )
    )
    few = OcclusionOptions(rays=16 * mesh.num_vertices)
    exact = openness(mesh, OcclusionOptions(rays=128 * mesh.num_vertices, smooth_iterations=2))
    noisy = openness(mesh, OcclusionOptions(rays=few.rays, smooth_iterations=0))
    smooth = openness(mesh, few)
    assert np.std(smooth - exact) < np.std(noisy - exact) / 2
    np.testing.assert_array_equal(smooth, openness(mesh, few))
