"""What the product defines crosses the wire as it is; a field more on one side stops nobody."""

import dataclasses
import datetime
import json
from dataclasses import dataclass

import pytest
from pydantic import ValidationError

from bozzetto.findings import Finding, Place, Region, Severity
from bozzetto.studio.kinds.values import shown
from bozzetto.views.mask import Stroke, StrokeKind
from bozzetto.wire.base import File
from bozzetto.wire.findings import ShownFinding
from bozzetto.wire.projects import Strokes
from bozzetto.wire.results import DraftRequest, ExportResult, MaskResult

FINDING = Finding(
    code="photo.light.clipped",
    severity=Severity.WARNING,
    message="Too bright.",
    fix="Use less light.",
    subject="a.png",
    where=Region(x0=1, y0=2, x1=3, y1=4),
    measured=0.5,
    limit=0.1,
    place=Place(position=(0.0, 1.0, 2.0), facing=(0.0, 0.0, 1.0), radius_m=0.5),
)
OVERLAY = File(name="a.jpg", media_type="image/jpeg", num_bytes=3, sha256="0" * 64, url="/a")
BASE = {"id": "1", "project_id": "2", "job_id": "3", "created_at": datetime.datetime(2026, 1, 1)}


@dataclass(frozen=True, kw_only=True)
class LouderFinding(Finding):
    """As an engine from elsewhere, or a newer version, may have it."""

    loudness: float = 1.0


LOUDER = LouderFinding(**{f.name: getattr(FINDING, f.name) for f in dataclasses.fields(Finding)})


def an_export(**changes):
    fields = {
        **BASE,
        "refinement_id": "4",
        "target": "glb",
        "passed": True,
        "files": (),
        "bundle": None,
        "checks": (),
        "findings": (FINDING,),
    }
    return ExportResult(**{**fields, **changes})


def a_mask(findings):
    return MaskResult(
        **BASE, photo_id="4", mask=None, source="", confidence=1.0, findings=tuple(findings)
    )


def test_a_finding_comes_back_as_the_product_s_own():
    back = ExportResult.model_validate_json(an_export().model_dump_json())
    assert back.findings == (FINDING,)


def test_a_finding_with_its_picture_has_all_that_the_finding_says():
    back = MaskResult.model_validate_json(
        a_mask([shown(FINDING, overlay=OVERLAY)]).model_dump_json()
    )
    (found,) = back.findings
    assert found.overlay == OVERLAY
    for field in dataclasses.fields(Finding):
        assert getattr(found, field.name) == getattr(FINDING, field.name)


def test_a_field_that_only_one_side_knows_does_not_stop_a_job():
    plain, drawn = an_export(findings=(LOUDER,)), a_mask([shown(LOUDER)])
    for message in (plain, drawn):
        (written,) = json.loads(message.model_dump_json())["findings"]
        assert "loudness" not in written
        assert written["message"] == FINDING.message
        assert type(message).model_validate_json(message.model_dump_json()).findings


def test_the_service_adds_nothing_to_a_finding_but_its_picture():
    added = {f.name for f in dataclasses.fields(ShownFinding)}
    assert added - {f.name for f in dataclasses.fields(Finding)} == {"overlay"}


def test_results_of_an_older_and_of_a_newer_version_are_read():
    body = json.loads(an_export().model_dump_json())
    older = {key: value for key, value in body["findings"][0].items() if key != "place"}
    newer = {**body["findings"][0], "overlay": None, "loudness": 3}
    body = {**body, "findings": [older, newer], "weather": "fine"}
    read = ExportResult.model_validate_json(json.dumps(body))
    assert [one.place for one in read.findings] == [None, FINDING.place]


def test_a_request_with_a_field_that_nobody_knows_is_refused():
    with pytest.raises(ValidationError, match="variant"):
        DraftRequest.model_validate_json('{"variant": 3}')
    stroke = '{"kind": "keep", "radius_px": 1, "points": [[1, 2]], "colour": "red"}'
    with pytest.raises(ValidationError, match="colour"):
        Strokes.model_validate_json(f'{{"strokes": [{stroke}]}}')


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"radius_px": 0}, "above 0"),
        ({"points": []}, "at least one point"),
        ({"points": [[1, 2e6]]}, "within a million pixels"),
        ({"points": [[1, 2, 3]]}, "points"),
        ({"kind": "erase"}, "kind"),
    ],
)
def test_strokes_are_held_against_the_product_s_own_limits(changes, said):
    stroke = {"kind": "keep", "radius_px": 1, "points": [[1, 2]], **changes}
    sent = json.dumps({"strokes": [stroke]})
    with pytest.raises(ValidationError, match=said):
        Strokes.model_validate_json(sent)


def test_strokes_come_back_as_the_product_s_own():
    stroke = Stroke(kind=StrokeKind.REMOVE, radius_px=2.5, points=((1.0, 2.0), (3.5, 4.0)))
    sent = Strokes(strokes=(stroke,)).model_dump_json()
    assert Strokes.model_validate_json(sent).strokes == (stroke,)
