from dataclasses import replace

import numpy as np
import pytest

from bozzetto_train.datasets.sample import _flipped, sample_of
from bozzetto_train.datasets.view_index import endless, fair_sample, index_views
from bozzetto_train.scenes.gbuffer import render
from bozzetto_train.scenes.record import SIZE
from bozzetto_train.scenes.view_file import write_views
from tests.train.build_scene import box, scene_of
from tests.train.scenes.test_gbuffer import front_view


@pytest.fixture(scope="module")
def record():
    model = box(0.6, 0.4, 0.5)
    viewpoint = front_view(model, azimuth=0.6, elevation=0.3)
    return render(scene_of(model), viewpoint, np.random.default_rng(0))


def test_a_sample_has_the_size_of_its_record(record):
    sample = sample_of(record, np.random.default_rng(0))
    assert sample.image.shape == (SIZE, SIZE, 4)
    assert sample.columns.shape == (SIZE // 2, SIZE // 2)
    assert len(sample.distance) == sample.columns.sum()


def test_the_same_seed_gives_the_same_sample(record):
    first, second = (sample_of(record, np.random.default_rng(3)) for _ in range(2))
    for name in first.__dataclass_fields__:
        assert np.array_equal(getattr(first, name), getattr(second, name)), name


def test_mirroring_twice_changes_nothing(record):
    sample = sample_of(record, np.random.default_rng(0))
    again = _flipped(_flipped(sample))
    for name in sample.__dataclass_fields__:
        assert np.array_equal(getattr(sample, name), getattr(again, name)), name


def test_mirroring_moves_columns_and_turns_normals(record):
    sample = sample_of(record, np.random.default_rng(0))
    mirrored = _flipped(sample)
    dense = np.full((SIZE // 2, SIZE // 2, sample.distance.shape[1]), 127, np.int8)
    dense[sample.columns] = sample.distance
    dense_mirrored = np.full_like(dense, 127)
    dense_mirrored[mirrored.columns] = mirrored.distance
    assert np.array_equal(dense[:, ::-1], dense_mirrored)
    assert np.array_equal(mirrored.normals[:, ::-1, 0], -sample.normals[..., 0])
    assert mirrored.camera[0] == -sample.camera[0]


def test_views_are_found_again_and_every_pass_sees_each_once(record, tmp_path):
    write_views(tmp_path / "a.views", [record, record])
    write_views(tmp_path / "b.views", [])
    write_views(tmp_path / "c.views", [replace(record, camera=record.camera * 2)])
    places = index_views(tmp_path)
    assert len(places) == 3
    assert np.array_equal(places[2].read().camera, record.camera * 2)
    stream = endless(places, np.random.default_rng(0))
    assert {next(stream) for _ in range(3)} == set(places)
    assert fair_sample(places, 2) == fair_sample(places, 2)


def test_a_foreign_file_is_refused(tmp_path):
    (tmp_path / "a.views").write_bytes(b"something else entirely")
    with pytest.raises(ValueError, match="not a file of views"):
        index_views(tmp_path)
