"""Find what a texture lock refers to: the mask picture, and the asset that lies in the project."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bozzetto.errors import InputError
from bozzetto.pipeline.store import Project
from bozzetto.pipeline.stored import read_asset
from bozzetto.texturing.lock import TextureLock

_WHITE = 128


@dataclass(frozen=True, kw_only=True, eq=False)
class StoredLock:
    """A lock, and what stands for it in keys."""

    lock: TextureLock
    digests: tuple[str, ...]


def load_lock(project: Project, mask: Path, *, name: str) -> StoredLock:
    """Read a mask picture over the texture of the asset delivered last.

    Args:
        project: Holds the asset.
        mask: PNG in texture space; white is locked.
        name: The asset's.

    Raises:
        InputError: The picture cannot be read, or there is no asset yet.
    """
    try:
        data = mask.read_bytes()
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except (OSError, cv2.error) as error:
        raise _unreadable(mask) from error
    if picture is None:
        raise _unreadable(mask)
    folder, glb_sha256 = _delivered(project, name)
    previous = read_asset(folder).asset
    return StoredLock(
        lock=TextureLock(mask=np.asarray(picture) >= _WHITE, previous=previous),
        digests=(hashlib.sha256(data).hexdigest(), glb_sha256),
    )


def _delivered(project: Project, name: str) -> tuple[Path, str]:
    """Find the stored asset whose GLB is the one at the top of the project, and that one's hash."""
    try:
        wanted = project.path(f"{name}.glb").read_bytes()
    except OSError:
        wanted = None
    if wanted is not None:
        for path in sorted(project.path("assets").glob("*/asset.glb")):
            if path.stat().st_size == len(wanted) and path.read_bytes() == wanted:
                return path.parent, hashlib.sha256(wanted).hexdigest()
    raise InputError(
        f"A texture lock keeps texels of {name}.glb, and the project holds no such asset.",
        advice="Refine once without the lock, then draw the mask over its base colour map.",
    )


def _unreadable(mask: Path) -> InputError:
    """Refuse a mask that is no picture."""
    return InputError(
        f"The texture lock {mask.name} cannot be read as a picture.",
        advice="Save it as a PNG, white where the texture is to stay.",
    )
