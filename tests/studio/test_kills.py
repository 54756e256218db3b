"""The service, its dispatcher and its runners are killed at bad moments; nothing is lost."""

import os
import signal
import time

import pytest

from tests.studio.running import Running, a_picture, a_project, upload

pytestmark = pytest.mark.slow
RUNNER, DISPATCHER = "bozzetto.studio.runner", "bozzetto.studio.dispatcher"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Running(tmp_path_factory.mktemp("kills")) as running:
        yield running


def a_started_draft_job(running, *, variants):
    """Start drafts and wait until the first one is kept; return the job and its folder."""
    project = a_project(running.http)
    upload(running.http, project, a_picture(seed=variants))
    job = running.start_job(project, "drafts", engine="inflate", variants=variants)
    drafts = running.data / "work" / project / "store" / "records" / "drafts"
    wait_until_kept(drafts, 1)
    assert running.job(job)["state"] == "running"
    return job, drafts


def wait_until_kept(folder, count):
    """Wait until a folder has so many results."""
    deadline = time.monotonic() + 600
    while len(kept_in(folder)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def kept_in(folder):
    """Return what is kept, and when it was written; what is still being written has a dot."""
    return {path.stem: path.stat().st_mtime_ns for path in folder.glob("[!.]*.json")}


def kill_runner(running):
    for pid in running.children(RUNNER):
        os.kill(pid, signal.SIGKILL)


def kill_dispatcher(running):
    for pid in running.children(DISPATCHER):
        os.kill(pid, signal.SIGKILL)


def kill_service(running):
    running.kill_everything()
    running.start()


def test_a_job_whose_processes_are_killed_goes_on_and_repeats_no_finished_stage(running):
    job, drafts = a_started_draft_job(running, variants=8)
    seen = {}
    for count, kill in ((1, kill_runner), (3, kill_dispatcher), (5, kill_service)):
        wait_until_kept(drafts, count)
        seen.update(kept_in(drafts))
        kill(running)
    ended = running.wait(job)
    assert (ended["state"], ended["num_results"]) == ("succeeded", 8)
    assert ended["attempt"] >= 3
    assert seen.items() <= kept_in(drafts).items()


def test_cancelling_stops_within_a_second_and_the_next_job_runs(running):
    job, drafts = a_started_draft_job(running, variants=16)
    asked = time.monotonic()
    running.http.post(f"/v1/jobs/{job}/cancel")
    assert running.wait(job)["state"] == "cancelled"
    assert time.monotonic() - asked < 1.0
    made = len(kept_in(drafts))
    again = running.start_job(
        running.job(job)["project_id"], "drafts", engine="inflate", variants=1
    )
    assert running.wait(again)["state"] == "succeeded"
    assert len(kept_in(drafts)) == made < 16


def test_a_job_whose_own_process_dies_three_times_fails_and_says_so(running):
    job, _ = a_started_draft_job(running, variants=15)
    for attempt in (1, 2, 3):
        running.wait(job, until=("running",))
        while running.job(job)["attempt"] < attempt:
            time.sleep(0.05)
        kill_runner(running)
    ended = running.wait(job)
    assert (ended["state"], ended["error"]["type"]) == ("failed", "/problems/died")
    assert ended["error"]["advice"]
    project = ended["project_id"]
    again = running.start_job(project, "masks")
    assert running.wait(again)["state"] == "succeeded", "The next job has a process to run in."


def test_no_process_outlives_the_service(tmp_path):
    running = Running(tmp_path)
    running.start()
    deadline = time.monotonic() + 300
    while not running.children(RUNNER) and time.monotonic() < deadline:
        time.sleep(0.1)
    running.kill_everything()
    running.http.close()
    while running.children(RUNNER) + running.children(DISPATCHER):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_job_that_takes_too_long_fails_and_says_so(tmp_path):
    with Running(tmp_path, extra=("--job-seconds", "0.2")) as running:
        project = a_project(running.http)
        upload(running.http, project, a_picture())
        ended = running.wait(running.start_job(project, "drafts", engine="inflate"))
    assert (ended["state"], ended["error"]["type"]) == ("failed", "/problems/timeout")
    assert ended["error"]["advice"]


def test_a_job_that_wants_more_memory_than_it_may_have_fails_and_says_so(tmp_path):
    with Running(tmp_path, extra=("--memory-mib", "1000")) as running:
        project = a_project(running.http)
        upload(running.http, project, a_picture(height=3000, width=4000))
        ended = running.wait(running.start_job(project, "drafts", engine="inflate"))
        assert (ended["state"], ended["error"]["type"]) == ("failed", "/problems/resource")
        assert "memory" in ended["error"]["cause"]
        assert running.http.get("/v1/health").status_code == 200
