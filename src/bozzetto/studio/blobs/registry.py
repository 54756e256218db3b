"""Choose the blob store that the settings name."""

from bozzetto.studio.blobs.base import BlobStore
from bozzetto.studio.blobs.local import LocalBlobs
from bozzetto.studio.settings import Settings


def open_blobs(settings: Settings) -> BlobStore:
    """Open the store for files."""
    if settings.s3 is None:
        return LocalBlobs(settings.data / "blobs")
    # Imported here because most installations keep files locally.
    from bozzetto.studio.blobs.s3 import S3Blobs

    return S3Blobs(settings.s3)
