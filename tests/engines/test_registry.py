import subprocess
import sys

import pytest

from bozzetto.engines import registry
from bozzetto.engines.base import Engine
from bozzetto.engines.registry import (
    BUILT_IN,
    DEFAULT_ENGINE,
    engine_card,
    engine_names,
    load_engine,
)
from bozzetto.errors import EngineError, ResourceError, UnknownNameError


def test_the_default_engine_is_built_in_and_needs_no_download():
    assert DEFAULT_ENGINE in BUILT_IN
    assert engine_card(DEFAULT_ENGINE).download_mib == 0


def test_names_are_listed_once_with_the_built_in_ones_first():
    names = engine_names()
    assert names[: len(BUILT_IN)] == tuple(BUILT_IN)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", engine_names())
def test_every_engine_carries_the_name_it_is_registered_under(name):
    engine = load_engine(name)
    assert isinstance(engine, Engine)
    assert engine.card.name == name


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(UnknownNameError) as caught:
        load_engine("photocopier")
    assert "photocopier" in caught.value.message
    assert "inflate" in caught.value.advice


@pytest.mark.parametrize("target", ["no_such_module:build", "bozzetto.errors:no_such_factory"])
def test_a_broken_engine_fails_with_its_name_and_only_when_asked_for(monkeypatch, target):
    monkeypatch.setitem(registry.BUILT_IN, "broken", target)
    assert "broken" in engine_names()
    with pytest.raises(ResourceError, match="broken"):
        load_engine("broken")


def test_reading_all_cards_imports_no_engine_and_no_library_of_theirs():
    code = (
        "import sys; from bozzetto.engines.registry import engine_card, engine_names;"
        "print(*[engine_card(name).name for name in engine_names()]);"
        "print([m for m in sys.modules if m == 'onnxruntime' or m.endswith('.engine')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [" ".join(engine_names()), "[]"]


def test_an_engine_that_contradicts_its_card_is_refused(monkeypatch):
    monkeypatch.setitem(registry.BUILT_IN, "impostor", "bozzetto.engines.inflate.card:card")
    with pytest.raises(EngineError, match="'impostor' says other things"):
        load_engine("impostor")
