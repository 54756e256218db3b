"""A distance between pictures in the features of MobileNetV2, in NumPy.

In the spirit of LPIPS (Zhang et al. 2018): features of several depths, unit length along channels,
squared differences averaged over the picture. Without LPIPS' weights, which were fitted to people's
judgements, so its figures must not be compared with LPIPS; only with each other. The network's
weights are torchvision's (`mobilenet_v2-b0353104.pth`, BSD-3), read without torch.
Letters: h w rows and columns, c channels.
"""

import collections
import pickle
from pathlib import Path
from typing import IO

import numpy as np
from jaxtyping import Float32

Planes = Float32[np.ndarray, "h w c"]
Weights = dict[str, np.ndarray]

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1))
"""Expansion, channels, blocks, stride (Sandler et al. 2018, table 2); deeper ones are not used."""
_KEPT = (1, 3, 6, 13)
"""Blocks whose output is compared: 1/2, 1/4, 1/8 and 1/16 of the size."""


class FeatureNet:
    """MobileNetV2's first 13 blocks."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def distance(
        self, first: Float32[np.ndarray, "h w 3"], second: Float32[np.ndarray, "h w 3"]
    ) -> float:
        """Return the distance of two sRGB pictures; 0 for the same picture."""
        pairs = zip(self.features(first), self.features(second), strict=True)
        return float(sum(((one - other) ** 2).sum(axis=2).mean() for one, other in pairs))

    def features(self, srgb: Float32[np.ndarray, "h w 3"]) -> list[Planes]:
        """Return features of several depths, unit length along channels."""
        x = _clip6(self._conv(_normalized(srgb), "features.0.0", "features.0.1", stride=2))
        found: list[Planes] = []
        block = 0
        for expansion, channels, repeats, stride in _STAGES:
            for repeat in range(repeats):
                block += 1
                step = stride if repeat == 0 else 1
                y = self._block(x, block, expands=expansion > 1, stride=step)
                x = x + y if step == 1 and x.shape[2] == channels else y
                if block in _KEPT:
                    found.append(x / np.sqrt((x * x).sum(axis=2, keepdims=True) + 1e-8))
        return found

    def _block(self, x: Planes, block: int, *, expands: bool, stride: int) -> Planes:
        """Run an inverted residual: widen, filter each channel, narrow."""
        name, at = f"features.{block}.conv", 0
        if expands:
            x, at = _clip6(self._conv(x, f"{name}.0.0", f"{name}.0.1", stride=1)), 1
        x = _clip6(self._conv(x, f"{name}.{at}.0", f"{name}.{at}.1", stride=stride))
        return self._conv(x, f"{name}.{at + 1}", f"{name}.{at + 2}", stride=1)

    def _conv(self, x: Planes, conv: str, norm: str, *, stride: int) -> Planes:
        """Convolve (1 x 1 or 3 x 3, full or per channel) and normalise."""
        w = self._weights
        kernel = w[f"{conv}.weight"]
        gain = w[f"{norm}.weight"] / np.sqrt(w[f"{norm}.running_var"] + 1e-5)
        bias = w[f"{norm}.bias"] - w[f"{norm}.running_mean"] * gain
        kernel = kernel * gain[:, None, None, None]
        if kernel.shape[2] == 1:
            return x @ kernel[:, :, 0, 0].T + bias
        x = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        rows, columns = (x.shape[0] - 3) // stride + 1, (x.shape[1] - 3) // stride + 1
        total = np.broadcast_to(bias, (rows, columns, len(bias))).astype(np.float32)
        for i in range(3):
            for j in range(3):
                part = x[i : i + stride * rows : stride, j : j + stride * columns : stride]
                tap = kernel[:, :, i, j]
                total = total + (part * tap[:, 0] if tap.shape[1] == 1 else part @ tap.T)
        return total


def read_weights(path: Path) -> Weights:
    """Read a state dict in PyTorch's format of before 2020: pickles, then raw numbers.

    Raises:
        ValueError: The file is of another format.
    """
    storages: dict[str, np.ndarray] = {}
    with path.open("rb") as file:
        if pickle.load(file) != 0x1950A86A20F9469CFC6C:
            raise ValueError(f"{path.name} is no weights file of PyTorch's legacy format.")
        pickle.load(file), pickle.load(file)
        tensors = _Reader(file, storages).load()
        for key in pickle.load(file):
            count = int(np.frombuffer(file.read(8), "<i8")[0])
            storage = storages[key]
            storage[:] = np.frombuffer(file.read(count * storage.itemsize), storage.dtype)
    return {name: tensor for name, tensor in tensors.items() if tensor.dtype == np.float32}


class _Reader(pickle.Unpickler):
    """Builds NumPy arrays where the file says tensors, and refuses everything else."""

    def __init__(self, file: IO[bytes], storages: dict[str, np.ndarray]) -> None:
        super().__init__(file)
        self._storages = storages

    def find_class(self, module: str, name: str) -> object:
        allowed = {
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
            ("torch._utils", "_rebuild_parameter"): lambda data, *_: data,
            ("torch", "FloatStorage"): "<f4",
            ("torch", "LongStorage"): "<i8",
        }
        return allowed[module, name]

    def persistent_load(self, pid: tuple) -> np.ndarray:
        _, dtype, key, _, count, _ = pid
        return self._storages.setdefault(key, np.zeros(count, dtype))


def _rebuild(storage: np.ndarray, *arguments) -> np.ndarray:
    """Return a view of a storage; state dicts hold contiguous tensors, so strides say nothing."""
    offset, size, *_ = arguments
    return storage[offset : offset + int(np.prod(size))].reshape(size)


def _normalized(srgb: Float32[np.ndarray, "h w 3"]) -> Planes:
    """Shift and scale as the network was trained."""
    return (srgb - _MEAN) / _DEVIATION


def _clip6(x: Planes) -> Planes:
    """ReLU6."""
    return np.clip(x, 0, 6)
