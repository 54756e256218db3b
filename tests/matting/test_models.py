"""Every registered network keeps the contract; those whose weights are not here skip visibly."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from bozzetto.errors import ResourceError, UnknownNameError
from bozzetto.matting.models import u2net, u2netp
from bozzetto.matting.models.base import MattingModel
from bozzetto.matting.models.registry import DEFAULT_MODEL, load_model, model_names
from tests.build import a_disc


@pytest.fixture(params=model_names())
def model(request):
    try:
        return load_model(request.param)
    except ResourceError as error:
        pytest.skip(str(error))


def a_picture_of_a_disc():
    disc = a_disc(height=240, width=320, radius=80)[:, :, None]
    return (disc * np.float32([0.8, 0.2, 0.1]) + (1 - disc) * np.float32(0.9)).astype(np.float32)


def test_a_model_keeps_the_protocol_and_its_registered_name(model):
    assert isinstance(model, MattingModel)
    assert model.card.name in model_names()


def test_a_model_finds_an_obvious_object(model):
    map_ = model.saliency(a_picture_of_a_disc())
    assert map_.shape == (model.card.input_px, model.card.input_px)
    side = model.card.input_px
    assert map_[side // 2, side // 2] > 0.9
    assert map_[:20].max() < 0.2


def test_a_model_gives_the_same_map_twice(model):
    picture = a_picture_of_a_disc()
    first = model.saliency(picture)
    model.saliency(1 - picture)
    assert first.tobytes() == model.saliency(picture).tobytes()


@pytest.mark.parametrize("grey", [0.0, 0.5, 1.0])
def test_a_model_sees_nothing_in_a_flat_picture(model, grey):
    assert model.saliency(np.full((64, 96, 3), grey, np.float32)).max() < 0.5


def test_the_vendored_weights_are_the_ones_on_the_card():
    data = u2netp.WEIGHTS.read_bytes()
    assert len(data) == u2netp.CARD.weights_bytes
    assert hashlib.sha256(data).hexdigest() == u2netp.CARD.sha256


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match="u2netp"):
        load_model("modnet")


def test_missing_weights_name_the_command_that_fetches_them(monkeypatch, tmp_path):
    monkeypatch.setenv("BOZZETTO_WEIGHTS", str(tmp_path))
    with pytest.raises(ResourceError, match="fetch u2net"):
        load_model("u2net")


def test_spoiled_weights_are_refused_in_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("BOZZETTO_WEIGHTS", str(tmp_path))
    (tmp_path / u2net.SOURCE.file_name).write_bytes(b"not a network")
    with pytest.raises(ResourceError, match="could not be loaded"):
        load_model("u2net")


def test_names_are_listed_without_loading_onnxruntime():
    code = (
        "import sys, bozzetto.matting.segment, bozzetto.matting.models.registry as r;"
        f"assert r.DEFAULT_MODEL == {DEFAULT_MODEL!r} and r.model_names();"
        "sys.exit('onnxruntime' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
