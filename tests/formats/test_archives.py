import io
import zipfile

import pytest

from bozzetto.errors import FormatError
from bozzetto.formats import archives
from bozzetto.formats.archives import unzipped, zipped
from bozzetto.formats.base import NamedFile

FILES = tuple(
    NamedFile(name=f"{'n' * length}.bin", data=bytes([length]) * (1000 + length))
    for length in (1, 5, 17, 60, 61, 62, 63, 64)
)


@pytest.mark.parametrize("compressed", [True, False])
def test_files_come_back_in_their_order(compressed):
    back = unzipped(zipped(FILES, compressed=compressed), name="it")
    assert list(back.items()) == [(file.name, file.data) for file in FILES]


@pytest.mark.parametrize("align", [4, 64])
def test_data_starts_where_asked_for_whatever_the_lengths_of_names(align):
    data = zipped(FILES, compressed=False, align=align)
    for file in FILES:
        start = data.index(file.data)
        assert start % align == 0
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None


def test_an_archive_holds_no_time_and_no_machine():
    data = zipped(FILES)
    for info in zipfile.ZipFile(io.BytesIO(data)).infolist():
        assert info.date_time == (1980, 1, 1, 0, 0, 0)
        assert (info.create_system, info.external_attr) == (0, 0o600 << 16)
    assert data == zipped(FILES)


def test_damaged_archives_and_bombs_are_refused(monkeypatch):
    whole = zipped(FILES)
    for data in (b"PK", whole[: len(whole) // 2], b"x" * 200):
        with pytest.raises(FormatError, match=r"it\.zip is not a zip file"):
            unzipped(data, name="it.zip")
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 4000)
    with pytest.raises(FormatError, match="unpacks to more than 4000 bytes"):
        unzipped(whole, name="it.zip")
