import numpy as np
import pytest

from bozzetto_train.scenes.gbuffer import render
from bozzetto_train.scenes.halve import HalveViews, halve_views, halved
from bozzetto_train.scenes.record import SIZE, record_from_bytes
from bozzetto_train.scenes.view_file import read_offsets, read_view, write_views
from tests.train.build_scene import box, scene_of
from tests.train.scenes.test_gbuffer import front_view


@pytest.fixture(scope="module")
def record():
    model = box(0.6, 0.4, 0.5)
    viewpoint = front_view(model, azimuth=0.6, elevation=0.3)
    return render(scene_of(model), viewpoint, np.random.default_rng(0))


def test_halving_keeps_area_and_solid_and_orientation(record):
    small = halved(record)
    assert small.alpha.shape == (SIZE // 2, SIZE // 2)
    assert small.alpha.mean() == pytest.approx(record.alpha.mean(), rel=0.01)
    assert (small.distance < 0).mean() == pytest.approx((record.distance < 0).mean(), rel=0.06)
    assert small.normals.mean(axis=0) == pytest.approx(record.normals.mean(axis=0), abs=3)
    assert np.array_equal(small.camera, record.camera)


def test_halving_picks_the_mean_of_each_block(record):
    row, column = np.argwhere(record.covered.reshape(SIZE // 2, 2, SIZE // 2, 2).all(axis=(1, 3)))[
        200
    ]
    index = np.cumsum(record.covered).reshape(SIZE, SIZE) - 1
    block = index[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].ravel()
    small = halved(record)
    place = (np.cumsum(small.covered).reshape(small.covered.shape) - 1)[row, column]
    assert small.openness[place] == pytest.approx(record.openness[block].mean(), abs=0.51)
    assert float(small.depth[place]) == pytest.approx(record.depth[block].mean(), abs=0.002)


def test_a_halved_record_survives_packing(record):
    small = halved(record)
    again = record_from_bytes(small.to_bytes())
    assert np.array_equal(again.distance, small.distance)
    assert np.array_equal(again.covered, small.covered)


def test_the_command_halves_what_is_missing_and_keeps_the_rest(record, tmp_path):
    write_views(tmp_path / "views/train/a.views", [record, record])
    write_views(tmp_path / "small/train/b.views", [])
    write_views(tmp_path / "views/train/b.views", [record])
    halve_views(HalveViews(views=tmp_path / "views", out=tmp_path / "small", processes=1))
    path = tmp_path / "small/train/a.views"
    offsets = read_offsets(path)
    assert len(offsets) == 3
    assert read_view(path, offsets[0], offsets[1]).alpha.shape == (SIZE // 2, SIZE // 2)
    assert len(read_offsets(tmp_path / "small/train/b.views")) == 1
