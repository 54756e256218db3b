import numpy as np
import pytest

from bozzetto_train.objects.assembly import Part, assemble
from bozzetto_train.objects.reshape import reshape
from bozzetto_train.objects.stored import read_stored, write_stored
from tests.build import a_sphere
from tests.train.objects.build_object import GREY, a_cube, a_model

SEEDS = range(12)


def a_ball():
    """Return a ball with exact normals, mirror-symmetric about x = 0."""
    sphere = a_sphere(subdivisions=4, radius=1.0)
    unit = sphere.positions - np.float32([0, 1, 0])
    part = Part(positions=unit, triangles=sphere.triangles, material=GREY, normals=unit)
    return assemble("test/ball", [part])


def box_of(model):
    span = np.ptp(model.positions, axis=0)
    return span / span.max()


def test_proportions_change_and_seeds_differ():
    boxes = np.array([box_of(reshape(a_model(), name="reshaped/0", seed=s)) for s in SEEDS])
    assert (np.abs(np.log(boxes)).max(axis=1) > 0.05).sum() >= 10
    assert len({tuple(box.round(3)) for box in boxes}) == len(SEEDS)


def test_same_seed_same_shape():
    made = [reshape(a_ball(), name="reshaped/0", seed=5) for _ in range(2)]
    np.testing.assert_array_equal(made[0].positions, made[1].positions)
    np.testing.assert_array_equal(made[0].normals, made[1].normals)


@pytest.mark.parametrize("seed", SEEDS)
def test_normals_follow_the_surface(seed):
    ball = reshape(a_ball(), name="reshaped/0", seed=seed)
    a, b, c = (ball.positions[ball.triangles[:, k]].astype(np.float64) for k in range(3))
    faces = np.cross(b - a, c - a)
    faces /= np.linalg.norm(faces, axis=1, keepdims=True)
    shading = ball.normals[ball.triangles].mean(axis=1)
    shading /= np.linalg.norm(shading, axis=1, keepdims=True)
    assert (faces * shading).sum(axis=1).min() > np.cos(np.deg2rad(8))


@pytest.mark.parametrize("seed", SEEDS)
def test_mirror_images_remain_so(seed):
    points = reshape(a_ball(), name="reshaped/0", seed=seed).positions
    mirrored = points * np.float32([-1, 1, 1])
    gaps = np.linalg.norm(points[:, None] - mirrored[None], axis=2).min(axis=1)
    assert gaps.max() < 1e-4


@pytest.mark.parametrize("seed", SEEDS)
def test_level_tops_stay_level_and_walls_do_not_fold(seed):
    shelf = assemble("test/shelf", [a_cube(), stacked(0.4, 0.6), stacked(0.7, 0.9)])
    points = reshape(shelf, name="reshaped/0", seed=seed).positions
    levels = [points[np.abs(shelf.positions[:, 1] - y) < 1e-4, 1] for y in heights(shelf)]
    assert max(float(np.ptp(level)) for level in levels) < 1e-5
    assert (np.diff([level.mean() for level in levels]) > 0).all()


def stacked(low, high):
    part = a_cube(size=(1.0, high - low, 1.0))
    return Part(
        positions=part.positions + np.float32([0, low, 0]),
        triangles=part.triangles,
        material=GREY,
    )


def heights(model):
    return np.unique(model.positions[:, 1].round(4))


def test_what_is_flat_stays_finite():
    flat = assemble("test/flat", [a_cube(size=(1.0, 1e-6, 1.0))])
    assert np.isfinite(reshape(flat, name="reshaped/0", seed=1).normals).all()


def test_a_reshaped_object_can_be_stored(tmp_path):
    model = reshape(a_model(), name="reshaped/0", seed=2)
    write_stored(model, tmp_path / "it.npz")
    kept = read_stored(tmp_path / "it.npz", name="reshaped/0")
    np.testing.assert_allclose(kept.positions, model.positions)
