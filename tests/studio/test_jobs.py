"""The life of jobs in the database, on SQLite and on PostgreSQL."""

import threading
import time

import pytest
from sqlalchemy import select

from bozzetto.studio.database import Database
from bozzetto.studio.jobs import (
    ask_to_cancel,
    claim_next,
    end_job,
    renew_leases,
    report_progress,
    requeue_orphans,
    requeue_stale,
    settle_death,
    to_be_cancelled,
)
from bozzetto.studio.settings import JobLimits
from bozzetto.studio.tables import JobRow, ProjectRow
from bozzetto.wire.jobs import JobState
from tests.studio.servers import a_postgres

LIMITS = JobLimits(lease_seconds=60.0)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    with a_postgres(tmp_path_factory) as new_database:
        yield new_database


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, tmp_path):
    if request.param == "sqlite":
        url = f"sqlite+pysqlite:///{tmp_path / 'x.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres")()
    database = Database(url)
    database.migrate()
    yield database
    database.close()


def queue(database, *projects):
    """Queue a job for each project named, in order, and return their ids."""
    ids = []
    with database.writing() as session:
        for index, project in enumerate(projects):
            if session.scalar(select(ProjectRow).where(ProjectRow.id == project)) is None:
                session.add(ProjectRow(id=project, title="", created_at=0.0, created_by="ada"))
                session.flush()
            ids.append(f"{project}{index}")
            session.add(
                JobRow(
                    id=ids[-1],
                    project_id=project,
                    kind="masks",
                    options="{}",
                    state="queued",
                    created_at=0.0,
                    created_by="ada",
                    changed_at=0.0,
                )
            )
            session.flush()
    return ids


def claim(database, *, dispatcher="d1", limits=LIMITS):
    with database.writing() as session:
        database.claim_alone(session)
        return claim_next(session, dispatcher=dispatcher, limits=limits)


def finish(database, claimed, state=JobState.SUCCEEDED):
    with database.writing() as session:
        return end_job(session, claimed, state)


def state_of(database, job_id):
    with database.reading() as session:
        return session.scalar(select(JobRow.state).where(JobRow.id == job_id))


def test_projects_take_turns(database):
    queue(database, "a", "a", "a", "b", "c")
    order = []
    while (claimed := claim(database)) is not None:
        order.append(claimed.job_id)
        finish(database, claimed)
        time.sleep(0.002)
    assert order == ["a0", "b3", "c4", "a1", "a2"]


def test_one_job_of_a_project_runs_at_a_time(database):
    queue(database, "a", "a")
    first = claim(database)
    assert claim(database) is None
    finish(database, first)
    assert claim(database).job_id == "a1"


def test_dispatchers_never_get_the_same_job(database):
    ids = queue(database, *"abcdefghijklmnopqrstuvwx")
    got = []

    def work(name):
        while (claimed := claim(database, dispatcher=name)) is not None:
            got.append(claimed.job_id)

    threads = [threading.Thread(target=work, args=(f"d{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(ids)


def test_an_earlier_attempt_can_change_nothing_any_more(database):
    queue(database, "a")
    earlier = claim(database)
    with database.writing() as session:
        requeue_orphans(session, dispatcher="d1")
    later = claim(database)
    with database.writing() as session:
        assert not report_progress(session, earlier, stage="x", percent=50.0, remaining=None)
    assert not finish(database, earlier)
    assert finish(database, later)


def test_what_a_killed_dispatcher_ran_is_queued_again(database):
    (job,) = queue(database, "a")
    claim(database)
    with database.writing() as session:
        assert requeue_orphans(session, dispatcher="another") == 0
        assert requeue_orphans(session, dispatcher="d1") == 1
    assert state_of(database, job) == "queued"


def test_a_lease_that_nobody_renews_runs_out(database):
    queue(database, "a")
    claimed = claim(database, limits=JobLimits(lease_seconds=-1.0))
    with database.writing() as session:
        renew_leases(session, [claimed], limits=LIMITS)
        assert requeue_stale(session) == 0
        renew_leases(session, [claimed], limits=JobLimits(lease_seconds=-1.0))
        assert requeue_stale(session) == 1


def test_a_job_whose_process_keeps_dying_fails_in_the_end(database):
    (job,) = queue(database, "a")
    states = []
    for _ in range(LIMITS.attempts):
        with database.writing() as session:
            settle_death(
                session, claim_next(session, dispatcher="d1", limits=LIMITS), limits=LIMITS
            )
        states.append(state_of(database, job))
    assert states == ["queued", "queued", "failed"]


def test_restarts_of_the_service_do_not_count_as_deaths(database):
    (job,) = queue(database, "a")
    for _ in range(LIMITS.attempts + 1):
        claim(database)
        with database.writing() as session:
            requeue_orphans(session, dispatcher="d1")
    assert state_of(database, job) == "queued"


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_is_marked(database):
    waiting, _ = queue(database, "a", "b")
    with database.writing() as session:
        ask_to_cancel(session.scalar(select(JobRow).where(JobRow.id == waiting)))
    assert state_of(database, waiting) == "cancelled"
    running = claim(database)
    with database.writing() as session:
        assert to_be_cancelled(session, [running]) == ()
        ask_to_cancel(session.scalar(select(JobRow).where(JobRow.id == running.job_id)))
        session.flush()
        assert to_be_cancelled(session, [running]) == (running,)


def test_a_job_that_was_to_be_cancelled_is_not_queued_again_after_a_crash(database):
    (job,) = queue(database, "a")
    claim(database)
    with database.writing() as session:
        ask_to_cancel(session.scalar(select(JobRow).where(JobRow.id == job)))
    with database.writing() as session:
        requeue_orphans(session, dispatcher="d1")
    assert state_of(database, job) == "cancelled"


def test_nothing_of_a_failed_transaction_is_kept(database):
    def fail_half_way():
        with database.writing() as session:
            session.add(ProjectRow(id="x", title="", created_at=0.0, created_by=""))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with database.reading() as session:
        assert session.scalar(select(ProjectRow)) is None


def test_migrating_twice_changes_nothing_and_leaves_no_difference(database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from bozzetto.studio.tables import Base

    database.migrate()
    with database.reading() as session:
        context = MigrationContext.configure(session.connection())
        assert compare_metadata(context, Base.metadata) == []
