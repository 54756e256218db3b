"""The contract of every registered format."""

import numpy as np
import pytest

from bozzetto.errors import FormatError, UnknownNameError
from bozzetto.formats.asset_model import model_from_asset
from bozzetto.formats.base import Format, Source
from bozzetto.formats.registry import DEFAULT_FORMAT, format_names, load_format
from tests.textured import an_asset

every_format = pytest.mark.parametrize("name", format_names())


def a_model():
    """A textured ball."""
    return model_from_asset(an_asset())


@every_format
def test_a_format_is_one_and_knows_its_name(name):
    made = load_format(name)
    assert isinstance(made, Format)
    assert made.card.name == name
    assert made.card.suffix.startswith(".")


@every_format
def test_what_is_written_is_read_back(name):
    model = a_model()
    made = load_format(name)
    back = made.read(Source.of(made.write(model))).model
    assert back.name == model.name
    (part,) = back.parts
    for field in ("positions", "triangles", "normals", "uvs", "tangents"):
        np.testing.assert_array_equal(
            getattr(part.mesh, field), getattr(model.parts[0].mesh, field)
        )
    assert [picture.data for picture in back.pictures] == [p.data for p in model.pictures]


@every_format
def test_the_same_model_gives_the_same_bytes(name):
    made = load_format(name)
    first, second = made.write(a_model()), made.write(a_model())
    assert [file.name for file in first.files] == [file.name for file in second.files]
    assert [file.data for file in first.files] == [file.data for file in second.files]


@every_format
@pytest.mark.parametrize("data", [b"", b"no such thing", bytes(1000)])
def test_garbage_is_refused_by_name(name, data):
    with pytest.raises(FormatError, match="garbage"):
        load_format(name).read(Source(name="garbage", data=data))


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(UnknownNameError, match="glb"):
        load_format("vrml")


def test_the_default_is_registered():
    assert DEFAULT_FORMAT in format_names()
