import pytest

torch = pytest.importorskip("torch", reason="needs the extra `train`")

from torch import nn  # noqa: E402

from bozzetto_train.learning.network.encoder import (  # noqa: E402
    PYRAMID,
    Encoder,
    _sources,
    load_mobilenet,
)


def random_state(encoder):
    """A state dict with torchvision's keys and lively normalisation statistics."""
    generator = torch.Generator().manual_seed(0)
    convolutions = [module for module in encoder.modules() if isinstance(module, nn.Conv2d)]
    state = {}
    for index, (convolution, (conv, norm)) in enumerate(zip(convolutions, _sources(), strict=True)):
        shape = list(convolution.weight.shape)
        if index == 0:
            shape[1] = 3
        count = shape[0]
        fan = shape[1] * shape[2] * shape[3]
        state[f"{conv}.weight"] = torch.randn(shape, generator=generator) * (2 / fan) ** 0.5
        state[f"{norm}.weight"] = torch.rand(count, generator=generator) + 0.5
        state[f"{norm}.bias"] = torch.randn(count, generator=generator) * 0.1
        state[f"{norm}.running_mean"] = torch.randn(count, generator=generator) * 0.1
        state[f"{norm}.running_var"] = torch.rand(count, generator=generator) + 0.5
    return state


def slow_twin(state, image):
    """Run torchvision's layout with normalisation layers, stage by stage, from the keys alone."""
    from torch.nn import functional

    def layer(x, conv, norm, *, active=True, **options):
        x = functional.conv2d(x, state[f"{conv}.weight"], **options)
        x = functional.batch_norm(
            x,
            state[f"{norm}.running_mean"],
            state[f"{norm}.running_var"],
            state[f"{norm}.weight"],
            state[f"{norm}.bias"],
        )
        return functional.relu6(x) if active else x

    x = layer(image, "features.0.0", "features.0.1", stride=2, padding=1)
    taps, index = [], 1
    plan = [(1, 1, 1), (6, 2, 2), (6, 3, 2), (6, 4, 2), (6, 3, 1), (6, 3, 2), (6, 1, 1)]
    for expansion, repeats, stride in plan:
        for repeat in range(repeats):
            block, taken = f"features.{index}.conv", x
            place = 0
            if expansion > 1:
                x = layer(x, f"{block}.0.0", f"{block}.0.1")
                place = 1
            x = layer(
                x,
                f"{block}.{place}.0",
                f"{block}.{place}.1",
                stride=stride if repeat == 0 else 1,
                padding=1,
                groups=x.shape[1],
            )
            x = layer(x, f"{block}.{place + 1}", f"{block}.{place + 2}", active=False)
            if repeat > 0:
                x = x + taken
            if index in (1, 3, 6, 13, 17):
                taps.append(x)
            index += 1
    return taps


def test_folding_changes_no_output():
    encoder = Encoder().eval()
    state = random_state(encoder)
    load_mobilenet(encoder, state)
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        folded = encoder(torch.cat([image, torch.zeros(1, 1, 64, 64)], 1))
        expected = slow_twin(state, image)
    for ours, theirs in zip(folded, expected, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-3, rtol=1e-3)


def test_alpha_starts_without_influence():
    encoder = Encoder().eval()
    load_mobilenet(encoder, random_state(encoder))
    image = torch.rand(1, 4, 64, 64)
    other = image.clone()
    other[:, 3] = 0
    with torch.inference_mode():
        assert torch.equal(encoder(image)[-1], encoder(other)[-1])


def test_the_pyramid_has_its_channels_and_strides():
    maps = Encoder()(torch.rand(2, 4, 96, 96))
    assert [tuple(x.shape[1:]) for x in maps] == [
        (channels, 96 // stride, 96 // stride)
        for channels, stride in zip(PYRAMID, (2, 4, 8, 16, 32), strict=True)
    ]


def test_another_network_is_refused():
    with pytest.raises(KeyError):
        load_mobilenet(Encoder(), {"conv1.weight": torch.zeros(1)})
