from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `train`")

import onnx  # noqa: E402

from bozzetto_train.datasets.sample import sample_of  # noqa: E402
from bozzetto_train.learning.adopt import Adopt, adopt, state_of, teach_posterior  # noqa: E402
from bozzetto_train.learning.batch import batch_of  # noqa: E402
from bozzetto_train.learning.blend import Blend, blend  # noqa: E402
from bozzetto_train.learning.checkpoint import (  # noqa: E402
    Checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from bozzetto_train.learning.export_onnx import onnx_bytes  # noqa: E402
from bozzetto_train.learning.presets import SMOKE  # noqa: E402
from bozzetto_train.learning.train_loop import new_optimizer  # noqa: E402
from bozzetto_train.learning.train_step import Learner, StepOptions  # noqa: E402
from bozzetto_train.scenes.gbuffer import render  # noqa: E402
from bozzetto_train.scenes.view_file import write_views  # noqa: E402
from tests.train.build_scene import box, scene_of  # noqa: E402
from tests.train.scenes.test_gbuffer import front_view  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def trained():
    """A network in which no two numbers are alike, as after training."""
    torch.manual_seed(5)
    learner = Learner(SMOKE.widths)
    with torch.no_grad():
        for parameter in learner.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return learner


@pytest.fixture(scope="module")
def exported(trained):
    return onnx_bytes(trained.net, size=96, images=640)


@pytest.fixture(scope="module")
def records():
    model = box(0.6, 0.4, 0.5)
    views = [front_view(model, azimuth=angle, elevation=0.3) for angle in (0.0, 0.7)]
    return [render(scene_of(model), view, np.random.default_rng(0), size=96) for view in views]


def test_every_parameter_comes_back_from_the_exported_file(trained, exported):
    state = state_of(onnx.load_from_string(exported), SMOKE.widths)
    wanted = trained.net.state_dict()
    assert state.keys() == wanted.keys()
    for name, value in wanted.items():
        torch.testing.assert_close(state[name], value, rtol=2e-3, atol=2e-4, msg=name)


def test_a_file_of_another_network_is_refused(exported):
    wider = replace(SMOKE.widths, column=24)
    with pytest.raises(ValueError, match="another network than the preset's"):
        state_of(onnx.load_from_string(exported), wider)


def test_only_the_posterior_is_taught(trained, records):
    batch = batch_of([sample_of(record, np.random.default_rng(1)) for record in records])
    learner = Learner(SMOKE.widths)
    learner.load_state_dict(trained.state_dict())
    teach_posterior(learner, iter([batch] * 3), StepOptions(), seed=0)
    for name, value in trained.state_dict().items():
        moved = not torch.equal(learner.state_dict()[name], value)
        assert moved == name.startswith("posterior."), name
    assert all(parameter.requires_grad for parameter in learner.parameters())


def test_a_run_begins_where_the_file_ended(exported, records, tmp_path):
    (tmp_path / "shipped.onnx").write_bytes(exported)
    write_views(tmp_path / "views/train/a.views", records)
    job = Adopt(
        weights=tmp_path / "shipped.onnx",
        views=tmp_path / "views",
        run=tmp_path / "run",
        preset="smoke",
        steps=2,
        batch=2,
    )
    adopt(job)
    checkpoint = load_checkpoint(tmp_path / "run/checkpoint.pt")
    assert checkpoint.images == 640
    learner = Learner(SMOKE.widths)
    learner.load_state_dict(checkpoint.average)
    again = onnx.load_from_string(onnx_bytes(learner.net, size=96, images=640))
    first = onnx.load_from_string(exported)
    for ours, theirs in zip(again.graph.initializer, first.graph.initializer, strict=True):
        ours, theirs = onnx.numpy_helper.to_array(ours), onnx.numpy_helper.to_array(theirs)
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-4)


def test_a_blend_lies_between_the_run_and_the_file_it_began_with(trained, exported, tmp_path):
    (tmp_path / "before.onnx").write_bytes(exported)
    later = Learner(SMOKE.widths)
    state = {name: value + 1 for name, value in trained.state_dict().items()}
    run = Checkpoint(
        images=900,
        learner=trained.state_dict(),
        average=state,
        optimizer=new_optimizer(later, SMOKE).state_dict(),
    )
    save_checkpoint(run, tmp_path / "run/checkpoint.pt")
    job = Blend(
        run=tmp_path / "run",
        weights=tmp_path / "before.onnx",
        out=tmp_path / "mean",
        preset="smoke",
        share=0.25,
    )
    blend(job)
    mixed = load_checkpoint(tmp_path / "mean/checkpoint.pt")
    assert mixed.images == 900
    later.load_state_dict(mixed.learner)
    for name, value in trained.state_dict().items():
        share = 0.25 if name.startswith("net.") else 1.0
        wanted = value + share
        torch.testing.assert_close(mixed.average[name], wanted, rtol=2e-3, atol=2e-3, msg=name)
