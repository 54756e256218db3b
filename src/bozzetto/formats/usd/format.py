"""Write and read USDA, USDC and USDZ with OpenUSD: UsdPreviewSurface and UsdSkel.

Metres, +y up, front +z, all said in the file. USDZ follows the rules of ARKit: stored, not
deflated, every file's data at a multiple of 64 bytes, the binary root layer first, PNG and JPEG.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from bozzetto.asset.model import Model
from bozzetto.errors import ResourceError
from bozzetto.formats.archives import zipped
from bozzetto.formats.base import Format, FormatCard, NamedFile, Reading, Source, Written
from bozzetto.formats.checks import check_model
from bozzetto.formats.names import slug
from bozzetto.formats.notes import Notes
from bozzetto.formats.pictures.grey_maps import plain_pictures
from bozzetto.formats.pictures.lost_samplers import note_lost_samplers
from bozzetto.formats.pictures.picture_files import picture_files
from bozzetto.formats.transmission import with_alpha_for_transmission

_ALIGNMENT = 64


def write_usda(model: Model) -> Written:
    """Encode as text, with pictures beside.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
        ResourceError: OpenUSD is not installed.
    """
    return _layer(model, suffix=".usda")


def write_usdc(model: Model) -> Written:
    """Encode as a binary layer, with pictures beside.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
        ResourceError: OpenUSD is not installed.
    """
    return _layer(model, suffix=".usdc")


def write_usdz(model: Model) -> Written:
    """Encode as one package for Quick Look and other AR viewers.

    Raises:
        FormatError: The model holds NaN, values out of range, or nothing.
        ResourceError: OpenUSD is not installed.
    """
    inner = _layer(model, suffix=".usdc")
    name = f"{slug(model.name)}.usdz"
    data = zipped(inner.files, compressed=False, align=_ALIGNMENT)
    return Written(main=name, files=(NamedFile(name=name, data=data),), findings=inner.findings)


def _layer(model: Model, *, suffix: str) -> Written:
    """Encode the root layer and list the pictures that it names."""
    check_model(model, kind="USD")
    notes = Notes(subject=model.name)
    opaque_or_alpha = with_alpha_for_transmission(model, notes=notes)
    note_lost_samplers(opaque_or_alpha, keeps_mirrored=True, notes=notes)
    plain = plain_pictures(opaque_or_alpha, notes=notes)
    pictures = picture_files(plain.pictures)
    try:
        from bozzetto.formats.usd.writing import usd_layer
    except ImportError:
        raise _missing() from None
    layer = usd_layer(plain, files={key: file.name for key, file in pictures.items()}, notes=notes)
    name = slug(model.name) + suffix
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        layer.Export(str(path))
        data = path.read_bytes()
    files = (NamedFile(name=name, data=data), *pictures.values())
    return Written(main=name, files=files, findings=notes.findings)


def read_usd(source: Source) -> Reading:
    """Decode any kind of USD file.

    Raises:
        FormatError: It is damaged, or shows no triangles.
        ResourceError: OpenUSD is not installed.
    """
    try:
        from bozzetto.formats.usd.reading import read_usd_stage
    except ImportError:
        raise _missing() from None
    return read_usd_stage(source)


def _missing() -> ResourceError:
    """Say what to install."""
    return ResourceError("USD files need OpenUSD.", advice="Install it with: pip install usd-core")


@dataclass(frozen=True, kw_only=True)
class UsdFormat:
    """One kind of USD as the registry knows it."""

    card: FormatCard

    def write(self, model: Model) -> Written:
        """Encode in metres, +y up."""
        writers = {"usda": write_usda, "usdc": write_usdc, "usdz": write_usdz}
        return writers[self.card.name](model)

    def read(self, source: Source) -> Reading:
        """Decode any USD."""
        return read_usd(source)


def build_usda() -> Format:
    """Make the text format for the registry."""
    card = FormatCard(
        name="usda",
        suffix=".usda",
        media_type="model/vnd.usda",
        summary="USD as text, for pipelines and versioning.",
        quads=True,
    )
    return UsdFormat(card=card)


def build_usdc() -> Format:
    """Make the binary format for the registry."""
    card = FormatCard(
        name="usdc",
        suffix=".usdc",
        media_type="model/vnd.usd",
        summary="USD as a binary layer, for film pipelines and Omniverse.",
        quads=True,
    )
    return UsdFormat(card=card)


def build_usdz() -> Format:
    """Make the package format for the registry."""
    card = FormatCard(
        name="usdz",
        suffix=".usdz",
        media_type="model/vnd.usdz+zip",
        summary="USDZ: one package for AR Quick Look on phones and headsets.",
        quads=True,
    )
    return UsdFormat(card=card)
