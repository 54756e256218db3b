"""With --json every command prints JSON of the form that its published schema describes."""

import json
import typing

import jsonschema_rs
import numpy as np
import pytest

from bozzetto.cli.main import Command, main
from bozzetto.cli.results import RESULTS, WITHOUT_RESULT, schema_of
from bozzetto.formats.registry import load_format
from bozzetto.formats.storing import store
from bozzetto.qa.profile import profile_names
from tests.cli.test_bad_input import a_cut_out
from tests.models import a_model
from tools.json_schemas import FOLDER, text_of

SMALL = ["--engine", "inflate", "--variants", "1"]
COARSE = ["--target-triangles", "500", "--texture-size", "512", "--detail", "off"]


@pytest.fixture(name="ball", scope="module")
def ball_fixture(tmp_path_factory):
    """A GLB that anything can be done with."""
    folder = tmp_path_factory.mktemp("ball")
    return store(load_format("glb").write(a_model(name="ball")), folder=folder)


@pytest.fixture(name="project", scope="module")
def project_fixture(tmp_path_factory):
    """Folder of a project that is about to be made, and its photo."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "disc.png").write_bytes(a_cut_out())
    return folder / "disc.bozzetto", folder / "disc.png"


def printed(capsys, command, *arguments, codes=(0,)):
    """What a command printed, after holding it to its schema."""
    capsys.readouterr()
    code = main([command, *map(str, arguments), "--json"])
    out = capsys.readouterr().out
    assert code in codes, out
    value = json.loads(out)
    jsonschema_rs.validator_for(schema_of("error" if code == 2 else command)).validate(value)
    return value


def test_every_command_has_a_schema():
    names = {typing.get_args(command)[1].name for command in typing.get_args(Command)}
    assert names == (set(RESULTS) - {"error"}) | set(WITHOUT_RESULT)


@pytest.mark.parametrize("command", RESULTS)
def test_published_schemas_are_those_of_the_results(command):
    assert (FOLDER / f"{command}.json").read_text(encoding="utf-8") == text_of(command), (
        "Write the schemas anew: python -m tools.json_schemas"
    )


def test_inspecting_for_every_profile(ball, capsys):
    chosen = [word for name in profile_names() for word in ("--profile", name)]
    found = printed(capsys, "inspect", ball, *chosen, codes=(0, 1))
    assert [result["profile"] for result in found["profiles"]] == list(profile_names())
    days = {r["rule"]["read_on"] for p in found["profiles"] for r in p["results"]}
    assert all(len(day) == len("2026-01-31") for day in days)
    assert printed(capsys, "inspect", ball)["profiles"] == []


def test_fitting(ball, tmp_path, capsys):
    fit = printed(capsys, "fit", ball, "--profile", "shopify", "-o", tmp_path)
    assert (tmp_path / fit["file"]).exists()
    assert fit["accepted"] is True


def test_exporting_a_file(ball, tmp_path, capsys):
    exported = printed(capsys, "export", ball, "--format", "obj", "-o", tmp_path)
    assert exported["files"][0]["format"] == "obj"


def test_what_reading_lost_is_part_of_an_exports_result(ball, tmp_path, capsys):
    path = tmp_path / "no_unit.ply"
    path.write_bytes(
        load_format("ply").write(a_model(name="x")).data.replace(b"comment unit", b"comment utin")
    )
    exported = printed(capsys, "export", path, "--format", "glb", "-o", tmp_path)
    assert "ply.unit" in [finding["code"] for finding in exported["findings"]]


def test_failing(tmp_path, capsys):
    failure = printed(capsys, "inspect", tmp_path / "nowhere.glb", codes=(2,))
    assert failure["error"] == "InputError"
    assert "nowhere.glb" in failure["message"]


def test_refusing_to_rig_a_ball(ball, tmp_path, capsys):
    printed(capsys, "rig", ball, "-o", tmp_path / "rigged.glb", codes=(2,))


def test_the_doctor(capsys):
    assert printed(capsys, "doctor")


def test_advising(project, capsys):
    (advice,) = printed(capsys, "advise", project[1])
    assert advice["findings"] is not None


def test_masking_drafting_approving_refining_and_making(project, capsys):
    root, photo = project
    printed(capsys, "mask", photo, "-o", root)
    drafted = printed(capsys, "draft", photo, "-o", root, *SMALL)
    assert drafted["drafts"]
    printed(capsys, "approve", root, "1")
    refined = printed(capsys, "refine", root, *COARSE)
    made = printed(capsys, "make", photo, "-o", root, *SMALL, *COARSE)
    assert refined["asset"] == made["asset"]
    assert printed(capsys, "clean", root)["results"] >= 0
    exported = printed(capsys, "export", root, "--for", "godot", "-o", root.parent / "out")
    assert exported["files"]


def test_numbers_that_json_does_not_know_are_null(ball, capsys):
    found = printed(capsys, "inspect", ball)
    assert "NaN" not in json.dumps(found)
    assert np.isfinite(found["model"]["low"]).all()
