"""Stylised figures: short legs, big heads, legs that touch, arms at the body."""

import numpy as np
import pytest
import trimesh

from bozzetto.asset.mesh import Mesh
from bozzetto.rigging.binding import BindOptions, Segment, solid_weights
from bozzetto.rigging.landmarks import Landmarks
from bozzetto.rigging.second_look import look_again
from bozzetto.rigging.study import severed, study
from bozzetto.rigging.suitability import UnriggableError
from bozzetto.rigging.voxels import voxelize

BOX = trimesh.creation.box


def voxels_of(*solids, cells=56):
    whole = trimesh.util.concatenate([s.subdivide_to_size(0.08, max_iter=10) for s in solids])
    mesh = Mesh(
        positions=np.asarray(whole.vertices, np.float32),
        triangles=np.asarray(whole.faces, np.int32),
    )
    return voxelize(mesh, cells=cells)


def at(solid, x, y, z=0.0):
    return solid.copy().apply_translation((x, y, z))


def a_robot(*, leg_gap=0.06, arms=True):
    """1 m high: half of it head, legs of 0.16 m."""
    half = 0.06 + leg_gap / 2
    solids = [at(BOX((0.12, 0.18, 0.12)), sign * half, 0.09) for sign in (1, -1)]
    solids += [at(BOX((0.12, 0.05, 0.2)), sign * half, 0.025, 0.03) for sign in (1, -1)]
    solids += [
        at(BOX((0.28, 0.26, 0.16)), 0, 0.3),
        at(BOX((0.08, 0.1, 0.08)), 0, 0.46),
        at(BOX((0.6, 0.5, 0.4)), 0, 0.75),
    ]
    if arms:
        solids += [at(BOX((0.24, 0.06, 0.06)), sign * 0.24, 0.38) for sign in (1, -1)]
    return voxels_of(*solids)


def seen_as(score, scatter=0.1):
    return Landmarks(
        points=np.zeros((33, 3)),
        disagreement=np.full(33, scatter),
        scores=np.full(6, score),
        sightings=(),
    )


def test_a_robot_that_looks_like_nobody_is_taken_by_its_shape():
    anatomy = study(a_robot(), seen_as(0.1)).anatomy
    assert anatomy.crotch == pytest.approx(0.17, abs=0.04)
    assert anatomy.neck == pytest.approx(0.46, abs=0.05)
    assert anatomy.arms[0].tip[0] == pytest.approx(0.35, abs=0.03)
    assert not anatomy.arms[0].fused


@pytest.mark.parametrize("robot", [a_robot(arms=False), a_robot(leg_gap=0.0)])
def test_what_looks_like_nobody_needs_all_limbs_apart(robot):
    with pytest.raises(UnriggableError, match="0 of 6 views"):
        study(robot, seen_as(0.1))


def test_arms_that_do_not_stick_out_lie_along_the_flank_with_a_warning():
    suitable = study(a_robot(arms=False), seen_as(0.9))
    assert [f.code for f in suitable.findings][-1] == "rig.arms.fused"
    for arm, sign in zip(suitable.anatomy.arms, (1, -1), strict=True):
        assert 0.05 < sign * arm.tip[0] < 0.14
        assert arm.tip[1] < arm.shoulder[1] < suitable.anatomy.neck


def two_touching_legs():
    legs = [trimesh.creation.cylinder(0.1, 0.9, sections=24) for _ in range(2)]
    upright = trimesh.geometry.align_vectors((0, 0, 1), (0, 1, 0))
    for leg, x in zip(legs, (0.095, -0.095), strict=True):
        leg.apply_transform(upright).apply_translation((x, 0.45, 0))
    return voxels_of(
        *legs,
        at(BOX((0.36, 0.5, 0.22)), 0, 1.12),
        at(BOX((0.1, 0.12, 0.1)), 0, 1.42),
        at(BOX((0.2, 0.24, 0.2)), 0, 1.58),
        cells=84,
    )


def test_legs_that_touch_are_parted_where_their_slices_are_thin():
    again = look_again(two_touching_legs())
    assert again is not None
    assert again.legs_touch
    assert not again.robe
    assert again.anatomy.crotch == pytest.approx(0.88, abs=0.06)


def test_what_pictures_do_not_surely_show_must_have_its_legs_apart():
    with pytest.raises(UnriggableError, match="legs"):
        study(two_touching_legs(), seen_as(0.9, scatter=0.1))


def test_a_severed_leg_does_not_move_the_other():
    again = look_again(two_touching_legs())
    assert again is not None
    voxels = severed(two_touching_legs(), again.anatomy.legs)
    ends = [((x, 0.85, 0.0), (x, 0.05, 0.0)) for x in (0.1, -0.1)]
    segments = tuple(
        Segment(joint=i, start=np.array(a), end=np.array(b)) for i, (a, b) in enumerate(ends)
    )
    weights = solid_weights(segments, voxels, options=BindOptions())
    low = voxels.centres[:, 1] < 0.6
    left = voxels.centres[:, 0] > 2 * voxels.step
    assert weights[low & left, 1].max() < 0.02


def test_a_bust_has_no_legs():
    bust = voxels_of(
        at(BOX((0.6, 0.5, 0.3)), 0, 0.25),
        at(BOX((0.15, 0.2, 0.15)), 0, 0.6),
        at(BOX((0.3, 0.3, 0.3)), 0, 0.85),
    )
    with pytest.raises(UnriggableError) as refused:
        study(bust, seen_as(0.9))
    assert refused.value.advice
