"""Whatever a reader meets is used, passed over by a rule, or reported with a count."""

import pytest

from bozzetto.findings import Severity
from bozzetto.formats.inventory import Inventory, Rule
from bozzetto.formats.notes import Notes

RULES = (
    Rule(kind="property", name="nx", reason="normals are computed again"),
    Rule(
        kind="element",
        name="camera*",
        reason="a model holds no cameras",
        severity=Severity.INFO,
        fix="Keep the file.",
    ),
)


def _inventory() -> Inventory:
    return Inventory(format="ply", notes=Notes(subject="ball.ply"), rules=RULES)


def test_what_is_used_needs_no_finding() -> None:
    inventory = _inventory()
    inventory.meet("property", "x", count=8)
    inventory.use("property", "x")
    inventory.settle()
    assert inventory.notes.findings == ()


def test_what_nobody_used_is_reported_as_not_known_with_its_count() -> None:
    inventory = _inventory()
    inventory.meet("property", "reflectance", count=3)
    inventory.settle()
    (finding,) = inventory.notes.findings
    assert (finding.code, finding.severity) == ("ply.unknown", Severity.WARNING)
    assert finding.message == ("The property reflectance is not known and is left out (3 times).")
    assert (finding.measured, finding.subject) == (3, "ball.ply")


def test_what_was_used_in_one_place_is_reported_for_the_others() -> None:
    inventory = _inventory()
    inventory.meet("property", "reflectance", count=3)
    inventory.use("property", "reflectance", count=2)
    inventory.settle()
    assert [finding.measured for finding in inventory.notes.findings] == [1]


def test_a_rule_without_severity_passes_a_thing_over_without_a_word() -> None:
    inventory = _inventory()
    inventory.meet("property", "nx")
    inventory.settle()
    assert inventory.notes.findings == ()


def test_a_rule_with_severity_says_why_and_what_to_do() -> None:
    inventory = _inventory()
    inventory.meet("element", "camera_left")
    inventory.settle()
    (finding,) = inventory.notes.findings
    assert (finding.code, finding.severity) == ("ply.element", Severity.INFO)
    assert finding.message == "The element camera_left is left out: a model holds no cameras."
    assert finding.fix == "Keep the file."


@pytest.mark.parametrize("kind", ["element", "chunk"])
def test_a_rule_holds_for_its_kind_alone(kind: str) -> None:
    inventory = _inventory()
    inventory.meet(kind, "nx")
    inventory.settle()
    assert [finding.code for finding in inventory.notes.findings] == ["ply.unknown"]


def test_notes_that_are_made_again_add_up() -> None:
    notes = Notes(subject="a.glb")
    for _ in range(3):
        notes.warn("gltf.morphs", "Morph targets are left out.")
    notes.tell("gltf.morphs", "Something else.")
    assert [finding.message for finding in notes.findings] == [
        "Morph targets are left out (3 times).",
        "Something else.",
    ]
