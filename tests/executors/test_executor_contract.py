"""What every executor promises; a new one joins by adding itself to EXECUTORS."""

import errno
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from bozzetto.errors import InputError, ResourceError
from bozzetto.executors.base import Executor
from bozzetto.executors.inline import InlineExecutor
from bozzetto.executors.processes import ProcessExecutor
from bozzetto.plans.plan import Node, Plan
from bozzetto.plans.results import find_result, read_result
from bozzetto.progress import StageFinished, StageStarted, StageStep
from bozzetto.store.local import LocalStore
from tests.executors.toys import (
    DIE,
    FAULT,
    NEEDS_GPU,
    READ,
    REFUSE,
    WHEREABOUTS,
    Wish,
    a_file,
    a_tree,
    joined,
    said,
)

EXECUTORS = {
    "inline": InlineExecutor,
    "processes": lambda: ProcessExecutor(workers=2),
}


@pytest.fixture(params=EXECUTORS, scope="module")
def executor(request):
    made = EXECUTORS[request.param]()
    yield made
    made.close()


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path / "store")


def value_of(store, node):
    return read_result(store, node.stage, node.key)


def lines(diary):
    return sorted(diary.read_text().split()) if diary.exists() else []


def test_it_implements_the_contract(executor):
    assert isinstance(executor, Executor)


def test_it_makes_what_is_wanted_and_all_that_it_needs(executor, store):
    plan = a_tree()
    timings = executor.run(plan, store=store)
    assert value_of(store, plan.wanted[0]) == "ab1cd2!"
    assert [timing.key for timing in timings] == [node.key for node in plan.nodes()]
    assert not any(timing.reused for timing in timings)


def test_a_second_run_makes_nothing(executor, store, tmp_path):
    plan = a_tree(tmp_path / "diary")
    executor.run(plan, store=store)
    before = lines(tmp_path / "diary")
    timings = executor.run(a_tree(tmp_path / "diary"), store=store)
    assert lines(tmp_path / "diary") == before
    assert [(timing.key, timing.reused) for timing in timings] == [(plan.wanted[0].key, True)]


def test_what_only_served_a_result_that_is_there_is_not_made_again(executor, store, tmp_path):
    diary = tmp_path / "diary"
    leaf = said("a", diary=str(diary))
    root = joined([leaf])
    executor.run(Plan(wanted=(root,)), store=store)
    store.remove_record(leaf.stage.collection, leaf.key)
    executor.run(Plan(wanted=(root,)), store=store)
    assert lines(diary) == ["a"]


def test_files_go_in_with_their_names(executor, store):
    node = Node(stage=READ, inputs={"file": a_file(store)})
    executor.run(Plan(wanted=(node,)), store=store)
    assert value_of(store, node) == "a.txt=hello"


def test_progress_tells_of_every_stage(executor, store):
    events = []
    executor.run(Plan(wanted=(said("a"),)), store=store, progress=events.append)
    assert [type(event) for event in events] == [StageStarted, StageStep, StageFinished]
    assert {event.stage for event in events} == {"say a"}


@pytest.mark.parametrize(("stage", "error"), [(REFUSE, InputError), (FAULT, Exception)])
def test_a_stage_that_fails_raises_and_keeps_what_was_finished(executor, store, stage, error):
    good = said("a")
    bad = joined([good, Node(stage=stage, inputs={}, options=Wish())])
    with pytest.raises(error) as caught:
        executor.run(Plan(wanted=(good, bad)), store=store)
    if error is InputError:
        assert caught.value.advice == "Try another."
    assert value_of(store, good) == "a"
    assert find_result(store, bad.stage.collection, bad.key) is None
    executor.run(a_tree(), store=store)


def test_a_stage_that_needs_a_gpu_is_refused_where_there_is_none(executor, store):
    node = Node(stage=NEEDS_GPU, inputs={}, options=Wish(letter="g"))
    with pytest.raises(ResourceError, match="GPU"):
        executor.run(Plan(wanted=(node,)), store=store)


class Interrupt:
    """Progress that presses Ctrl-C at the n-th event."""

    def __init__(self, at):
        self.left = at

    def __call__(self, event):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("at", [1, 4, 9, 15])
