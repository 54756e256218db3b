"""Names that every engine, shop and file system accepts."""

import re
from collections.abc import Sequence
from pathlib import Path


def asset_name(stem: str) -> str:
    """Turn a file's stem into a name that every engine and store accepts."""
    cleaned = re.sub(r"[^a-z0-9_-]+", "_", stem.lower()).strip("_-")
    return cleaned if cleaned[:1].isalpha() else f"asset_{cleaned}".rstrip("_")


def default_folder(photos: Sequence[Path]) -> Path:
    """Return the project's folder where the user names none: after the first photo."""
    return Path(f"{asset_name(photos[0].stem)}.bozzetto")
