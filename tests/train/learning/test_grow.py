from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `train`")

from bozzetto_train.learning.checkpoint import Checkpoint, load_checkpoint  # noqa: E402
from bozzetto_train.learning.grow import Grow, grow, grown  # noqa: E402
from bozzetto_train.learning.network.volume_net import LATENT  # noqa: E402
from bozzetto_train.learning.presets import PRESETS, SMOKE, Preset  # noqa: E402
from bozzetto_train.learning.train_loop import new_optimizer  # noqa: E402
from bozzetto_train.learning.train_step import Learner  # noqa: E402

DEEPER = replace(SMOKE, widths=replace(SMOKE.widths, attention_blocks=3))


def stepped(preset: Preset) -> tuple[Learner, Checkpoint]:
    """A network after one step on random gradients, so that nothing in it is zero."""
    learner = Learner(preset.widths)
    optimizer = new_optimizer(learner, preset)
    for parameter in learner.parameters():
        parameter.grad = torch.randn_like(parameter)
    optimizer.step()
    state = learner.state_dict()
    checkpoint = Checkpoint(
        images=8, learner=state, average=state, optimizer=optimizer.state_dict()
    )
    return learner, checkpoint


def predictions(learner: Learner) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(1, 4, 96, 96, generator=generator)
    code = torch.randn(1, LATENT, generator=generator)
    with torch.inference_mode():
        features = learner.net.eval()(image, code)
        return [learner.net.occupancy(features), features.surface, features.camera]


def test_a_grown_network_computes_what_it_did_and_its_new_parts_learn():
    small, checkpoint = stepped(SMOKE)
    larger = grown(checkpoint, DEEPER)
    learner = Learner(DEEPER.widths)
    learner.load_state_dict(larger.learner)
    assert len(learner.net.attention) == 3
    for before, after in zip(predictions(small), predictions(learner), strict=True):
        assert torch.equal(before, after)
    learner.net.train()(torch.rand(1, 4, 96, 96), torch.zeros(1, LATENT)).column.sum().backward()
    assert learner.net.attention[-1].join.weight.grad.abs().max() > 0


def test_the_optimiser_keeps_what_it_knows_of_each_parameter():
    small, checkpoint = stepped(SMOKE)
    larger = grown(checkpoint, DEEPER)
    learner = Learner(DEEPER.widths)
    optimizer = new_optimizer(learner, DEEPER)
    optimizer.load_state_dict(larger.optimizer)
    former = new_optimizer(small, SMOKE)
    former.load_state_dict(checkpoint.optimizer)
    old = dict(small.named_parameters())
    for name, parameter in learner.named_parameters():
        known = optimizer.state.get(parameter, {})
        if name in old:
            assert torch.equal(known["exp_avg"], former.state[old[name]]["exp_avg"]), name
        else:
            assert not known, name
            assert name.startswith("net.attention.")


def test_a_run_grows_in_a_folder_of_its_own_and_does_not_shrink(tmp_path, monkeypatch):
    from bozzetto_train.learning.checkpoint import save_checkpoint

    monkeypatch.setitem(PRESETS, "deeper", DEEPER)
    _, checkpoint = stepped(SMOKE)
    save_checkpoint(checkpoint, tmp_path / "run/checkpoint.pt")
    grow(Grow(run=tmp_path / "run", out=tmp_path / "larger", preset="deeper"))
    larger = load_checkpoint(tmp_path / "larger/checkpoint.pt")
    assert larger.images == 8
    with pytest.raises(ValueError, match="choose a preset of the same widths"):
        grown(larger, SMOKE)
