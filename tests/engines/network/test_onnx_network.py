"""The ONNX files here are written byte by byte: the package that writes them is not needed."""

import hashlib

import numpy as np
import pytest

from bozzetto.engines.network.onnx_network import load_network, weights_sha256
from bozzetto.errors import ResourceError
from bozzetto.matting.models import u2netp

SIDE = 16


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    """One field of a protobuf message: text, bytes or whole number."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name, values):
    shape = b"".join(field(1, side) for side in values.shape)
    return shape + field(2, 1) + field(8, name) + field(9, values.astype("<f4").tobytes())


def value(name, shape):
    sides = b"".join(field(1, field(1, side)) for side in shape)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, sides)))


def node(kind, inputs, output, **numbers):
    attributes = b"".join(
        field(5, field(1, name) + b"".join(field(8, x) for x in xs) + field(20, 7))
        for name, xs in numbers.items()
    )
    names = b"".join(field(1, name) for name in inputs)
    return names + field(2, output) + field(4, kind) + attributes


def a_network_file(*, seed=0):
    """Two convolutions and a product of the contract's shapes."""
    rng = np.random.default_rng(seed)
    weights = {
        "a": rng.normal(size=(96, 4, 2, 2)),
        "b": rng.normal(size=(12, 4, 1, 1)),
        "c": rng.normal(size=(16, 4)),
        "d": np.array([[0.0, -2.0, 0.0, 0.3]]),
    }
    nodes = [
        node("Conv", ["image", "a"], "occupancy", strides=[2, 2]),
        node("Conv", ["image", "b"], "surface"),
        node("MatMul", ["latent", "c"], "e"),
        node("Add", ["e", "d"], "camera"),
    ]
    graph = b"".join(field(1, n) for n in nodes) + field(2, "tiny")
    graph += b"".join(field(5, tensor(name, values)) for name, values in weights.items())
    graph += field(11, value("image", (1, 4, SIDE, SIDE))) + field(11, value("latent", (1, 16)))
    half = SIDE // 2
    outputs = {"occupancy": (1, 96, half, half), "surface": (1, 12, SIDE, SIDE), "camera": (1, 4)}
    graph += b"".join(field(12, value(name, shape)) for name, shape in outputs.items())
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17)), weights


def written(folder, data, *, sha256=None):
    path = folder / "bozzetto.onnx"
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest() if sha256 is None else sha256
    path.with_suffix(".onnx.sha256").write_text(f"{digest}  bozzetto.onnx\n")
    return path


def test_sizes_are_read_from_the_file_and_outputs_come_in_the_contract_s_words(tmp_path):
    data, weights = a_network_file()
    network = load_network(written(tmp_path, data))
    assert (network.side_px, network.latent_size) == (SIDE, 16)
    image = np.random.default_rng(1).random((4, SIDE, SIDE), dtype=np.float32)
    prediction = network.predict(image, np.zeros(16, np.float32))
    assert prediction.occupancy.shape == (96, SIDE // 2, SIDE // 2)
    wanted = np.einsum("kcyx,cyx->k", weights["a"], image[:, :2, :2])
    np.testing.assert_allclose(prediction.occupancy[:, 0, 0], wanted, rtol=1e-3, atol=1e-3)
    raw = np.einsum("kc,chw->hwk", weights["b"][:, :, 0, 0], image)
    np.testing.assert_allclose(prediction.depth, raw[..., 11], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(prediction.normals, axis=-1), 1, atol=1e-4)
    np.testing.assert_allclose(prediction.up, [0, -1, 0])  # Comes with length 2.
    assert prediction.tan_half == pytest.approx(0.3)
    assert 0 <= prediction.albedo.min() <= prediction.albedo.max() <= 1


def test_the_same_picture_gives_the_same_bytes(tmp_path):
    network = load_network(written(tmp_path, a_network_file()[0]))
    image = np.random.default_rng(2).random((4, SIDE, SIDE), dtype=np.float32)
    first, second = (network.predict(image, np.ones(16, np.float32)) for _ in range(2))
    for name in ("occupancy", "normals", "albedo", "hidden_albedo", "depth", "up"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


def test_missing_damaged_and_foreign_files_are_told_apart(tmp_path):
    with pytest.raises(ResourceError, match="are not at") as caught:
        load_network(tmp_path / "nothing.onnx")
    assert "inflate" in caught.value.advice
    data, _ = a_network_file()
    cut = written(tmp_path, data[:-100], sha256=hashlib.sha256(data).hexdigest())
    with pytest.raises(ResourceError, match="damaged"):
        load_network(cut)
    with pytest.raises(ResourceError, match="could not be loaded"):
        load_network(written(tmp_path, b"no network at all"))


def test_another_network_s_file_is_refused(tmp_path):
    data = u2netp.WEIGHTS.read_bytes()
    with pytest.raises(ResourceError, match="are another network's") as caught:
        load_network(written(tmp_path, data))
    assert "inflate" in caught.value.advice


def test_the_hash_is_read_from_the_file_beside_the_weights(tmp_path):
    data, _ = a_network_file()
    path = written(tmp_path, data)
    assert weights_sha256(path) == hashlib.sha256(data).hexdigest()
    assert weights_sha256(tmp_path / "other.onnx") == ""
