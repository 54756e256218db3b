from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.asset.model import Part
from bozzetto.asset.poses import posed_part
from bozzetto.delivery.placing import Front, Pivot, Placement, bounds_of, place_model
from tests.models import a_box, a_figure, a_model, a_surface

PLACEMENTS = st.builds(
    Placement,
    front=st.sampled_from(Front),
    scale=st.floats(0.01, 100),
    pivot=st.sampled_from(Pivot),
)


def posed(model, frame):
    """Where the vertices are in a frame of the first clip."""
    return posed_part(model, model.parts[0], clip=model.clips[0], frame=frame)


@settings(max_examples=25)
@given(PLACEMENTS)
def test_a_placed_figure_moves_as_the_figure_placed_in_every_frame(placement):
    figure = a_figure()
    placed = place_model(figure, placement=placement)
    rest, rest_placed = posed(figure, 0), posed(placed, 0)
    bent, bent_placed = posed(figure, 9), posed(placed, 9)
    # Where every vertex goes relative to rest is turned and scaled, whatever the pivot.
    turn = rotation(placement.front)
    wanted = (bent - rest) @ turn.T * placement.scale
    assert bent_placed - rest_placed == pytest.approx(wanted, abs=2e-5 * placement.scale)


def rotation(front):
    """The turn that takes +z to a front."""
    to = {"+z": 0, "+x": 90, "-z": 180, "-x": 270}[front.value]
    c, s = np.cos(np.radians(to)), np.sin(np.radians(to))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


@settings(max_examples=25)
@given(PLACEMENTS)
def test_the_pivot_is_at_the_origin_and_the_size_is_scaled(placement):
    model = a_model(
        Part(name="b", mesh=a_box(size=(1, 2, 3), centre=(4, 5, 6)), surface=a_surface())
    )
    low, high = bounds_of(place_model(model, placement=placement))
    size = (high - low) / placement.scale
    sideways = placement.front in (Front.PLUS_X, Front.MINUS_X)
    assert size == pytest.approx((3, 2, 1) if sideways else (1, 2, 3), rel=1e-4)
    middle = (low + high) / 2
    if placement.pivot is Pivot.CENTRE:
        assert middle == pytest.approx(np.zeros(3), abs=1e-4 * placement.scale)
    if placement.pivot is Pivot.BOTTOM:
        assert (middle[0], low[1], middle[2]) == pytest.approx(
            (0, 0, 0), abs=1e-4 * placement.scale
        )


@pytest.mark.parametrize(
    ("front", "tip"), [("+z", (0, 0, 1)), ("+x", (1, 0, 0)), ("-z", (0, 0, -1)), ("-x", (-1, 0, 0))]
)
def test_what_faced_forward_faces_where_it_was_asked_to(front, tip):
    nose = a_box(size=(0.1, 0.1, 0.1), centre=(0, 0, 1))
    model = a_model(Part(name="nose", mesh=nose, surface=a_surface()))
    low, high = bounds_of(place_model(model, placement=Placement(front=Front(front))))
    assert (low + high) / 2 == pytest.approx(tip, abs=1e-6)


def test_four_quarter_turns_are_none():
    figure = a_figure()
    turned = figure
    for _ in range(4):
        turned = place_model(turned, placement=Placement(front=Front.PLUS_X))
    mesh = turned.parts[0].mesh
    assert mesh.positions == pytest.approx(figure.parts[0].mesh.positions, abs=1e-5)
    assert turned.skeleton.asset_from_joint == pytest.approx(figure.skeleton.asset_from_joint)


def test_normals_and_tangents_turn_and_stay_unit():
    model = a_model()
    placed = place_model(model, placement=Placement(front=Front.PLUS_X, scale=7.0))
    old, new = model.parts[0].mesh, placed.parts[0].mesh
    turn = rotation(Front.PLUS_X)
    assert new.normals == pytest.approx(old.normals @ turn.T, abs=1e-6)
    assert new.tangents[:, :3] == pytest.approx(old.tangents[:, :3] @ turn.T, abs=1e-6)
    assert (new.tangents[:, 3] == old.tangents[:, 3]).all()


def test_a_placement_that_changes_nothing_gives_the_model_itself():
    standing = place_model(a_figure(), placement=Placement(pivot=Pivot.BOTTOM))
    assert place_model(standing, placement=Placement()) is standing


@pytest.mark.parametrize("scale", [0.0, -1.0, np.inf, np.nan])
def test_scales_that_leave_nothing_are_refused(scale):
    with pytest.raises(ValueError, match="above 0"):
        Placement(scale=scale)


def test_triangles_count_for_the_bounds_and_loose_vertices_do_not():
    box = a_box()
    loose = replace(
        box,
        positions=np.concatenate([box.positions, [[9, 9, 9]]]).astype(np.float32),
        uvs=np.concatenate([box.uvs, [[0, 0]]]).astype(np.float32),
    )
    low, high = bounds_of(a_model(Part(name="b", mesh=loose, surface=a_surface())))
    assert (high - low) == pytest.approx((1, 1, 1))
