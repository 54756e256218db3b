import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `train`")

from bozzetto_train.datasets.sample import sample_of  # noqa: E402
from bozzetto_train.learning.batch import batch_of  # noqa: E402
from bozzetto_train.learning.losses import (  # noqa: E402
    SOFTNESS,
    LossWeights,
    losses_of,
    occupancy_target,
)
from bozzetto_train.learning.metrics import validate  # noqa: E402
from bozzetto_train.learning.network.volume_net import (  # noqa: E402
    LATENT,
    ColumnHead,
    Features,
    VolumeNet,
)
from bozzetto_train.learning.presets import PRESETS, SMOKE  # noqa: E402
from bozzetto_train.learning.train_loop import Train, train  # noqa: E402
from bozzetto_train.learning.train_step import Learner, StepOptions, train_step  # noqa: E402
from bozzetto_train.scenes.gbuffer import render  # noqa: E402
from bozzetto_train.scenes.halve import halved  # noqa: E402
from bozzetto_train.scenes.record import DISTANCE_STEP  # noqa: E402
from bozzetto_train.scenes.view_file import write_views  # noqa: E402
from bozzetto_train.scenes.viewpoint import BINS  # noqa: E402
from tests.train.build_scene import box, scene_of  # noqa: E402
from tests.train.scenes.test_gbuffer import front_view  # noqa: E402


@pytest.fixture(scope="module")
def records():
    model = box(0.6, 0.4, 0.5)
    scene = scene_of(model)
    views = [front_view(model, azimuth=angle, elevation=0.3) for angle in (0.0, 0.7, 2.0, 4.0)]
    return [halved(render(scene, view, np.random.default_rng(0))) for view in views]


@pytest.fixture(scope="module")
def batch(records):
    return batch_of([sample_of(record, np.random.default_rng(1)) for record in records])


def smoke_learner(seed=0):
    torch.manual_seed(seed)
    return Learner(SMOKE.widths)


def perfect(batch):
    """The features and logits of a network that knows the answer."""
    logits = -batch.distance.float() * DISTANCE_STEP / SOFTNESS
    surface = torch.cat([batch.normals, batch.colors, batch.depth], 1)
    features = Features(column=torch.zeros(1), surface=surface, camera=batch.camera)
    return features, logits


def test_the_truth_has_next_to_no_loss_and_noise_has_much(batch):
    features, logits = perfect(batch)
    good = losses_of(features, logits, batch, code=None)
    noisy = losses_of(
        replace(features, surface=torch.rand_like(features.surface)),
        torch.randn_like(logits),
        batch,
        code=None,
    )
    assert float(good.normals) < 0.01
    assert float(good.depth) == pytest.approx(0, abs=1e-6)
    assert float(good.camera) == pytest.approx(0, abs=1e-5)
    assert float(good.volume_overlap) < 0.15
    assert float(noisy.total(LossWeights())) > 4 * float(good.total(LossWeights()))


def test_the_target_is_a_half_on_the_surface_and_falls_outward():
    target = occupancy_target(torch.tensor([-127, -12, 0, 12, 127], dtype=torch.int8))
    assert float(target[2]) == pytest.approx(0.5)
    assert (target.diff() < 0).all()
    assert float(target[0]) > 0.999
    assert float(target[1]) == pytest.approx(1 / (1 + np.exp(-12 * DISTANCE_STEP / SOFTNESS)))


def test_a_code_counts_only_beyond_the_free_nats(batch):
    features, logits = perfect(batch)
    zeros = torch.zeros(2, LATENT)
    near = losses_of(features, logits, batch, code=(zeros + 0.1, zeros))
    far = losses_of(features, logits, batch, code=(zeros + 2, zeros))
    assert float(near.latent) == 0
    assert float(far.latent) == pytest.approx(0.5 * 4 * LATENT - 2)


def test_an_interval_is_solid_between_its_ends_only():
    head = ColumnHead(4)
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.zero_()
        # The second interval far outside, the first 0.2 thick about w = 0.3.
        head.intervals.bias.copy_(torch.tensor([0.22, 0.0, 1.0, 50.0, 0.0, 1.0]))
        head.intervals.bias[1] = torch.log(torch.expm1(torch.tensor(0.1))) + 2
        # Features count nothing here; the second column's coarse offset moves it 0.2 away.
        offsets = torch.zeros(2, 6)
        offsets[1, 0], offsets[1, 1] = 0.2, 0
        solid = head(torch.cat([torch.ones(2, 4), offsets], 1)) > 0
    w = -0.7 + (torch.arange(BINS) + 0.5) / BINS * 1.8
    assert torch.equal(solid[0], (w - 0.3).abs() < 0.1)
    assert torch.equal(solid[1], (w - 0.5).abs() < 0.1)


