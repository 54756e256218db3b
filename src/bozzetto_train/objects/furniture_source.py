"""The furniture of Debian's package `sweethome3d-furniture`: fetch, unpack, list, load.

The catalogues (`.sh3f`) are zip archives of OBJ models, y up, front +z, with a properties file
that gives every model's name, size in centimetres, author and, rarely, a rotation.
"""

import re
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from jaxtyping import Float32, Float64

from bozzetto.errors import ResourceError
from bozzetto_train.objects.assembly import assemble, moved
from bozzetto_train.objects.errors import ObjectError
from bozzetto_train.objects.model import ObjectModel
from bozzetto_train.objects.obj_source import read_obj_parts

PACKAGE = "sweethome3d-furniture"
LICENCES: Mapping[str, str] = {
    "BlendSwap-CC-0": "CC0-1.0",
    "BlendSwap-CC-BY": "CC-BY-3.0",
    "KatorLegaz": "CC-BY-3.0-US",
    "Reallusion": "CC-BY-3.0-US",
    "Scopia": "CC-BY-3.0",
}
"""Licence of each catalogue, as the package's copyright file states."""

_PROPERTIES = "PluginFurnitureCatalog.properties"


@dataclass(frozen=True, kw_only=True, eq=False)
class FurniturePiece:
    """One line of a catalogue."""

    name: str
    """As in `furniture/Scopia/bathroom3`."""
    path: Path
    """The OBJ file."""
    title: str
    category: str
    """The catalogue's, as in `Living room`."""
    licence: str
    author: str
    size: tuple[float, float, float]
    """Width, height and depth in centimetres."""
    turn: tuple[float, ...]
    """Rows of the rotation that the catalogue applies; empty for none."""


def fetch_furniture(folder: Path) -> None:
    """Download the package through apt and unpack its catalogues; does nothing when they exist.

    Raises:
        ResourceError: apt or dpkg is missing, or the download failed.
    """
    if any(folder.glob(f"*/{_PROPERTIES}")):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as work:
        try:
            subprocess.run(["apt-get", "download", PACKAGE], cwd=work, check=True)
            package = next(Path(work).glob("*.deb"))
            subprocess.run(["dpkg", "-x", str(package), work], check=True)
        except (OSError, subprocess.CalledProcessError, StopIteration) as error:
            raise ResourceError(
                f"{PACKAGE} could not be downloaded: {error}",
                advice="Run on Debian or Ubuntu with network, or unpack the catalogues yourself.",
            ) from None
        for catalogue in sorted(Path(work).glob("usr/share/sweethome3d/furniture/*.sh3f")):
            with zipfile.ZipFile(catalogue) as archive:
                archive.extractall(folder / catalogue.stem)


def list_furniture(folder: Path) -> tuple[FurniturePiece, ...]:
    """Read the catalogues that `fetch_furniture` unpacked."""
    pieces: list[FurniturePiece] = []
    for properties in sorted(folder.glob(f"*/{_PROPERTIES}")):
        pieces += _pieces(properties)
    return tuple(pieces)


def read_furniture(
    path: Path, *, name: str, size: tuple[float, ...] = (), turn: tuple[float, ...] = ()
) -> ObjectModel:
    """Read one piece, turned and stretched as its catalogue states.

    Args:
        path: The OBJ file.
        name: The object's name.
        size: Width, height and depth, in any unit; empty for the file's own.
        turn: Nine numbers, the rows of a rotation; empty for none.

    Raises:
        ObjectError: The file cannot be read, or holds no surface.
    """
    matrix = np.eye(4)
    if turn:
        matrix[:3, :3] = np.array(turn).reshape(3, 3)
    parts = [moved(part, matrix) for part in read_obj_parts(path, owner=name)]
    if not parts:
        raise ObjectError(f"{name} has no faces.")
    extent = np.ptp(np.concatenate([part.positions for part in parts]), axis=0)
    stretch = np.eye(4)
    stretch[:3, :3] = np.diag(_stretch(extent, size))
    return assemble(name, [moved(part, stretch) for part in parts])


def _stretch(
    extent: Float32[np.ndarray, " 3"], size: tuple[float, ...]
) -> Float64[np.ndarray, " 3"]:
    """Return the scale per axis; uniform where an extent or a size is missing."""
    if not size or (extent <= 1e-9).any() or min(size) <= 0:
        return np.ones(3)
    return np.array(size, np.float64) / extent


def _pieces(properties: Path) -> list[FurniturePiece]:
    """Parse one catalogue; keys look like `width#12`."""
    text = properties.read_text(encoding="latin-1")
    found = re.findall(r"^(\w+)#(\d+)=(.*)$", text, flags=re.MULTILINE)
    rows: dict[int, dict[str, str]] = {}
    for key, number, value in found:
        rows.setdefault(int(number), {})[key] = value.strip()
    return [_piece(properties.parent, row) for _, row in sorted(rows.items()) if "model" in row]


def _piece(folder: Path, row: Mapping[str, str]) -> FurniturePiece:
    path = folder / row["model"].lstrip("/")
    catalogue = folder.name
    width, height, depth = (float(row.get(key, "0")) for key in ("width", "height", "depth"))
    turn = row.get("modelRotation", "")
    return FurniturePiece(
        name=f"furniture/{catalogue}/{path.stem}",
        path=path,
        title=row.get("name", path.stem),
        category=row.get("category", ""),
        licence=LICENCES.get(catalogue, "unknown"),
        author=row.get("creator", "unknown"),
        size=(width, height, depth),
        turn=tuple(float(word) for word in turn.split()),
    )