def test_an_interrupted_run_goes_on_where_it_stopped(executor, tmp_path, at):
    store, plan = LocalStore(tmp_path / "store"), a_tree()
    with pytest.raises(KeyboardInterrupt):
        executor.run(plan, store=store, progress=Interrupt(at))
    executor.run(plan, store=store)
    assert value_of(store, plan.wanted[0]) == "ab1cd2!"


def test_a_lost_or_cut_file_of_a_result_is_made_again(executor, store, tmp_path):
    plan = a_tree(tmp_path / "diary")
    executor.run(plan, store=store)
    leaf = plan.nodes()[0]
    record = find_result(store, leaf.stage.collection, leaf.key)
    store.path(record.files["value.txt"].sha256).write_bytes(b"")
    store.remove_record(plan.wanted[0].stage.collection, plan.wanted[0].key)
    branch = plan.nodes()[2]
    store.remove_record(branch.stage.collection, branch.key)
    executor.run(plan, store=store)
    assert value_of(store, plan.wanted[0]) == "ab1cd2!"
    assert value_of(store, leaf) == "a"


def test_all_executors_keep_the_same_bytes(tmp_path):
    contents = []
    for name, make in EXECUTORS.items():
        store, executor = LocalStore(tmp_path / name), make()
        executor.run(a_tree(), store=store)
        executor.close()
        contents.append({item.sha256 for item in store.objects()})
    assert all(content == contents[0] for content in contents)


def test_a_worker_that_dies_is_a_sentence_and_the_next_run_goes_on(tmp_path):
    store, executor = LocalStore(tmp_path / "store"), ProcessExecutor(workers=1)
    with pytest.raises(ResourceError, match="died"):
        executor.run(Plan(wanted=(Node(stage=DIE, inputs={}, options=Wish()),)), store=store)
    executor.run(a_tree(), store=store)
    executor.close()


def test_a_loaded_model_is_used_again_by_the_worker_that_holds_it(tmp_path):
    store, executor = LocalStore(tmp_path / "store"), ProcessExecutor(workers=2)
    nodes = [Node(stage=WHEREABOUTS, inputs={}, options=Wish(letter=str(k))) for k in range(3)]
    places = []
    for node in nodes:
        executor.run(Plan(wanted=(node,)), store=store)
        places.append(value_of(store, node))
    executor.close()
    assert len(set(places)) == 1
    assert places[0] != str(os.getpid())


_VICTIM = """
import sys
from pathlib import Path
from bozzetto.store.local import LocalStore
from tests.executors.test_executor_contract import EXECUTORS
from tests.executors.toys import a_tree
if __name__ == "__main__":
    executor = EXECUTORS[sys.argv[1]]()
    executor.run(a_tree(Path(sys.argv[3]), pause=0.02), store=LocalStore(Path(sys.argv[2])))
    executor.close()
"""


def is_running(pid):
    try:
        os.kill(pid, 0)
    except OSError as error:
        return error.errno != errno.ESRCH
    return True


@pytest.mark.slow
@pytest.mark.parametrize("name", EXECUTORS)
def test_a_run_killed_at_random_points_loses_nothing_and_makes_nothing_twice(name, tmp_path):
    """Kill -9 again and again: whatever had been kept is not made again."""
    script, diary = tmp_path / "victim.py", tmp_path / "diary"
    script.write_text(_VICTIM)
    root, rng = tmp_path / "store", random.Random(5)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, str(script), name, str(root), str(diary)]
    kept_before: set[str] = set()
    for _ in range(int(os.environ.get("BOZZETTO_KILLS", "4"))):
        child = subprocess.Popen(command, env=environment)
        time.sleep(rng.uniform(0.3, 1.6))
        child.send_signal(signal.SIGKILL)
        child.wait()
        kept = {key for _, key in LocalStore(root).records()}
        assert kept >= kept_before
        kept_before = kept
    subprocess.run(command, env=environment, check=True)
    store, plan = LocalStore(root), a_tree(diary, pause=0.02)
    assert value_of(store, plan.wanted[0]) == "ab1cd2!"
    # A stage notes its letter before its result is kept, so a kill in between costs one more line.
    made = lines(diary)
    assert set(made) == {"a", "b", "c", "d", "1", "2", "!"}
