"""What is said of a finished asset in a few numbers: reports, sheets and the service show them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SurfaceShares:
    """Where the surface comes from, as shares of its area that add up to 1."""

    observed: float
    """Seen in a photograph."""
    mirrored: float
    """Copied from a part that was seen."""
    inferred: float
    """Predicted or filled in."""


@dataclass(frozen=True, kw_only=True)
class PhotoAgreement:
    """How well the asset agrees with one photo."""

    photo: str
    """Its name."""
    psnr_db: float
    """Over the object, at 512 px, in the photo's own light; see `qa.agreement`."""
    silhouette_iou: float
    """0 to 1."""
