import numpy as np
import pytest

from bozzetto_train.scenes.gbuffer import render
from bozzetto_train.scenes.record import DISTANCE_STEP, SIZE, column_mask, record_from_bytes
from bozzetto_train.scenes.viewpoint import BINS, FAR, NEAR, look_at_object
from tests.train.build_scene import box, object_of, scene_of, sphere


def front_view(model, **changes):
    values = {
        "azimuth": 0.0,
        "elevation": 0.0,
        "roll": 0.0,
        "fov": 0.6,
        "fill": 0.9,
        "offset": (0.0, 0.0),
        "positions": model.positions,
    }
    return look_at_object(**(values | changes))


@pytest.fixture(scope="module")
def ball():
    model = sphere(0.4)
    viewpoint = front_view(model)
    return viewpoint, render(scene_of(model), viewpoint, np.random.default_rng(0))


def test_normals_of_a_ball_point_out_of_it(ball):
    viewpoint, record = ball
    rays = viewpoint.rays(SIZE)[record.covered.ravel()]
    _, _, _, _, reference, scale = record.camera
    depth = reference + record.depth.astype(np.float64) * scale
    points = viewpoint.position + rays * depth[:, None]
    assert np.abs(np.linalg.norm(points, axis=1) - 0.4).max() < 0.003
    outward = points / 0.4 @ viewpoint.camera_from_world.T
    assert np.abs(outward - record.normals / 127).max() < 0.05


def test_depth_zero_is_the_mean_of_what_is_seen(ball):
    assert abs(ball[1].depth.astype(np.float64).mean()) < 0.001


def test_the_volume_holds_the_ball_where_the_ball_is(ball):
    viewpoint, record = ball
    columns = column_mask(record.covered).ravel()
    rays = viewpoint.rays(SIZE // 2)[columns]
    _, _, _, _, reference, scale = record.camera
    w = NEAR + (np.arange(BINS) + 0.5) / BINS * (FAR - NEAR)
    points = viewpoint.position + rays[:, None] * (reference + w * scale)[None, :, None]
    expected = (np.linalg.norm(points, axis=2) - 0.4) / scale
    stored = record.distance * DISTANCE_STEP
    near = np.abs(expected) < 0.02
    assert np.abs(stored - expected)[near].max() < 0.012
    assert ((stored < 0) == (expected < 0))[~near].all()


def test_alpha_measures_the_silhouettes_area(ball):
    viewpoint, record = ball
    distance = np.linalg.norm(viewpoint.position)
    radius = 0.4 / np.sqrt(distance**2 - 0.4**2) / viewpoint.half * SIZE / 2
    assert record.alpha.sum() / 255 == pytest.approx(np.pi * radius**2, rel=0.005)


def test_hidden_colours_are_those_of_the_back():
    shape = box(0.5, 0.5, 0.5)
    colors = np.where(shape.positions[:, 2:] > 0, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    model = object_of_colors(shape, colors)
    record = render(scene_of(model), front_view(model), np.random.default_rng(0))
    assert (record.albedo == [255, 0, 0]).all(axis=1).mean() > 0.98
    assert (record.hidden_albedo[:, 1] > record.hidden_albedo[:, 0]).mean() > 0.7


def object_of_colors(shape, colors):
    from dataclasses import replace

    from bozzetto_train.objects.model import Material

    return replace(
        shape,
        colors=colors.astype(np.float32),
        materials=(Material(base_color=np.ones(3, np.float32)),),
    )


def test_a_point_under_a_lid_is_darker_than_one_in_the_open():
    import trimesh

    lid = trimesh.creation.box(extents=(0.7, 0.04, 0.7)).apply_translation([0, 0.2, 0])
    floor = trimesh.creation.box(extents=(0.7, 0.04, 0.7)).apply_translation([0, -0.2, 0])
    model = object_of(trimesh.util.concatenate([lid, floor]))
    viewpoint = front_view(model, elevation=0.5)
    record = render(scene_of(model), viewpoint, np.random.default_rng(0))
    upward = record.normals @ record.camera[:3] > 120
    rows = np.nonzero(record.covered)[0]
    top, below = upward & (rows < SIZE * 0.4), upward & (rows > SIZE * 0.65)
    assert record.openness[top].mean() > record.openness[below].mean() + 40


def test_a_record_survives_packing(ball):
    record = ball[1]
    again = record_from_bytes(record.to_bytes())
    for name in record.__dataclass_fields__:
        assert np.array_equal(getattr(record, name), getattr(again, name)), name


def test_a_cut_file_is_refused(ball):
    import zlib

    data = zlib.decompress(ball[1].to_bytes())
    with pytest.raises(ValueError, match="bytes was expected"):
        record_from_bytes(zlib.compress(data[:-1]))


def test_an_object_that_hardly_shows_gives_no_record():
    model = box(0.9, 0.004, 0.004)
    assert render(scene_of(model), front_view(model), np.random.default_rng(0)) is None
