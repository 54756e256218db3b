import numpy as np
import pytest

from bozzetto_train.objects.dress import Body, dress
from bozzetto_train.objects.poses import POSES, random_pose
from tests.build import a_sphere

BONES = ("root", "spine01", "upperarm01.L", "foot.L", "head", "eye.L")


def a_body():
    """Return a ball whose slices belong to bones, from the feet up."""
    ball = a_sphere(radius=0.9)
    positions = ball.positions - ball.positions.mean(axis=0)
    level = np.clip((positions[:, 1] + 0.9) / 1.8, 0, 0.999)
    order = np.array([3, 0, 1, 2, 4, 5], np.int32)
    return Body(
        positions=positions,
        rest=positions,
        triangles=ball.triangles,
        bones=BONES,
        bone_of_vertex=order[(level * 6).astype(int)],
    )


def test_same_seed_same_clothes():
    first, second = (dress(a_body(), seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.positions, second.positions)
    np.testing.assert_array_equal(first.colors, second.colors)


@pytest.mark.parametrize("seed", range(5))
def test_cloth_stands_off_the_skin_by_millimetres(seed):
    body = a_body()
    away = np.linalg.norm(dress(body, seed=seed).positions - body.positions, axis=1)
    spine = body.bone_of_vertex == BONES.index("spine01")
    assert 0 < away[spine].mean() < 0.06
    assert away.max() < 0.12


def test_shirt_and_trousers_meet_at_the_hips():
    body = a_body()
    colors = dress(body, seed=1).colors
    trunk = np.isin(body.bone_of_vertex, [BONES.index("root"), BONES.index("spine01")])
    assert len(np.unique(colors[trunk], axis=0)) <= 2


@pytest.mark.parametrize("kind", sorted(POSES))
def test_poses_turn_bones_by_less_than_half_a_turn(kind):
    for seed in range(20):
        turns = np.array(list(POSES[kind](np.random.default_rng(seed)).values()))
        assert np.abs(turns).max() < 180


def test_poses_differ_by_seed_only():
    assert random_pose(np.random.default_rng(1)) == random_pose(np.random.default_rng(1))
    assert random_pose(np.random.default_rng(1)) != random_pose(np.random.default_rng(2))
