"""Pictures that tests took, kept where somebody wants to look at them."""

import os
import shutil
from pathlib import Path


def keep_pictures(folder):
    """Copy a folder's pictures to BOZZETTO_PICTURES, where that is set."""
    wanted = os.environ.get("BOZZETTO_PICTURES")
    if wanted:
        Path(wanted).mkdir(parents=True, exist_ok=True)
        for picture in (*folder.glob("*.jpg"), *folder.glob("*.png")):
            shutil.copy(picture, wanted)
