"""How a runner explains why a job failed."""

import pytest

from bozzetto.errors import InputError
from bozzetto.studio.jobs import Claim
from bozzetto.studio.runner import explain
from tests.studio.running import settings_in


def explained(error, settings, *, job="job_1", attempt=1):
    return explain(error, Claim(job_id=job, attempt=attempt), settings)


def test_every_fault_of_a_runner_keeps_a_report_of_its_own(tmp_path):
    settings = settings_in(tmp_path)
    cases = [("job_1", 1, "first"), ("job_1", 2, "second"), ("job_2", 1, "third")]
    for job, attempt, word in cases:
        error = explained(KeyError(word), settings, job=job, attempt=attempt)
        assert error.type == "/problems/fault"
        assert f"faults/{job}-{attempt}.txt" in error.advice
    for job, attempt, word in cases:
        report = (settings.data / "faults" / f"{job}-{attempt}.txt").read_text("utf-8")
        assert report.strip().endswith(f"KeyError: '{word}'")


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        (InputError("No.", advice="Yes."), "/problems/input"),
        (MemoryError(), "/problems/resource"),
    ],
)
def test_what_a_person_can_mend_is_no_fault_and_leaves_no_report(tmp_path, error, slug):
    settings = settings_in(tmp_path)
    assert explained(error, settings).type == slug
    assert not (settings.data / "faults").exists()
