"""From a photo to files for a program, over the service, with the typed client."""

import io
import os
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import bozzetto
from bozzetto.client import Studio, StudioError
from bozzetto.wire.jobs import JobState
from bozzetto.wire.results import (
    DraftRequest,
    DraftResult,
    ExportRequest,
    ExportResult,
    MaskRequest,
    MaskResult,
    RefinementRequest,
    RefinementResult,
    RigRequest,
    RigResult,
)
from tests.studio.running import Running, a_picture

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Running(tmp_path_factory.mktemp("path")) as running:
        yield running


@pytest.fixture(scope="module")
def studio(running):
    with Studio(f"http://127.0.0.1:{running.port}") as studio:
        yield studio


@pytest.fixture(scope="module")
def finished(studio, tmp_path_factory):
    """A project that went all the way; its refinement, and what was seen of the job."""
    photo = tmp_path_factory.mktemp("photo") / "vase.png"
    photo.write_bytes(a_picture())
    project = studio.create_project("Blue vase")
    studio.add_photo(project, photo)
    assert studio.run(project, MaskRequest()).state is JobState.SUCCEEDED
    job = studio.run(project, DraftRequest(engine="inflate", variants=2))
    best = min(studio.results(project, DraftResult, job=job), key=lambda draft: draft.rank)
    with pytest.raises(StudioError, match="No draft of the project is approved"):
        studio.start(project, RefinementRequest())
    studio.approve(best, reason="Round enough")
    seen = []
    job = studio.run(project, RefinementRequest(budget=1000, texture_size=512), watch=seen.append)
    assert job.state is JobState.SUCCEEDED, job.error
    (refinement,) = studio.results(project, RefinementResult)
    return project, best, refinement, seen


def test_every_photo_has_its_mask_and_advice(studio, finished):
    (mask,) = studio.results(finished[0], MaskResult)
    assert mask.mask is not None
    assert mask.source == "alpha-channel"


def test_the_asset_is_what_was_asked_for(studio, finished, tmp_path):
    _, _, refinement, _ = finished
    level = refinement.levels[0]
    assert (level.triangles, level.watertight) == (1000, True)
    path = studio.download(level.model, tmp_path / "asset.glb")
    asset = bozzetto.read_glb(path.read_bytes(), name=path.name)
    assert len(asset.mesh.triangles) == 1000
    assert refinement.draft_id == finished[1].id


def test_the_report_names_who_approved_which_draft(running, finished):
    project, best, refinement, _ = finished
    url = f"/v1/projects/{project.id}/refinements/{refinement.id}/report"
    approval = running.http.get(url).json()["approval"]
    assert approval["approved_by"] == "local"
    assert approval["draft_sha256"] == best.sha256


def test_progress_grows_and_is_complete_at_the_end_only(finished):
    seen = finished[3]
    percents = [job.percent for job in seen]
    assert percents == sorted(percents)
    assert [job.percent == 100 for job in seen] == [False] * (len(seen) - 1) + [True]
    assert {job.stage.split(" ")[0].rstrip(":") for job in seen} >= {"shape", "refine"}


def test_every_attempt_at_a_job_leaves_a_log_that_names_no_folder(running, studio, finished):
    for job in studio.jobs(finished[0]):
        if job.state is not JobState.SUCCEEDED:
            continue
        text = (running.data / "logs" / f"{job.id}-{job.attempt}.log").read_text("utf-8")
        assert text.rstrip().endswith("Done.")
        assert str(running.folder) not in text


def test_a_rejected_draft_is_not_refined_any_more(studio, running, finished):
    project, best, _, _ = finished
    studio.reject(best, reason="The handle is missing")
    with pytest.raises(StudioError, match="approved"):
        studio.start(project, RefinementRequest())
    told = running.http.get(f"/v1/projects/{project.id}/approvals").json()["items"]
    assert [item["decision"] for item in told] == ["rejected", "approved"]
    studio.approve(best)


def test_a_vase_is_not_rigged_and_the_reasons_say_why(studio, finished):
    job = studio.run(finished[0], RigRequest())
    assert job.state is JobState.SUCCEEDED, job.error
    (rig,) = studio.results(finished[0], RigResult, job=job)
    assert not rig.rigged
    assert rig.reasons


def test_an_export_for_a_program_reads_back_the_same_and_comes_in_one_archive(
    studio, finished, tmp_path
):
    job = studio.run(finished[0], ExportRequest(target="usdz"))
    assert job.state is JobState.SUCCEEDED, job.error
    (export,) = studio.results(finished[0], ExportResult, job=job)
    assert export.passed
    assert any(file.name.endswith(".usdz") for file in export.files)
    data = studio.download(export.bundle, tmp_path / "all.zip").read_bytes()
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert sorted(names) == sorted(file.name for file in export.files)


