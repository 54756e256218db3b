"""Logs say what a run did, and nothing that its user would not pass on."""

import logging
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bozzetto.cli.main import main
from bozzetto.errors import InputError
from bozzetto.logs import FOLDER, KEPT, log_file, logged, run_log, scrub
from bozzetto.progress import StageFinished, StageStarted, StageStep

EVENTS = (
    StageStarted(stage="mask", expected_seconds=None),
    StageStep(stage="mask", step="network"),
    StageFinished(stage="mask", seconds=1.25, reused=False),
    StageFinished(stage="draft", seconds=0.01, reused=True),
)
LOG = logging.getLogger("bozzetto.test_logs")
NAMES = st.text("abcXYZ019_-. ", min_size=1, max_size=12).filter(lambda n: n.strip(" .") == n)


def failing_run(root, error):
    """Let a run end with an error, and return its log's text."""

    def act():
        with run_log(root, lambda event: None):
            fail(error)

    with pytest.raises(type(error)) as caught:
        act()
    assert caught.value is error
    (path,) = (root / FOLDER).glob("*.log")
    return path.read_text("utf-8").rstrip()


def fail(error):
    raise error


def test_every_stage_is_in_the_log_and_the_events_pass_on(tmp_path):
    seen = []
    with run_log(tmp_path, seen.append) as progress:
        for event in EVENTS:
            progress(event)
    assert tuple(seen) == EVENTS
    (path,) = (tmp_path / FOLDER).glob("*.log")
    messages = [line.split(": ", 1)[1] for line in path.read_text("utf-8").splitlines()]
    assert messages[0].startswith("Bozzetto ")
    assert messages[1:] == [
        "mask: begins",
        "mask: network",
        "mask: 1.25 s",
        "draft: kept from before",
        "Done.",
    ]


def test_nothing_is_said_unless_it_was_asked_for(capfd, tmp_path):
    assert main(["approve", str(tmp_path / "nowhere"), "1"]) == 2
    assert "Command" not in capfd.readouterr().err


def test_the_option_v_says_it_on_the_error_stream(capfd, tmp_path):
    before = list(logging.getLogger("bozzetto").handlers)
    try:
        assert main(["approve", str(tmp_path / "nowhere"), "1", "-v"]) == 2
    finally:
        logging.getLogger("bozzetto").handlers[:] = before
    streams = capfd.readouterr()
    assert "INFO    bozzetto.cli.main: Command: Approve" in streams.err
    assert streams.out == ""


def test_an_error_of_the_users_is_logged_with_its_sentence(tmp_path):
    error = InputError("The photo is too small.", advice="Take another.")
    assert failing_run(tmp_path, error).endswith(
        "InputError: The photo is too small. Take another."
    )


def test_a_fault_is_logged_with_where_it_was_raised_and_not_with_what_it_says(tmp_path):
    text = failing_run(tmp_path, KeyError("the first line of a letter"))
    assert ", in fail\n" in text
    assert text.endswith("KeyError")
    assert "letter" not in text


def test_an_interruption_is_logged(tmp_path):
    assert failing_run(tmp_path, KeyboardInterrupt()).endswith("Stopped by KeyboardInterrupt.")


@given(folders=st.lists(NAMES, min_size=1, max_size=4), name=st.sampled_from(["a.jpg", "lamp"]))
def test_folders_outside_the_project_never_reach_a_log(folders, name):
    path = "/" + "/".join([f"secret{folder}" for folder in folders] + [name])
    text = scrub(f"The disk that holds {path} is full: '{path}'.", root=Path("/work/lamp"))
    assert "secret" not in text
    assert text.count(name) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/work/lamp/masks/ab is damaged.", "masks/ab is damaged."),
        ("/work/lamp is in use.", "the project is in use."),
        ("/work/lamp2 is in use.", "…/lamp2 is in use."),
        (r"C:\Users\ada\My Photos\lamp.jpg is full.", "…/lamp.jpg is full."),
        ("token bozz_abc-DEF_1 was refused", "token … was refused"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
        ("postgresql://ada:pw@db/studio", "postgresql://…@db/studio"),
        ("http://127.0.0.1:8765/v1/health", "http://127.0.0.1:8765/v1/health"),
        ("3/4 of a/b and and/or", "3/4 of a/b and and/or"),
    ],
)
def test_secrets_and_places_are_left_out_and_the_rest_is_kept(text, expected):
    assert scrub(text, root=Path("/work/lamp")) == expected


def test_a_program_that_uses_the_package_hears_nothing(tmp_path, caplog):
    with caplog.at_level(logging.WARNING), run_log(tmp_path, lambda event: None) as progress:
        progress(EVENTS[2])
    assert [record for record in caplog.records if record.levelno < logging.WARNING] == []


def test_a_log_inside_another_is_in_both_and_one_beside_it_in_neither(tmp_path):
    inner, outer, beside = (tmp_path / f"{name}.log" for name in ("inner", "outer", "beside"))
    entered, left = threading.Event(), threading.Event()

    def other():
        with log_file(beside, root=tmp_path):
            LOG.info("theirs")
            entered.set()
            left.wait(10)

    thread = threading.Thread(target=other)
    with log_file(outer, root=tmp_path):
        thread.start()
        entered.wait(10)
        with log_file(inner, root=tmp_path):
            LOG.info("ours")
    left.set()
    thread.join()
    texts = [path.read_text("utf-8") for path in (inner, outer, beside)]
    assert [("ours" in text, "theirs" in text) for text in texts] == [
        (True, False),
        (True, False),
        (False, True),
    ]


def test_no_handler_is_left_behind(tmp_path):
    before = list(logging.getLogger("bozzetto").handlers)
    with run_log(tmp_path, lambda event: None):
        assert len(logging.getLogger("bozzetto").handlers) == len(before) + 1
    assert logging.getLogger("bozzetto").handlers == before


def test_a_folder_that_cannot_be_written_to_stops_no_run(tmp_path):
    (tmp_path / FOLDER).write_text("a file stands where the folder should be")
    seen = []
    with run_log(tmp_path, seen.append) as progress:
        progress(EVENTS[0])
    assert seen == [EVENTS[0]]


def test_old_logs_make_room_for_new_ones(tmp_path):
    folder = tmp_path / FOLDER
    folder.mkdir()
    for number in range(KEPT + 10):
        (folder / f"2020010{number:03}.log").write_text("old")
    with log_file(folder / "20300101.log", root=tmp_path):
        LOG.info("new")
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == KEPT
    assert names[-1] == "20300101.log"
    assert names[0] == "2020010011.log"


def test_logging_changes_no_event():
    seen = []
    progress = logged(seen.append)
    for event in EVENTS:
        progress(event)
    assert tuple(seen) == EVENTS
