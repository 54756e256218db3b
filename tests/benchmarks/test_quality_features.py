import collections
import pickle

import cv2
import numpy as np
import pytest

from benchmarks.quality.features import FeatureNet, read_weights


def random_weights(seed=0):
    """Weights of the right shapes for the blocks that are used."""
    rng = np.random.default_rng(seed)
    weights = {}

    def add(conv, norm, shape):
        fan_in = np.prod(shape[1:])
        weights[f"{conv}.weight"] = rng.normal(0, (2 / fan_in) ** 0.5, shape).astype(np.float32)
        for name in ("weight", "running_var"):
            weights[f"{norm}.{name}"] = np.ones(shape[0], np.float32)
        for name in ("bias", "running_mean"):
            weights[f"{norm}.{name}"] = np.zeros(shape[0], np.float32)

    add("features.0.0", "features.0.1", (32, 3, 3, 3))
    inner, block = 32, 0
    for expansion, channels, repeats in (
        (1, 16, 1),
        (6, 24, 2),
        (6, 32, 3),
        (6, 64, 4),
        (6, 96, 3),
    ):
        for _ in range(repeats):
            block, wide = block + 1, inner * expansion
            name, at = f"features.{block}.conv", 0
            if expansion > 1:
                add(f"{name}.0.0", f"{name}.0.1", (wide, inner, 1, 1))
                at = 1
            add(f"{name}.{at}.0", f"{name}.{at}.1", (wide, 1, 3, 3))
            add(f"{name}.{at + 1}", f"{name}.{at + 2}", (channels, wide, 1, 1))
            inner = channels
    return weights


def a_picture(seed):
    return np.random.default_rng(seed).random((64, 64, 3), dtype=np.float32)


def test_the_distance_is_none_for_the_same_picture_and_the_same_both_ways():
    net = FeatureNet(random_weights())
    first, second = a_picture(1), a_picture(2)
    assert net.distance(first, first) == 0
    assert net.distance(first, second) == pytest.approx(net.distance(second, first))
    assert net.distance(first, second) > net.distance(first, 0.9 * first + 0.1 * second) > 0


def test_features_have_unit_length_at_four_sizes():
    found = FeatureNet(random_weights()).features(a_picture(0))
    assert [one.shape for one in found] == [(32, 32, 16), (16, 16, 24), (8, 8, 32), (4, 4, 96)]
    for one in found:
        np.testing.assert_allclose(np.linalg.norm(one, axis=2), 1, atol=1e-3)


def test_convolutions_agree_with_opencv():
    weights = random_weights()
    weights["features.0.1.bias"] += 0.3
    weights["features.0.1.running_var"] *= 2
    found = FeatureNet(weights)._conv(a_picture(3), "features.0.0", "features.0.1", stride=2)
    kernel = weights["features.0.0.weight"]
    for channel in (0, 17):
        total = sum(
            cv2.filter2D(
                a_picture(3)[..., k], -1, kernel[channel, k], borderType=cv2.BORDER_CONSTANT
            )
            for k in range(3)
        )
        np.testing.assert_allclose(
            found[..., channel], total[::2, ::2] / (2 + 1e-5) ** 0.5 + 0.3, atol=1e-5
        )


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "weights.pth"
    path.write_bytes(pickle.dumps(collections.OrderedDict()))
    with pytest.raises(ValueError, match="legacy"):
        read_weights(path)
