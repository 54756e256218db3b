"""The files of a finished asset, for whatever is made of it."""

import hashlib
from pathlib import Path

from bozzetto.studio.kinds.base import Work
from bozzetto.wire.results import RefinementResult


def source_of(work: Work, refinement: RefinementResult) -> Path:
    """Return the project's folder where the asset is its newest result, else the asset's file.

    The folder knows more: levels of detail, photos, where the surface comes from.

    Raises:
        ResourceError: The file store has lost the asset.
    """
    published, model = work.root / f"{refinement.name}.glb", refinement.levels[0].model
    if published.exists() and _is(published, model.sha256):
        return work.root
    return work.fetch(model.sha256, published.name)


def _is(path: Path, sha256: str) -> bool:
    """Tell whether a file has that content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
