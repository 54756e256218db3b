"""U2-Netp, the small network that comes with the package."""

from pathlib import Path

from bozzetto.matting.models.base import ModelCard
from bozzetto.matting.models.u2 import U2Model, load_u2

CARD = ModelCard(
    name="u2netp",
    version=1,
    licence="Apache-2.0",
    weights_bytes=4_574_861,
    sha256="309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
    input_px=320,
    download_mib=0.0,
    summary="Small and always there; two passes make it good on most single objects.",
)
WEIGHTS = Path(__file__).parents[1] / "weights" / "u2netp.onnx"


def build() -> U2Model:
    """Load the network."""
    return load_u2(CARD, WEIGHTS)
