from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import bozzetto
from bozzetto.progress import StageStep
from tests.build import a_disc

OPTIONS = bozzetto.MakeOptions(
    draft=bozzetto.DraftOptions(engine="inflate", variants=1),
    refine=bozzetto.RefineOptions(target_triangles=600, texture_size=512, lods=2),
)


@pytest.fixture(autouse=True)
def one_renderer_and_no_memory_of_earlier_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("BOZZETTO_RENDERER", "raycast")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def a_photo_file(folder):
    alpha = a_disc(height=200, width=240, radius=70.0)
    rgb = np.full((200, 240, 3), 0.6, np.float32)
    rgb[:, :120] = 0.3
    path = folder / "ball.png"
    Image.fromarray((np.dstack([rgb, alpha]) * 255).astype(np.uint8)).save(path)
    return path


def test_levels_are_files_of_their_own_exact_closed_and_certified(tmp_path):
    photo, events = a_photo_file(tmp_path), []
    made = bozzetto.make(photo, output=tmp_path / "out", options=OPTIONS, progress=events.append)
    assert [path.name for path in made.lods] == ["ball_lod1.glb"]
    meshes = [
        bozzetto.read_glb(path.read_bytes(), name=path.name).mesh
        for path in (made.asset, *made.lods)
    ]
    assert [mesh.num_triangles for mesh in meshes] == [600, 300]
    levels = made.report.levels
    assert [level.topology.triangles for level in levels] == [600, 300]
    for level in levels:
        assert level.topology.watertight
        assert level.topology.genus == 0
        assert level.topology.interior_shells == 0
        assert level.certificate.self_intersections == 0
        assert level.certificate.hausdorff_percent < 4
    assert levels[0].certificate.switch_distance_m < levels[1].certificate.switch_distance_m
    assert made.report.symmetry.score is not None
    assert {event.step for event in events if isinstance(event, StageStep)} >= {
        "repair",
        "sculpt",
        "topology",
        "unwrap",
        "texture",
    }

    fewer = replace(OPTIONS, refine=replace(OPTIONS.refine, lods=1))
    again = bozzetto.make(photo, output=tmp_path / "out", options=fewer)
    assert not made.lods[0].exists()
    assert again.asset.read_bytes() == made.asset.read_bytes()
    assert {timing.stage: timing.reused for timing in again.report.timings}["refine"]
