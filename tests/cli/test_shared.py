import pytest

from bozzetto.cli.shared import DraftChoice, MattingChoice, make_options, sides_from
from bozzetto.errors import InputError
from bozzetto.pipeline.options import MakeOptions
from bozzetto.records import json_from, value_from
from bozzetto.views.foreground import Side


def test_sides_are_read_word_by_word_and_auto_leaves_one_open():
    assert sides_from("front, LEFT,auto") == (Side.FRONT, Side.LEFT, None)
    assert sides_from("") == ()


def test_a_word_that_is_no_side_is_answered_with_those_that_are():
    with pytest.raises(InputError, match="'top'") as caught:
        sides_from("front,top")
    assert "back" in caught.value.message


def test_named_sides_survive_being_written_to_a_project_and_read_back():
    options = make_options(MattingChoice(), DraftChoice(views="back,auto"))
    assert options.draft.views == (Side.BACK, None)
    assert value_from(MakeOptions, json_from(options)) == options
