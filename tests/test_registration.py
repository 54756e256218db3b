from importlib.metadata import EntryPoint

import pytest

from bozzetto import registration
from bozzetto.errors import ResourceError, UnknownNameError
from bozzetto.registration import Registry

BUILT_IN = {"plane": "fractions:Fraction", "saw": "collections:Counter"}
TOOLS = Registry[object](kind="tool", group="workshop.tools", built_in=BUILT_IN)


@pytest.fixture
def outside(monkeypatch):
    """Other packages bring a file, an adze, and a saw of their own."""
    brought = [
        EntryPoint("file", "decimal:Decimal", "workshop.tools"),
        EntryPoint("adze", "collections:OrderedDict", "workshop.tools"),
        EntryPoint("saw", "decimal:Decimal", "workshop.tools"),
    ]
    monkeypatch.setattr(
        registration, "entry_points", lambda *, group: [e for e in brought if e.group == group]
    )


@pytest.mark.usefixtures("outside")
def test_built_in_names_come_first_and_each_name_once():
    assert TOOLS.names() == ("plane", "saw", "adze", "file")


@pytest.mark.usefixtures("outside")
def test_parts_of_other_packages_are_built_by_their_factory():
    assert type(TOOLS.load("adze")).__name__ == "OrderedDict"


@pytest.mark.usefixtures("outside")
def test_nobody_else_can_take_a_built_in_name():
    assert type(TOOLS.load("saw")).__name__ == "Counter"


@pytest.mark.usefixtures("outside")
def test_entry_points_of_another_group_are_not_parts():
    other = Registry[object](kind="tool", group="kitchen.tools", built_in=BUILT_IN)
    assert other.names() == ("plane", "saw")


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="no tool called 'hammer'") as caught:
        TOOLS.load("hammer")
    assert "plane, saw" in caught.value.advice


@pytest.mark.parametrize("target", ["no_such_module:build", "fractions:no_such_factory"])
def test_a_broken_part_fails_with_its_name_and_only_when_asked_for(target):
    tools = Registry[object](kind="tool", group="workshop.tools", built_in={"broken": target})
    assert tools.names() == ("broken",)
    with pytest.raises(ResourceError, match="'broken' is registered but could not be loaded"):
        tools.load("broken")


PLUG_IN = """
def build_with_a_typo():
    return [].apend

def build_without_a_library():
    import no_such_library
"""


@pytest.fixture
def plug_in(tmp_path, monkeypatch):
    """A module of another package, with faults of its own."""
    (tmp_path / "clumsy_plug_in.py").write_text(PLUG_IN)
    (tmp_path / "broken_plug_in.py").write_text("[].apend")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("plug_in")
@pytest.mark.parametrize("target", ["clumsy_plug_in:build_with_a_typo", "broken_plug_in:build"])
def test_a_fault_in_the_code_of_a_part_is_not_taken_for_a_missing_library(target):
    tools = Registry[object](kind="tool", group="workshop.tools", built_in={"clumsy": target})
    with pytest.raises(AttributeError, match="apend") as caught:
        tools.load("clumsy")
    assert caught.value.__notes__ == [
        f"Raised by the tool 'clumsy' ({target}) while it was loaded."
    ]


@pytest.mark.usefixtures("plug_in")
def test_a_library_that_a_part_imports_when_it_is_built_may_be_missing():
    target = "clumsy_plug_in:build_without_a_library"
    tools = Registry[object](kind="tool", group="workshop.tools", built_in={"clumsy": target})
    with pytest.raises(ResourceError, match="no_such_library"):
        tools.load("clumsy")
