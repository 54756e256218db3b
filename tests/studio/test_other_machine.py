"""Another machine has the database and the files, but none of the results on its own disk."""

import shutil

import pytest

from tests.studio.running import Running, a_picture, a_project, upload

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Running(tmp_path_factory.mktemp("machines")) as running:
        yield running


def test_refine_and_export_make_again_what_another_machine_made(running):
    project = a_project(running.http)
    upload(running.http, project, a_picture(seed=5))
    drafts = running.start_job(project, "drafts", engine="inflate", variants=2)
    assert running.wait(drafts)["state"] == "succeeded"
    second = running.http.get(f"/v1/projects/{project}/drafts").json()["items"]
    chosen = next(draft for draft in second if draft["rank"] == 2)
    approved = running.http.post(
        f"/v1/projects/{project}/approvals",
        json={"draft_id": chosen["id"], "sha256": chosen["sha256"]},
    )
    assert approved.status_code == 201, approved.text
    shutil.rmtree(running.data / "work" / project)
    refined = running.wait(running.start_job(project, "refinements", budget=600, texture_size=512))
    assert refined["state"] == "succeeded", refined
    result = running.http.get(f"/v1/projects/{project}/refinements").json()["items"][0]
    assert result["draft_id"] == chosen["id"]
    shutil.rmtree(running.data / "work" / project)
    exported = running.wait(running.start_job(project, "exports", target="obj"))
    assert exported["state"] == "succeeded", exported


def test_a_mask_that_changed_after_the_draft_is_refused_there_too(running):
    project = a_project(running.http)
    photo = upload(running.http, project, a_picture(seed=6)).json()
    drafts = running.start_job(project, "drafts", engine="inflate", variants=1)
    assert running.wait(drafts)["state"] == "succeeded"
    draft = running.http.get(f"/v1/projects/{project}/drafts").json()["items"][0]
    running.http.post(f"/v1/projects/{project}/approvals", json={"draft_id": draft["id"]})
    strokes = [{"kind": "remove", "radius_px": 12.0, "points": [[60.0, 40.0]]}]
    answer = running.http.put(
        f"/v1/projects/{project}/photos/{photo['id']}/strokes", json={"strokes": strokes}
    )
    assert answer.status_code < 300, answer.text
    shutil.rmtree(running.data / "work" / project)
    ended = running.wait(running.start_job(project, "refinements", budget=600, texture_size=512))
    assert ended["state"] == "failed"
    assert "mask has changed" in ended["error"]["cause"]