def test_steps_repeat_exactly_and_reduce_the_loss(batch):
    def losses(count):
        learner, generator = smoke_learner(), torch.Generator().manual_seed(3)
        optimizer = torch.optim.AdamW(learner.parameters(), 3e-3)
        values = []
        for _ in range(count):
            loss, _ = train_step(learner, batch, StepOptions(), generator=generator)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            values.append(float(loss.detach()))
        return values

    first = losses(25)
    assert first[:3] == losses(3)
    assert first[-1] < 0.75 * first[0]


def test_the_latent_code_reaches_the_volume_once_it_is_trained(batch):
    net = smoke_learner().net.eval()
    code = torch.randn(len(batch.image), LATENT, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        still = [net.occupancy(net(batch.image, z)) for z in (code, code * 0)]
        net.latent.weight.normal_(std=0.3, generator=torch.Generator().manual_seed(1))
        moved = [net.occupancy(net(batch.image, z)) for z in (code, code * 0)]
    assert torch.equal(*still)
    assert not torch.allclose(*moved, atol=1e-3)


def test_what_lies_outside_the_mask_does_not_matter(batch):
    net = smoke_learner().net.eval()
    image = batch.image.clone()
    image[:, :3] = torch.where(image[:, 3:] == 0, torch.rand_like(image[:, :3]), image[:, :3])
    zeros = torch.zeros(len(image), LATENT)
    with torch.inference_mode():
        first, second = net(batch.image, zeros), net(image, zeros)
    assert torch.allclose(first.column, second.column, atol=1e-5)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_onnx_and_torch_agree(batch, tmp_path):
    import onnxruntime

    from bozzetto_train.learning.export_onnx import onnx_bytes

    net = smoke_learner().net
    # Weights travel in half precision: compare with a network that holds just those.
    for parameter in net.parameters():
        if parameter.numel() >= 1024:
            parameter.data = parameter.data.half().float()
    session = onnxruntime.InferenceSession(onnx_bytes(net, size=96, images=7))
    assert session.get_modelmeta().custom_metadata_map == {"images": "7"}
    image = batch.image[:1].contiguous()
    latent = torch.randn(1, LATENT, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        features = net.eval()(image, latent)
        expected = (net.occupancy(features), features.surface, features.camera)
    got = session.run(
        ["occupancy", "surface", "camera"],
        {"image": image.numpy(), "latent": latent.numpy()},
    )
    for ours, theirs in zip(got, expected, strict=True):
        assert ours.shape == tuple(theirs.shape)
        assert np.abs(ours - theirs.numpy()).max() < 5e-3


def data_set(folder, records):
    for split in ("train", "validation"):
        write_views(folder / split / "a.views", records)


def test_a_run_learns_stops_and_resumes(records, tmp_path, monkeypatch):
    preset = replace(
        SMOKE, phases=(replace(SMOKE.phases[0], images=24, batch=4),), validation_views=2
    )
    monkeypatch.setitem(PRESETS, "tiny", preset)
    data_set(tmp_path / "small", records)
    job = Train(
        views=tmp_path / "views",
        small_views=tmp_path / "small",
        run=tmp_path / "run",
        preset="tiny",
        processes=1,
    )
    train(replace(job, minutes=0))
    train(job)
    train(job)
    lines = [json.loads(line) for line in (tmp_path / "run/log.jsonl").read_text().splitlines()]
    reports = [line for line in lines if "validation" in line]
    assert [line["images"] for line in reports] == [0, 24, 24]
    assert reports[1]["validation"] == reports[2]["validation"]
    assert reports[0]["validation"] != reports[1]["validation"]


def test_validation_of_a_net_that_sees_all_is_in_range(records, tmp_path):
    from bozzetto_train.datasets.view_index import index_views

    data_set(tmp_path, records)
    net = VolumeNet(SMOKE.widths)
    figures = validate(net, index_views(tmp_path / "train"), count=2)
    assert 0 <= figures.volume_iou <= 1
    assert 0 < figures.normal_deg < 180
    assert net.training
