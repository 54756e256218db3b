"""Engines and baselines by name, with the weights that ship or with others."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from benchmarks.quality.baselines import BASELINES, Baseline
from bozzetto.asset.reconstruction import Reconstruction
from bozzetto.engines.base import Engine
from bozzetto.engines.in_memory import reconstruct_foregrounds
from bozzetto.engines.registry import engine_card, load_engine
from bozzetto.views.foreground import Foreground


class Reconstructs(Protocol):
    """An engine, or a baseline."""

    def reconstruct(self, foregrounds: Sequence[Foreground], *, seed: int) -> Reconstruction:
        """Predict a shape."""
        ...


class _EngineMethod:
    """An engine on cut-outs in memory."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reconstruct(self, foregrounds: Sequence[Foreground], *, seed: int) -> Reconstruction:
        """Predict a shape."""
        return reconstruct_foregrounds(self._engine, foregrounds, seed=seed)


_LOADED: dict[str, Reconstructs] = {}
"""Loaded once a process; sessions of ONNX Runtime are costly to open."""


def load_method(spec: str) -> Reconstructs:
    """Return a baseline, a registered engine, or for `bozzetto=FILE` that engine with a network.

    Raises:
        UnknownNameError: Nobody registered the name.
        ResourceError: The weights cannot be loaded.
    """
    if spec not in _LOADED:
        name, _, file = spec.partition("=")
        if name in BASELINES:
            _LOADED[spec] = Baseline(name)
        elif file and name == "bozzetto":
            _LOADED[spec] = _with_weights(Path(file), sha256=weights_of(spec))
        else:
            _LOADED[spec] = _EngineMethod(load_engine(spec))
    return _LOADED[spec]


def weights_of(spec: str) -> str:
    """Return the SHA-256 of a method's weights; empty where it has none."""
    name, _, file = spec.partition("=")
    if file:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    return "" if name in BASELINES else engine_card(name).weights_sha256


def _with_weights(path: Path, *, sha256: str) -> Reconstructs:
    """Return the learned engine with weights that do not ship, as those of a training run."""
    from bozzetto.engines.network.engine import BozzettoEngine
    from bozzetto.engines.network.onnx_network import load_network

    return _EngineMethod(BozzettoEngine(load_network(path, sha256=sha256)))
