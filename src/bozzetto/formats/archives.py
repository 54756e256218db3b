"""Zip files that are the same bytes for the same content.

Every entry is dated 1980-01-01, the earliest that zip can say, and carries no machine's marks.
"""

import io
import zipfile
from collections.abc import Sequence

from bozzetto.errors import FormatError
from bozzetto.formats.base import NamedFile

_EPOCH = (1980, 1, 1, 0, 0, 0)
MAX_UNPACKED_BYTES = 2 * 1024**3
"""Archives that unpack to more are refused."""
_LOCAL_HEADER = 30
_PADDING_FIELD = 0x1986
"""Id of the extra field that fills up to the alignment, as OpenUSD uses it."""


def zipped(files: Sequence[NamedFile], *, compressed: bool = True, align: int = 1) -> bytes:
    """Pack files in their order.

    Args:
        files: What to pack.
        compressed: Deflate; otherwise stored as they are.
        align: Every file's data starts at a multiple of it; needs `compressed=False`.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for file in files:
            info = zipfile.ZipInfo(file.name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
            info.create_system = 0
            info.external_attr = 0
            if align > 1:
                info.extra = _padding(stream.tell(), file.name, align=align)
            archive.writestr(info, file.data)
    return stream.getvalue()


def unzipped(data: bytes, *, name: str) -> dict[str, bytes]:
    """Unpack all files.

    Raises:
        FormatError: It is not a zip file, is damaged, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise FormatError(f"{name} unpacks to more than {MAX_UNPACKED_BYTES} bytes.")
            return {n: archive.read(n) for n in archive.namelist() if not n.endswith("/")}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise FormatError(f"{name} is not a zip file, or is damaged.") from None


def _padding(offset: int, name: str, *, align: int) -> bytes:
    """Return an extra field after which the file's data is aligned."""
    start = offset + _LOCAL_HEADER + len(name.encode())
    missing = -start % align
    if missing == 0:
        return b""
    size = missing if missing >= 4 else missing + align  # The field's own head takes 4 bytes.
    return _PADDING_FIELD.to_bytes(2, "little") + (size - 4).to_bytes(2, "little") + bytes(size - 4)
