"""What the learned engine is and needs; read without loading it."""

from pathlib import Path

from bozzetto.engines.base import EngineCard

NAME = "bozzetto"
MAX_VIEWS = 4
WEIGHTS = Path(__file__).parent / "weights" / "bozzetto.onnx"


def card() -> EngineCard:
    """Return what this engine is and needs, with the hash of the weights that are installed."""
    return EngineCard(
        name=NAME,
        version=2,
        min_views=1,
        max_views=MAX_VIEWS,
        needs_gpu=False,
        licence="Apache-2.0",
        download_mib=0.0,
        summary="A small network predicts all sides from one to four photos; bundled, offline.",
        weights_sha256=weights_sha256(),
        build="bozzetto.engines.network.engine:build",
    )


def weights_sha256(weights: Path = WEIGHTS) -> str:
    """Return the hash that the weights should have, from the file beside them; else empty."""
    try:
        return weights.with_suffix(".onnx.sha256").read_text(encoding="ascii").split()[0]
    except (OSError, UnicodeDecodeError, IndexError):
        return ""
