from dataclasses import replace

import numpy as np
import pytest

from bozzetto_train.datasets.view_index import index_views
from bozzetto_train.objects.entry import Manifest
from bozzetto_train.objects.families import Split
from bozzetto_train.objects.made import list_procedural
from bozzetto_train.objects.manifest import write_manifest
from bozzetto_train.scenes.make_views import MakeViews, make_views


@pytest.fixture
def job(tmp_path):
    entry = next(entry for entry in list_procedural(20) if entry.split is Split.TRAIN)
    write_manifest(Manifest(objects=(entry,)), tmp_path / "manifest.json")
    manifest = tmp_path / "manifest.json"
    return MakeViews(manifest=manifest, out=tmp_path / "views", views=2, size=96, processes=1)


def records(job):
    return [place.read() for place in index_views(job.out / "train")]


def test_views_have_the_size_asked_for_and_a_volume_of_half_as_many_columns(job):
    make_views(job)
    found = records(job)
    assert len(found) == 2
    for record in found:
        assert record.alpha.shape == (96, 96)
        columns = record.covered.reshape(48, 2, 48, 2).any(axis=(1, 3))
        assert len(record.distance) == columns.sum() > 50
        assert (record.distance < 0).any()


def test_what_is_there_is_kept_and_another_round_adds_other_views(job, capsys):
    make_views(job)
    first = records(job)
    make_views(job)
    assert "1 objects, 0 to render" in capsys.readouterr().out
    make_views(replace(job, round=1))
    both = records(job)
    assert len(both) == 4
    ups = np.array([record.camera for record in both])
    assert len(np.unique(ups, axis=0)) == 4
    np.testing.assert_array_equal(both[0].alpha, first[0].alpha)
