"""What the classical engine is and needs; read without loading it."""

from bozzetto.engines.base import EngineCard

CARD = EngineCard(
    name="inflate",
    version=1,
    min_views=1,
    max_views=1,
    needs_gpu=False,
    licence="Apache-2.0",
    download_mib=0.0,
    summary="Inflates the silhouette of one photo; works for everything, knows nothing.",
    build="bozzetto.engines.inflate.engine:build",
)


def card() -> EngineCard:
    """Return what this engine is and needs."""
    return CARD
