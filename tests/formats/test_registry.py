"""The contract of every registered format."""

import numpy as np
import pytest

from bozzetto.errors import FormatError, UnknownNameError
from bozzetto.formats.base import Format
from bozzetto.formats.registry import DEFAULT_FORMAT, format_names, load_format
from tests.textured import an_asset

every_format = pytest.mark.parametrize("name", format_names())


@every_format
def test_a_format_is_one_and_knows_its_name(name):
    made = load_format(name)
    assert isinstance(made, Format)
    assert made.card.name == name
    assert made.card.suffix.startswith(".")


@every_format
def test_what_is_written_is_read_back(name):
    asset = an_asset()
    made = load_format(name)
    back = made.read(made.write(asset), name="file")
    assert back.name == asset.name
    for field in ("positions", "triangles", "normals", "uvs", "tangents"):
        np.testing.assert_array_equal(getattr(back.mesh, field), getattr(asset.mesh, field))
    for field in ("base_color", "normal", "orm"):
        np.testing.assert_array_equal(getattr(back.material, field), getattr(asset.material, field))


@every_format
def test_the_same_asset_gives_the_same_bytes(name):
    made = load_format(name)
    assert made.write(an_asset()) == made.write(an_asset())


@every_format
@pytest.mark.parametrize("data", [b"", b"no such thing", bytes(1000)])
def test_garbage_is_refused_by_name(name, data):
    with pytest.raises(FormatError, match="garbage"):
        load_format(name).read(data, name="garbage")


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(UnknownNameError, match="glb"):
        load_format("vrml")


def test_the_default_is_registered():
    assert DEFAULT_FORMAT in format_names()