def test_a_variant_for_a_shop_keeps_to_its_rules_and_says_what_was_changed(studio, finished):
    job = studio.run(finished[0], ExportRequest(profile="shopify", size="height=30cm"))
    assert job.state is JobState.SUCCEEDED, job.error
    (export,) = studio.results(finished[0], ExportResult, job=job)
    assert (export.fitted, export.passed, export.profile.accepted) == (True, True, True)
    assert all(rule.source for rule in export.profile.rules)
    assert any("0.3" in change for change in export.changes), export.changes


def test_an_export_for_an_engine_is_held_against_the_engines_rules(studio, finished):
    job = studio.run(finished[0], ExportRequest(target="unity"))
    (export,) = studio.results(finished[0], ExportResult, job=job)
    assert (export.fitted, export.changes) == (False, ())
    assert export.profile.name == "unity_mobile"
    broken = [rule for rule in export.profile.rules if rule.hard and rule.passed is False]
    assert export.passed == (not broken and all(check.passed for check in export.checks))


def test_locked_texels_stay_bit_for_bit_and_the_others_are_made_anew(
    studio, running, finished, tmp_path
):
    project, _, first, _ = finished
    picture = Image.new("L", (512, 512), 0)
    picture.paste(255, (0, 0, 512, 256))
    picture.save(tmp_path / "lock.png")
    sent = running.http.post(
        f"/v1/projects/{project.id}/locks",
        content=(tmp_path / "lock.png").read_bytes(),
        headers={"Content-Type": "application/octet-stream"},
    )
    lock = sent.raise_for_status().json()["sha256"]
    wanted = RefinementRequest(budget=1000, texture_size=512, delight=0.0, lock=lock)
    job = studio.run(project, wanted)
    assert job.state is JobState.SUCCEEDED, job.error
    (second,) = studio.results(project, RefinementResult, job=job)
    before, after = (
        bozzetto.read_glb(
            studio.download(one.levels[0].model, tmp_path / "x.glb").read_bytes(), name="x.glb"
        ).material.base_color
        for one in (first, second)
    )
    np.testing.assert_array_equal(before[:256], after[:256])
    assert (before[256:] != after[256:]).any()


def test_findings_say_where_they_are_on_the_asset(finished):
    places = {f.code: f.place for f in finished[2].findings if f.place is not None}
    assert "surface.unseen" in places, "One photo shows one side."
    assert places["surface.unseen"].facing[2] < 0


def test_a_job_without_an_object_fails_with_cause_and_advice(studio, tmp_path):
    photo = tmp_path / "grey.png"
    Image.new("RGB", (200, 200), (120, 120, 120)).save(photo)
    project = studio.create_project("Nothing")
    studio.add_photo(project, photo)
    job = studio.run(project, DraftRequest(engine="inflate"))
    assert job.state is JobState.FAILED
    assert job.error.type == "/problems/photo"
    assert job.error.advice


def test_the_example_with_curl_makes_an_asset(running, tmp_path):
    script = ROOT / "examples" / "studio.sh"
    photo, output = tmp_path / "photo.png", tmp_path / "vase.glb"
    photo.write_bytes(a_picture(seed=5))
    environment = {
        **os.environ,
        "STUDIO": f"http://127.0.0.1:{running.port}",
        "DRAFTS": '{"engine": "inflate", "variants": 1}',
        "REFINEMENT": '{"budget": 500, "texture_size": 512}',
    }
    command = ["bash", str(script), str(photo), str(output)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "drafts 100.0%" in done.stderr
    assert len(bozzetto.read_glb(output.read_bytes(), name="vase.glb").mesh.triangles) == 500


def curl_lines():
    """Return the commands of the page about the API."""
    text = (ROOT / "docs" / "studio-api.md").read_text("utf-8")
    block = text.partition("```bash\ncurl")[2].partition("```")[0]
    return [line for line in ("curl" + block).splitlines() if line]


def test_every_line_with_curl_in_the_documentation_works(running, studio, finished, tmp_path):
    project, draft, refinement, _ = finished
    (photo,) = running.http.get(f"/v1/projects/{project.id}/photos").json()["items"]
    file = tmp_path / "photo.png"
    file.write_bytes(a_picture(seed=9))
    environment = {
        **os.environ,
        "STUDIO": f"http://127.0.0.1:{running.port}",
        "P": project.id,
        "PHOTO": photo["id"],
        "PHOTO_FILE": str(file),
        "DRAFT": draft.id,
        "REFINEMENT": refinement.id,
        "SHA256": refinement.levels[0].model.sha256,
    }
    said = {}
    for line in curl_lines():
        jobs = list(studio.jobs(project))
        environment["JOB"] = jobs[0].id
        command = ["bash", "-c", line]
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        said[line] = done.stdout
    for job in studio.jobs(project):
        studio.cancel(job)
    assert len(said) > 15
    assert list(said.values())[-1] == "304\n"
    model = (tmp_path / "vase.glb").read_bytes()
    assert len(bozzetto.read_glb(model, name="vase.glb").mesh.triangles) == 1000
